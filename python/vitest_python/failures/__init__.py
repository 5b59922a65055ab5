"""Describes exceptions for the test."""
