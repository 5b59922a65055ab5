"""TLS in front of the sockets of a worker, for test processes on other machines. It travels in an archive."""
