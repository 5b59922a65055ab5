"""Measures which lines and branches of the user's code run, by coverage.py of the user's environment."""
