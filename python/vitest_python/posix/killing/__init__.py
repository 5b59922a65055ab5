"""Finds the processes of a run, and kills them."""
