"""The control socket of a node, which forkserver and workers report to as they do on the runner's machine."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from socket import socket
from typing import Any

from ...posix.lines import JsonLine, decode, encode
from ...posix.protocol import PROTOCOL, protocol_mismatch
from ...serving.listen import listen


class Peers:
    """Forkservers and workers, by ID."""

    def __init__(self, path: str, token: str, receive: Callable[[dict[str, Any]], None]) -> None:
        """Listen.

        Args:
            path: of the socket
            token: what each peer has to send
            receive: gets `{"from": id, "line": line}` for each line, the hello included
        """
        self._token = token.encode()
        self._receive = receive
        self._files: dict[str, Any] = {}
        listen(path, self._serve, "peer")

    def send(self, peer: str, line: JsonLine) -> None:
        """Send a line. Does nothing if the peer is gone."""
        try:
            file = self._files[peer]
            file.write(encode(line))
            file.flush()
        except (KeyError, OSError, ValueError):
            pass

    def _serve(self, connection: socket) -> None:
        peer = ""
        with connection.makefile("rwb") as file:
            try:
                hello = decode(file.readline())
                refusal = self._refuse(hello)
                answer = {"refused": refusal} if refusal else {"welcome": "vitest-python", "protocol": PROTOCOL}
                file.write(encode(answer))
                file.flush()
                if refusal:
                    return
                peer = str(hello["id"])
                self._files[peer] = file
                self._receive({"from": peer, "line": {key: hello[key] for key in hello if key != "token"}})
                for text in file:
                    self._receive({"from": peer, "line": decode(text)})
            except (OSError, ValueError):
                pass
            finally:
                self._files.pop(peer, None)

    def _refuse(self, hello: JsonLine) -> str | None:
        if hello.get("protocol") != PROTOCOL:
            return protocol_mismatch("This process", hello.get("protocol"), "the node")
        if not hmac.compare_digest(str(hello.get("token")).encode(), self._token):
            return "the token is not that of this run"
        return None
