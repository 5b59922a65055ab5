"""Runs user code on the main thread, with time limits, interrupts and seeds."""
