"""A worker: one gRPC server with the bridge and the servicers of the user."""
