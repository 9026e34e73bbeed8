"""A hiring system that holds every answer against the published description."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.settings import patched_settings
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # has none

from assessment.api.v1.description import SETTINGS


@cache
def description() -> dict[str, Any]:
    """Return the description of the API as it is served."""
    with patched_settings(SETTINGS):
        schema = SchemaGenerator().get_schema(request=None, public=True)
    rendered = OpenApiJsonRenderer().render(schema, renderer_context={})
    described: dict[str, Any] = json.loads(rendered)
    return described


@cache
def _operations() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    return [
        (re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + "$"), operations)
        for path, operations in description()["paths"].items()
    ]


def check_described(method: str, path: str, response: Any) -> None:
    """Assert that this answer is one that the description promises.

    Paths that the description does not know have to be answered 404.
    """
    found = [
        operations[method.lower()]
        for pattern, operations in _operations()
        if pattern.match(path) and method.lower() in operations
    ]
    if not found:
        assert response.status_code in {401, 403, 404, 405}, path
        return
    described = found[0]["responses"]
    assert str(response.status_code) in described, (
        f"{method} {path} is described without {response.status_code}: "
        f"{response.content!r}"
    )
    content = described[str(response.status_code)].get("content")
    if content is None:
        assert response.content == b""
        return
    media_type = response["Content-Type"].partition(";")[0]
    assert media_type in content
    schema = {
        **content[media_type]["schema"],
        "components": description()["components"],
    }
    Draft202012Validator(schema).validate(response.json())


class Caller:
    """Calls the API with one key."""

    def __init__(self, key: str = "", prefix: str = "/api/v1") -> None:
        self.key = key
        self.prefix = prefix
        self.client = Client(raise_request_exception=False)

    def get(self, path: str, **parameters: str) -> Any:
        """GET a path below /api/v1."""
        return self.send("GET", path, parameters=parameters)

    def post(self, path: str, body: object = None, **headers: str) -> Any:
        """POST JSON to a path below /api/v1; `Idempotency_Key=` is a header."""
        return self.send(
            "POST", path, content=json.dumps(body).encode(), headers=headers
        )

    def delete(self, path: str) -> Any:
        """DELETE a path below /api/v1."""
        return self.send("DELETE", path)

    def send(  # noqa: PLR0913  # a request has that many parts
        self,
        method: str,
        path: str,
        *,
        content: bytes = b"",
        media_type: str = "application/json",
        headers: dict[str, str] | None = None,
        parameters: dict[str, str] | None = None,
    ) -> Any:
        """Send anything and hold the answer against the description."""
        whole = f"{self.prefix}{path}"
        sent = {
            name.replace("_", "-"): value for name, value in (headers or {}).items()
        }
        if self.key and "Authorization" not in sent:
            sent["Authorization"] = f"Bearer {self.key}"
        response = self.client.generic(
            method,
            whole,
            content,
            content_type=media_type,
            headers=sent,
            query_params=parameters,
        )
        check_described(method, whole.partition("?")[0], response)
        return response
