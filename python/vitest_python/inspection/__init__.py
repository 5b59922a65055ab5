"""Describes the functions that tests can call, with their types and docstrings, for `vitest-python types`."""
