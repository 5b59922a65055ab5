"""Facts of POSIX, by the standard library alone: identity, signals, marks, trees of processes."""
