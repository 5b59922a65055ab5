"""macOS, which offers less than Linux: no process can adopt orphans, read another's limits, or hold a pid.

Processes are found by descent, process group and environment. Their start times are known only to the second.
"""
