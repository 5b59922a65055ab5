"""Shared by forkserver and worker: configuration, control socket, output, exit."""
