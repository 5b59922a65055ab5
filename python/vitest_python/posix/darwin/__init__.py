"""macOS. Less than Linux offers: nobody adopts orphans, no limit can be read, no pid can be held.

Processes are known by descent, by process group and by their environment, and identified by their start to the second.
"""
