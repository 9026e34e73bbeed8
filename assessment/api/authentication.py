"""Who calls: a hiring system with its API key.

A key is sent as `Authorization: Bearer <key>`, or as the user name of HTTP Basic
with an empty password, which is how several hiring systems send keys.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

from assessment.models import ApiKey
from assessment.services.organisations import api_key_touch, key_digest

if TYPE_CHECKING:
    from rest_framework.request import Request

# "ivk_" and eight hexadecimal digits; see `api_key_create`.
PREFIX_LENGTH: Final = 12
LONGEST_KEY: Final = 170  # Greenhouse sends no longer ones
_NO_DIGEST: Final = "0" * 64


class ApiKeyAuthentication(BaseAuthentication):
    """Finds the API key of a request; `request.auth` is its row."""

    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        """Return no user and the key, or None when no key was sent.

        Raises: `AuthenticationFailed` for a key that is unknown, expired or revoked.
        """
        sent = _sent_key(request.headers.get("Authorization", ""))
        if sent is None:
            return None
        key = _known_key(sent)
        now = timezone.now()
        if key.revoked_at is not None:
            message = "This API key was revoked. Use another one."
            raise AuthenticationFailed(message, code="auth.key_revoked")
        if key.expires_at is not None and key.expires_at <= now:
            message = "This API key has expired. Ask for a new one."
            raise AuthenticationFailed(message, code="auth.key_expired")
        api_key_touch(key=key, now=now)
        return None, key

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002  # REST framework's signature
        """Return the challenge of a 401."""
        return 'Bearer realm="Inferview API"'


def _sent_key(header: str) -> str | None:
    """Return the key of an Authorization header, or None when there is no header."""
    if not header.strip():
        return None
    scheme, _, value = header.strip().partition(" ")
    value = value.strip()
    if scheme.lower() == "bearer" and value:
        return value
    if scheme.lower() == "basic" and value:
        try:
            pair = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise _unknown() from error
        return pair.partition(":")[0]
    raise _unknown()


def _known_key(sent: str) -> ApiKey:
    if len(sent) > LONGEST_KEY or not sent.isascii() or not sent.isprintable():
        raise _unknown()
    key = (
        ApiKey.objects.select_related("organisation")
        .filter(prefix=sent[:PREFIX_LENGTH])
        .first()
    )
    # Compared even when no prefix fits, so that time does not tell prefixes apart.
    stored = key.digest if key is not None else _NO_DIGEST
    if not hmac.compare_digest(key_digest(sent), stored) or key is None:
        raise _unknown()
    return key


def _unknown() -> AuthenticationFailed:
    message = "This API key is not one of ours. Check that it was copied whole."
    return AuthenticationFailed(message, code="auth.key_invalid")
