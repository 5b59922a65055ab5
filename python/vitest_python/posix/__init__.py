"""POSIX: process identity, signals, the marks of a run, process trees. Imports only the standard library."""
