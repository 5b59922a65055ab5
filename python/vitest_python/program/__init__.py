"""The user's program: its modules, their functions, and the files that they import."""
