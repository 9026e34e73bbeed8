"""Invite candidates, and take invitations back."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone

from assessment.errors import AssessmentInvalid, IllegalMove
from assessment.models import Attempt, Invitation
from assessment.services.attempts import attempt_move
from assessment.services.mail import send_invitation_on_commit
from assessment.services.webhooks import event_record
from assessment.states import AttemptState

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import User

    from assessment.models import ApiKey, Assessment

DEFAULT_DAYS: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Who is invited, as the caller knows them."""

    name: str
    email: str
    language: str  # "zh" or "en": of the e-mail and of the pages at first
    external_id: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)


def token_digest(token: str) -> str:
    """Return what is stored of a link's token: its SHA-256 in hexadecimal."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@transaction.atomic
def invitation_create(  # noqa: PLR0913  # who, what, until when, by whom
    *,
    assessment: Assessment,
    candidate: Candidate,
    expires_at: datetime | None = None,
    by: User | None = None,
    api_key: ApiKey | None = None,
    send_mail: bool = True,
) -> tuple[Invitation, str]:
    """Invite a candidate and return the invitation and its link's token.

    The token exists in the e-mail and in this return value; only its digest is
    stored, so a lost link is replaced, never looked up.

    Raises: `AssessmentInvalid` for an archived assessment or an expiry in the past.
    """
    now = timezone.now()
    if assessment.archived_at is not None:
        message = "This assessment is archived. Choose another one."
        raise AssessmentInvalid(message)
    if expires_at is not None and expires_at <= now:
        message = "The invitation would have expired already. Choose a later time."
        raise AssessmentInvalid(message)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        organisation_id=assessment.organisation_id,
        assessment=assessment,
        candidate_name=candidate.name.strip(),
        candidate_email=candidate.email.strip(),
        language=candidate.language,
        token_digest=token_digest(token),
        created_by=by,
        api_key=api_key,
        external_id=candidate.external_id,
        metadata=candidate.metadata,
        expires_at=expires_at or now + timedelta(days=DEFAULT_DAYS),
    )
    Attempt.objects.create(invitation=invitation)
    if send_mail:
        send_invitation_on_commit(invitation, token)
    return invitation, token


@transaction.atomic
def invitation_renew(*, invitation: Invitation, send_mail: bool = True) -> str:
    """Replace the link, for a candidate who lost it or changes the device.

    The old link and the browser that used it stop working; what was written and
    the running clock stay as they are.

    Raises: `IllegalMove` when the attempt has ended.
    """
    locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if locked.attempt.state not in {AttemptState.INVITED, AttemptState.STARTED}:
        message = "This attempt has ended; it needs no new link."
        raise IllegalMove(message)
    token = secrets.token_urlsafe(32)
    locked.token_digest = token_digest(token)
    locked.used_at = None
    now = timezone.now()
    locked.expires_at = max(locked.expires_at, now + timedelta(days=1))
    locked.save(update_fields=["token_digest", "used_at", "expires_at"])
    Attempt.objects.filter(pk=locked.attempt.pk).update(session_digest="")
    if send_mail:
        send_invitation_on_commit(locked, token)
    return token


@transaction.atomic
def invitation_cancel(*, invitation: Invitation, by: User | None = None) -> None:
    """Take an invitation back, whatever became of it, unless it was released.

    Raises: `IllegalMove` when the attempt has ended in another way.
    """
    attempt = Attempt.objects.select_for_update().get(invitation=invitation)
    state = AttemptState(attempt.state)
    if state is AttemptState.CANCELLED:
        return
    if state in {AttemptState.RELEASED, AttemptState.EXPIRED}:
        message = f"An attempt that is {state} cannot be cancelled."
        raise IllegalMove(message)
    now = timezone.now()
    attempt_move(
        attempt.pk,
        old=state,
        new=AttemptState.CANCELLED,
        code="cancelled",
        by=by,
        now=now,
    )
    attempt.refresh_from_db()
    event_record(attempt=attempt, event_type="attempt.cancelled", now=now)
