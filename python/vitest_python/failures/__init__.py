"""Exceptions as the test sees them."""
