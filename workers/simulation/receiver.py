"""A hiring system's webhook receiver on this machine, for a simulation."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

LONGEST_BODY: Final = 64 * 1024


@dataclass(slots=True)
class Receiver:
    """Keeps every message whose signature is right, and counts the others."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    refused: int = 0
    secret: str = ""
    _server: ThreadingHTTPServer | None = None

    def start(self) -> str:
        """Listen on a free port of this machine and return the address."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # the library's name
                length = min(int(self.headers.get("Content-Length", 0)), LONGEST_BODY)
                body = self.rfile.read(length)
                self.send_response(receiver.take(body, dict(self.headers)))
                self.end_headers()

            def log_message(self, *_: Any) -> None:  # noqa: ANN401  # the library's
                """Keep the terminal for the table."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}/hooks"

    def take(self, body: bytes, headers: dict[str, str]) -> HTTPStatus:
        """Keep a message if its signature is right."""
        try:
            message = Webhook(self.secret).verify(
                body, {name.lower(): value for name, value in headers.items()}
            )
        except WebhookVerificationError:
            self.refused += 1
            return HTTPStatus.UNAUTHORIZED
        self.messages.append(message)
        return HTTPStatus.NO_CONTENT

    def heard(self, order_id: str, event_type: str) -> bool:
        """Say whether this event of this order arrived."""
        return any(
            message["type"] == event_type and message["data"]["order_id"] == order_id
            for message in self.messages
        )

    def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
