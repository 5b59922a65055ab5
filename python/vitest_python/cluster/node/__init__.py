"""The side of a node: the actor that keeps a tree of processes, and the tasks that sweep it."""
