"""The reaper: the ancestor of every Python process of a run, which kills them all at the end."""
