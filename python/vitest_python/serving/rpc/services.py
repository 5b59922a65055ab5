"""gRPC's standard services: health and reflection."""

from __future__ import annotations

import importlib

import grpc

from ...bridge.bridge import SERVICE

_STANDARD = ("grpc_health.v1.health", "grpc_health.v1.health_pb2_grpc", "grpc_reflection.v1alpha.reflection")


def import_standard_services() -> str | None:
    """Import health and reflection, so that forks share them. Returns None, or a message if that fails."""
    try:
        for module in _STANDARD:
            importlib.import_module(module)
    except Exception as error:  # generated code raises its own exceptions if protobuf is too old
        return f"no health and reflection services: {type(error).__name__}: {error}"
    return None


def add_standard_services(server: grpc.Server) -> None:
    """Add health and reflection for all services that have been added so far, if they can be imported."""
    if import_standard_services() is not None:
        return
    from grpc_health.v1 import health, health_pb2, health_pb2_grpc
    from grpc_reflection.v1alpha import reflection

    names = [SERVICE, *_service_names(server)]
    servicer = health.HealthServicer()
    for name in ["", *names]:
        servicer.set(name, health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    shown = dict.fromkeys([*names, health.SERVICE_NAME, reflection.SERVICE_NAME])
    reflection.enable_server_reflection(list(shown), server)


def _service_names(server: grpc.Server) -> list[str]:
    # grpcio has no public list of a server's services.
    handlers = getattr(getattr(server, "_state", None), "generic_handlers", ())
    named = [handler.service_name() for handler in handlers if hasattr(handler, "service_name")]
    return [name for name in named if name]
