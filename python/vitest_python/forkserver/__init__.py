"""The forkserver: imports your modules once and forks workers."""
