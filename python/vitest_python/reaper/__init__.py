"""The reaper: ancestor of every Python process of a run, and the end of all of them."""
