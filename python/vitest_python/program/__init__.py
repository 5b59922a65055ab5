"""The user's program: its modules, their functions, and the files they import."""
