"""The port of a worker for gRPC clients on other machines; see docs/protocol.md."""

from __future__ import annotations

import ipaddress
from typing import Any

import grpc


def add_grpc_port(server: grpc.Server, listen: dict[str, Any]) -> str:
    """Have a server listen on a free port of `host`, to clients that have the certificate `peer`.

    Args:
        server: not started yet
        listen: `host`, an IP address of this machine, and `tls` with `key`, `certificate` and `peer` as PEM

    Returns the gRPC target. Raises ValueError if `host` isn't the address of one interface, and RuntimeError if it
    isn't one of this machine.
    """
    host = ipaddress.ip_address(listen["host"])
    if host.is_unspecified:
        raise ValueError(f"a worker must not listen on every interface, as {host} says. Name one address.")
    tls = listen["tls"]
    credentials = grpc.ssl_server_credentials(
        [(tls["key"].encode(), tls["certificate"].encode())],
        root_certificates=tls["peer"].encode(),
        require_client_auth=True,
    )
    shown = f"[{host}]" if host.version == 6 else str(host)
    port = server.add_secure_port(f"{shown}:0", credentials)
    return f"{shown}:{port}"
