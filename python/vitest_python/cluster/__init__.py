"""Python on the nodes of a Ray cluster. Ray places and watches; calls go straight to the workers."""
