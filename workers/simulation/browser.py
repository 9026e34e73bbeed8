"""A person's browser, as far as a simulation needs one: cookies, forms, JSON."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

TIMEOUT: Final = 60.0
_TOKEN: Final = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Unexpected(Exception):
    """The service answered in a way that loses or refuses what it must not."""


@dataclass(slots=True)
class Browser:
    """One browser: `http` keeps its cookies, `tab` names the open tab."""

    http: httpx.Client
    tab: str = field(default_factory=lambda: uuid.uuid4().hex)
    seq: int = 0

    @classmethod
    def open(cls, base_url: str) -> Browser:
        """Return a browser without any cookie."""
        return cls(
            httpx.Client(base_url=base_url, timeout=TIMEOUT, follow_redirects=True)
        )

    def page(self, path: str) -> httpx.Response:
        """Open a page.

        Raises: `Unexpected` when it is not shown.
        """
        response = self.http.get(path)
        if response.status_code != httpx.codes.OK:
            message = f"GET {path} gave {response.status_code}"
            raise Unexpected(message)
        return response

    def submit(self, page: httpx.Response, path: str, **fields: str) -> httpx.Response:
        """Send a form of `page` to `path`.

        Raises: `Unexpected` when the form is missing or refused.
        """
        token = _TOKEN.search(page.text)
        if token is None:
            message = f"{page.url} has no form to send"
            raise Unexpected(message)
        response = self.http.post(
            path,
            data={"csrfmiddlewaretoken": token.group(1), **fields},
            headers={"Referer": str(page.url)},
        )
        if response.status_code != httpx.codes.OK:
            message = f"POST {path} gave {response.status_code}"
            raise Unexpected(message)
        return response

    def save(self, path: str, text: str, *, revision: int, language: str) -> int:
        """Autosave `text` and return the answer's new revision.

        Raises: `Unexpected` when the text was not saved.
        """
        self.seq += 1
        response = self._json(
            "PUT",
            path,
            {
                "text": text,
                "base_revision": revision,
                "client_id": self.tab,
                "client_seq": self.seq,
                "language": language,
            },
        )
        return int(response["revision"])

    def draft(self, path: str) -> dict[str, Any]:
        """Return the saved draft as the service has it."""
        return self._json("GET", path, None)

    def crash(self) -> None:
        """Lose the page without a word; the cookies survive, as in a real one."""
        self.tab = uuid.uuid4().hex
        self.seq = 0

    def _json(
        self, method: str, path: str, payload: dict[str, Any] | None
    ) -> dict[str, Any]:
        response = self.http.request(
            method,
            path,
            json=payload,
            headers={
                "X-CSRFToken": self.http.cookies.get("csrftoken") or "",
                "Referer": str(self.http.base_url),
            },
        )
        if response.status_code != httpx.codes.OK:
            message = f"{method} {path} gave {response.status_code}: {response.text}"
            raise Unexpected(message)
        body: dict[str, Any] = response.json()
        return body
