"""Serves a worker on a network, for a test process on another machine; see docs/protocol.md."""

from __future__ import annotations

import ipaddress
from typing import Any

import grpc

from ..served import Served
from .fork_support import without_fork_support
from .server import keep, make_server


def start_on_network(listen: dict[str, Any], served: Served, log: str) -> str:
    """Serve on a free port of `host`, to clients that have the certificate `peer`.

    Args:
        listen: `host`, an IP address of this machine, and `tls` with `key`, `certificate` and `peer` as PEM
        served: the parts that each call goes through
        log: the file of the worker's output

    Returns the gRPC target. Raises ValueError if `host` isn't the address of one interface, and RuntimeError if it
    isn't one of this machine.
    """
    host = ipaddress.ip_address(listen["host"])
    if host.is_unspecified:
        raise ValueError(f"a worker must not listen on every interface, as {host} says. Name one address.")
    tls = listen["tls"]
    with without_fork_support():
        credentials = grpc.ssl_server_credentials(
            [(tls["key"].encode(), tls["certificate"].encode())],
            root_certificates=tls["peer"].encode(),
            require_client_auth=True,
        )
    server = make_server(served, log)
    shown = f"[{host}]" if host.version == 6 else str(host)
    port = server.add_secure_port(f"{shown}:0", credentials)
    keep(server)
    return f"{shown}:{port}"
