"""What the description of the API says about every path: keys, scopes, problems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from assessment.api.errors import MEDIA_TYPE, PROBLEMS
from assessment.api.permissions import scope_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from drf_spectacular.utils import Direction

# Every call with a key can end like this, whatever it asks for.
ALWAYS = (
    "auth.key_missing",
    "auth.key_invalid",
    "auth.key_expired",
    "auth.key_revoked",
    "auth.scope_missing",
    "request.not_acceptable",
    "rate.limited",
    "service.error",
    "service.unavailable",
)
WITH_BODY = (
    "request.malformed",
    "request.invalid",
    "request.length_required",
    "request.too_large",
    "request.unsupported_media_type",
)

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong, as RFC 9457 has it. Decide by `code`.",
    "required": [
        "type",
        "title",
        "status",
        "detail",
        "code",
        "retryable",
        "instance",
        "request_id",
    ],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "For people; names no candidate."},
        "code": {
            "type": "string",
            "description": "Never changes its meaning; new ones may be added.",
            "examples": ["report.not_released"],
        },
        "retryable": {
            "type": "boolean",
            "description": "Whether the same request may succeed if it is sent again.",
        },
        "instance": {"type": "string", "description": "The path that was called."},
        "request_id": {
            "type": "string",
            "description": "Names this request; as the header X-Request-Id.",
        },
        "errors": {
            "type": "array",
            "description": "With `request.invalid`: one entry for each value. One of "
            "`pointer` (into the body), `parameter` and `header` says which.",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string", "examples": ["#/candidate/email"]},
                    "parameter": {"type": "string"},
                    "header": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library registers subclasses
    """Describes how a key is sent, and which scope a method needs."""

    target_class = "assessment.api.authentication.ApiKeyAuthentication"
    name = ["ApiKeyBearer", "ApiKeyBasic"]  # as the library declares it

    def get_security_requirement(
        self, auto_schema: AutoSchema
    ) -> list[dict[str, list[Any]]]:
        """Return the two ways to send a key, with the scope that it needs."""
        scope = scope_of(auto_schema.view, auto_schema.method)
        return [{name: [scope]} for name in self.name]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, Any]]:  # noqa: ARG002  # the library's signature
        """Return the definitions of the two ways."""
        return [
            {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "ivk_…",
                "description": "The API key as a bearer token.",
            },
            {
                "type": "http",
                "scheme": "basic",
                "description": "The API key as the user name, with an empty password.",
            },
        ]


class ProblemSchema(AutoSchema):
    """Adds to every operation its scope and the problems it can end with.

    A view lists the codes of its own in `problems`, by method.
    """

    def get_description(self) -> str:  # type: ignore[override]  # as the library has it
        """Return what the method's docstring says, and the scope that it needs."""
        text = super().get_description()
        scope = scope_of(self.view, self.method) if self._has_key() else ""
        return f"{text}\n\nScope: `{scope}`." if scope else text

    def _has_key(self) -> bool:
        return bool(self.view.get_authenticators())

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        if direction != "response" or not self._has_key():
            return bodies
        for status, codes in _by_status(self._codes()).items():
            bodies[status] = {
                "description": ", ".join(f"`{code}`" for code in codes),
                "content": {MEDIA_TYPE: {"schema": self._problem_reference()}},
            }
        return dict(sorted(bodies.items()))

    def _codes(self) -> list[str]:
        own: dict[str, tuple[str, ...]] = getattr(self.view, "problems", {})
        codes = [*ALWAYS, *own.get(self.method, ())]
        if self.method == "POST" and self.get_request_serializer() is not None:
            codes.extend(WITH_BODY)
        if "{" in self.path:
            codes.append("not_found")
        if self.method == "GET" and self._is_list_view():
            codes.append("request.invalid")
        return codes

    def _problem_reference(self) -> dict[str, Any]:
        component = ResolvedComponent(  # type: ignore[no-untyped-call]  # the library has no types here
            name="Problem",
            type=ResolvedComponent.SCHEMA,
            object="Problem",
            schema=PROBLEM_SCHEMA,
        )
        self.registry.register_on_missing(component)
        reference: dict[str, Any] = component.ref
        return reference


def _by_status(codes: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code in dict.fromkeys(codes):
        found.setdefault(str(PROBLEMS[code].status), []).append(code)
    return found
