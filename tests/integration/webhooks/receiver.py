"""A hiring system's webhook receiver: a real HTTP server that answers as it is told."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request as it came over the wire."""

    path: str
    headers: dict[str, str]
    body: str


@dataclass(slots=True, kw_only=True)
class Reply:
    """What to answer: a status, headers, a body, and how slowly."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    silent_seconds: float = 0.0  # before the first byte
    drip_seconds: float = 0.0  # between the bytes of an endless header


class Receiver:
    """Listens on 127.0.0.1; answers with `replies` in turn, then with 204."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.replies: list[Reply] = []
        self._stopped = threading.Event()
        handler = type("Handler", (_Handler,), {"receiver": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hooks?team=a"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}
        )
        self._thread.start()

    def stop(self) -> None:
        """Close the port and wake whoever waits."""
        self._stopped.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wait(self, seconds: float) -> bool:
        """Wait, and say whether the receiver was stopped meanwhile."""
        return self._stopped.wait(seconds)


class _Handler(BaseHTTPRequestHandler):
    receiver: Receiver

    def do_POST(self) -> None:  # http.server's name
        length = int(self.headers.get("Content-Length", "0"))
        self.receiver.received.append(
            Received(
                path=self.path,
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(length).decode(),
            )
        )
        reply = self.receiver.replies.pop(0) if self.receiver.replies else Reply()
        try:
            self._answer(reply)
        except OSError:  # the caller has hung up
            self.close_connection = True

    def _answer(self, reply: Reply) -> None:
        if reply.silent_seconds and self.receiver.wait(reply.silent_seconds):
            return
        if reply.drip_seconds:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            end = time.monotonic() + 20
            while time.monotonic() < end and not self.receiver.wait(reply.drip_seconds):
                self.wfile.write(b"x")
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""
