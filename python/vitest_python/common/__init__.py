"""What the programs of a run share: configuration, control socket, output, exit."""
