"""What a key may do: every view names the scope that each of its methods needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission

from assessment.models import ApiKey

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class HasScope(BasePermission):
    """Lets a key through whose scopes include the one that the view names."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Say whether a key was sent; refuse one that lacks the scope.

        A method that the view does not offer passes, so that it is answered as such.
        """
        key = request.auth
        if not isinstance(key, ApiKey):
            return False
        scope = scope_of(view, request.method or "")
        if scope and scope not in key.scopes:
            message = f"This API key lacks the scope {scope}."
            raise PermissionDenied(message, code="auth.scope_missing")
        return True


def scope_of(view: APIView, method: str) -> str:
    """Return the scope that `method` of this view needs; empty: it has no such method.

    Raises: `LookupError` for a view that offers a method without naming its scope.
    """
    method = "GET" if method == "HEAD" else method
    offered = method.lower() in view.http_method_names
    if not (offered and hasattr(view, method.lower())):
        return ""
    scopes: dict[str, str] = getattr(view, "scopes", {})
    return scopes[method]
