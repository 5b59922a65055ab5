"""A worker: one gRPC server with the bridge and the user's servicers."""
