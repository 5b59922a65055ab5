"""The gRPC server of a worker, for the servicers of the user and for gRPC's standard services."""
