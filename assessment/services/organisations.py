"""Make organisations, their people and their keys."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Final

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from assessment.models import ApiKey, Membership, Organisation

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.contrib.auth.models import User

SCOPES: Final = (
    "assessments:read",
    "orders:read",
    "orders:write",
    "results:read",
    "webhooks:write",
)


def key_digest(key: str) -> str:
    """Return what is stored of an API key: its SHA-256 in hexadecimal.

    A key holds 256 random bits, so a slow password hash would add nothing.
    """
    return hashlib.sha256(key.encode()).hexdigest()


@transaction.atomic
def organisation_create(*, slug: str, name: str) -> Organisation:
    """Return the organisation `slug`, made when it is not there."""
    organisation, _ = Organisation.objects.get_or_create(
        slug=slug, defaults={"name": name}
    )
    return organisation


@transaction.atomic
def recruiter_create(
    *, organisation: Organisation, email: str, password: str, staff: bool = False
) -> User:
    """Make a person who works for `organisation` and signs in by e-mail.

    An existing person of that e-mail gets the new password.
    """
    users = get_user_model().objects
    user = users.filter(email__iexact=email).first()
    if user is None:
        user = users.create_user(username=email.lower(), email=email.lower())
    user.set_password(password)
    user.is_staff = user.is_superuser = staff
    user.save()
    Membership.objects.update_or_create(
        user=user, defaults={"organisation": organisation}
    )
    return user


@transaction.atomic
def api_key_create(
    *,
    organisation: Organisation,
    name: str,
    scopes: Iterable[str] = SCOPES,
    expires_at: datetime | None = None,
    by: User | None = None,
) -> tuple[ApiKey, str]:
    """Make a key and return its row and the key itself, shown this once.

    Raises: `ValueError` for a scope that does not exist.
    """
    scopes = sorted(set(scopes))
    unknown = set(scopes) - set(SCOPES)
    if unknown:
        message = f"unknown scope: {', '.join(sorted(unknown))}"
        raise ValueError(message)
    prefix = f"ivk_{secrets.token_hex(4)}"
    key = f"{prefix}_{secrets.token_urlsafe(32)}"
    row = ApiKey.objects.create(
        organisation=organisation,
        name=name,
        prefix=prefix,
        digest=key_digest(key),
        scopes=scopes,
        expires_at=expires_at,
        created_by=by,
    )
    return row, key


@transaction.atomic
def api_key_revoke(*, key: ApiKey) -> None:
    """Make a key useless from now on."""
    ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(
        revoked_at=timezone.now()
    )


def api_key_touch(*, key: ApiKey, now: datetime) -> None:
    """Remember that a key was used, to the minute, so that reads stay reads."""
    if key.last_used_at is None or (now - key.last_used_at).total_seconds() > 60:  # noqa: PLR2004  # a minute
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
