"""Reports what was measured: the records of a run as a report of coverage.py, and the functions of a file."""
