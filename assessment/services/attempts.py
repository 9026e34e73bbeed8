"""Move attempts from state to state. Nobody else writes an attempt's state."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from assessment.dispatch import PREPARE_TASK, send_on_commit
from assessment.errors import (
    AttemptNotOpen,
    IllegalMove,
    InvitationCancelled,
    InvitationExpired,
    InvitationUnknown,
    InvitationUsed,
    NotReady,
)
from assessment.models import (
    Answer,
    Attempt,
    AttemptEvent,
    AttemptItem,
    Invitation,
)
from assessment.selectors.attempts import all_items_marked
from assessment.services.jobs import job_queue
from assessment.services.webhooks import event_record
from assessment.states import AttemptState, JobKind, may_follow
from bank.definitions import Kind, State
from bank.selectors import current_versions, live_questions

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import User

    from bank.models import QuestionVersion

CONSENT_VERSION: Final = "2026-11"
# A save that left the candidate's machine in time may be slow on its way.
GRACE: Final = timedelta(seconds=30)
# Stored beside an attempt, so that a draw can be repeated.
SEED_BITS: Final = 62


@transaction.atomic
def attempt_move(  # noqa: PLR0913  # a move says from where, to where, why, by whom
    attempt_id: int,
    *,
    old: AttemptState,
    new: AttemptState,
    code: str = "",
    by: User | None = None,
    now: datetime | None = None,
) -> bool:
    """Move an attempt and say whether it was this call that moved it.

    False means somebody else was first: leave it alone.

    Raises: `IllegalMove` when `new` may not follow `old`.
    """
    if not may_follow(old, new):
        message = f"An attempt cannot go from {old} to {new}."
        raise IllegalMove(message)
    now = now or timezone.now()
    moved = Attempt.objects.filter(pk=attempt_id, state=old).update(
        state=new, changed_at=now
    )
    if not moved:
        return False
    AttemptEvent.objects.create(
        attempt_id=attempt_id, old=old, new=new, code=code, by=by, at=now
    )
    return True


def session_digest(secret: str) -> str:
    """Return what is stored of a browser's secret: its SHA-256 in hexadecimal."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def invitation_open(token: str, *, now: datetime) -> Invitation:
    """Return the invitation of a link that can still be entered.

    Raises: `InvitationUnknown`, `InvitationCancelled`, `InvitationUsed`,
        `InvitationExpired`.
    """
    digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    invitation = (
        Invitation.objects.select_related("attempt", "assessment__organisation")
        .filter(token_digest=digest)
        .first()
    )
    if invitation is None:
        raise InvitationUnknown
    state = invitation.attempt.state
    if state == AttemptState.CANCELLED:
        raise InvitationCancelled
    if invitation.used_at is not None:
        raise InvitationUsed
    if state == AttemptState.EXPIRED or invitation.expires_at <= now:
        raise InvitationExpired
    return invitation


@transaction.atomic
def attempt_enter(*, token: str, now: datetime) -> tuple[Attempt, str]:
    """Record consent, use up the link and bind the attempt to one browser.

    Returns the attempt and the browser's secret, which goes into a cookie.

    Raises: as `invitation_open`.
    """
    invitation = invitation_open(token, now=now)
    # By token too: a link that is renewed at this moment must not be used up.
    used = Invitation.objects.filter(
        pk=invitation.pk,
        used_at__isnull=True,
        token_digest=invitation.token_digest,
        expires_at__gt=now,
    ).update(used_at=now)
    if not used:
        raise InvitationUsed
    secret = secrets.token_urlsafe(32)
    attempt = invitation.attempt
    attempt.session_digest = session_digest(secret)
    if attempt.consented_at is None:
        attempt.consented_at = now
        attempt.consent_version = CONSENT_VERSION
    attempt.save(update_fields=["session_digest", "consented_at", "consent_version"])
    return attempt, secret


@transaction.atomic
def attempt_start(*, attempt: Attempt, now: datetime) -> Attempt:
    """Start the clock: pin the questions' versions and set the deadline.

    Starting twice changes nothing, so a double click costs no time.

    Raises: `AttemptNotOpen` when the attempt has ended or was never agreed to,
        `InvitationExpired`, `NotReady` when no question is left to ask.
    """
    locked = (
        Attempt.objects.select_for_update(of=("self",))
        .select_related("invitation__assessment")
        .get(pk=attempt.pk)
    )
    if locked.state == AttemptState.STARTED:
        return locked
    if locked.state != AttemptState.INVITED or locked.consented_at is None:
        raise AttemptNotOpen
    if locked.invitation.expires_at <= now:
        raise InvitationExpired
    assessment = locked.invitation.assessment
    seed = secrets.randbits(SEED_BITS)
    chosen = _versions_to_ask(locked, seed)
    promised = assessment.items.count() + sum(
        draw.count for draw in assessment.draws.all()
    )
    if len(chosen) < promised:
        message = (
            "Some questions of this assessment are not live any more. Ask the person "
            "who invited you; your time has not started."
        )
        raise NotReady(message)
    locked.started_at = now
    locked.deadline = now + timedelta(minutes=assessment.duration_minutes)
    locked.draw_seed = seed
    locked.save(update_fields=["started_at", "deadline", "draw_seed"])
    default = locked.invitation.language
    language = default if default in assessment.languages else assessment.languages[0]
    for position, (version, weight) in enumerate(chosen, start=1):
        item = AttemptItem.objects.create(
            attempt=locked, version=version, position=position, weight=weight
        )
        Answer.objects.create(item=item, language=language)
    attempt_move(locked.pk, old=AttemptState.INVITED, new=AttemptState.STARTED, now=now)
    locked.state = AttemptState.STARTED
    event_record(attempt=locked, event_type="attempt.started", now=now)
    # Encoding eight rubrics takes many times as long as marking eight answers. There
    # is an hour for it now, and nobody waits.
    send_on_commit(PREPARE_TASK, locked.pk)
    return locked


def _versions_to_ask(
    attempt: Attempt, seed: int
) -> list[tuple[QuestionVersion, float]]:
    """Return the current versions of chosen and drawn questions with their weights.

    A draw orders a topic's questions by a hash of seed and slug: repeatable from
    the stored seed, and unknown beforehand. It never draws a question that shares
    its rubric with one that is asked already.
    """
    assessment = attempt.invitation.assessment
    items = list(assessment.items.select_related("question"))
    versions = _by_question([item.question_id for item in items])
    chosen = [
        (versions[item.question_id], item.weight)
        for item in items
        if item.question_id in versions
    ]
    asked = {_rubric_of(version) for version, _ in chosen}
    for draw in assessment.draws.all():
        pool = sorted(
            live_questions(topic=draw.topic),
            key=lambda question: hashlib.sha256(
                f"{seed}:{question.slug}".encode()
            ).digest(),
        )
        pool_versions = _by_question([question.pk for question in pool])
        left = draw.count
        for question in pool:
            version = pool_versions.get(question.pk)
            if not left or version is None or _rubric_of(version) in asked:
                continue
            asked.add(_rubric_of(version))
            chosen.append((version, 1.0))
            left -= 1
    return chosen


def _by_question(question_ids: list[int]) -> dict[int, QuestionVersion]:
    """Return the live questions among these with the version that is asked now."""
    found = current_versions().filter(
        question_id__in=question_ids, question__state=State.LIVE
    )
    return {version.question_id: version for version in found}


def _rubric_of(version: QuestionVersion) -> str:
    return str(version.body.get("alias_of") or version.question.slug)


@transaction.atomic
def attempt_submit(
    *, attempt: Attempt, now: datetime, by_timeout: bool = False
) -> bool:
    """Hand in the last saved state and queue its grading; say whether this did it.

    Handing in twice changes nothing.
    """
    if not attempt_move(
        attempt.pk,
        old=AttemptState.STARTED,
        new=AttemptState.SUBMITTED,
        code="deadline" if by_timeout else "",
        now=now,
    ):
        return False
    Attempt.objects.filter(pk=attempt.pk).update(
        submitted_at=now, submitted_by_timeout=by_timeout
    )
    attempt.refresh_from_db()
    for item in attempt.items.select_related("answer", "version__question"):
        kind = (
            JobKind.SPEED if item.version.question.kind == Kind.SPEED else JobKind.TEXT
        )
        job_queue(kind=kind, answer=item.answer)
    event_record(attempt=attempt, event_type="attempt.submitted", now=now)
    return True


def attempt_close_if_over(*, attempt: Attempt, now: datetime) -> bool:
    """Hand in an attempt whose time and grace are over; say whether this did it."""
    if (
        attempt.state == AttemptState.STARTED
        and attempt.deadline is not None
        and now >= attempt.deadline + GRACE
    ):
        return attempt_submit(attempt=attempt, now=now, by_timeout=True)
    return False


@transaction.atomic
def attempt_expire(*, attempt: Attempt, now: datetime) -> bool:
    """End an invitation that was never started in time; say whether this did it."""
    # Locked and read anew: it may have been renewed meanwhile.
    invitation = Invitation.objects.select_for_update().get(pk=attempt.invitation_id)
    if attempt.state != AttemptState.INVITED or invitation.expires_at > now:
        return False
    return attempt_move(
        attempt.pk,
        old=AttemptState.INVITED,
        new=AttemptState.EXPIRED,
        code="expired",
        now=now,
    )


@transaction.atomic
def attempt_grade_if_complete(*, attempt: Attempt) -> bool:
    """Call an attempt graded once every item has a mark; say whether this did it."""
    # Two workers may store the last two marks at the same moment, and neither
    # would see the other's: the lock makes them look one after the other.
    locked = Attempt.objects.select_for_update(of=("self",)).get(pk=attempt.pk)
    if locked.state != AttemptState.SUBMITTED or not all_items_marked(locked):
        return False
    return attempt_move(attempt.pk, old=AttemptState.SUBMITTED, new=AttemptState.GRADED)


def attempt_review(*, attempt: Attempt, by: User) -> None:
    """Record that a person has read the scorecard and stands for it.

    Raises: `NotReady` while a question has no mark.
    """
    if not attempt_move(
        attempt.pk, old=AttemptState.GRADED, new=AttemptState.REVIEWED, by=by
    ):
        message = "Only a graded scorecard can be reviewed; a question has no mark yet."
        raise NotReady(message)


def attempt_reopen(*, attempt: Attempt, by: User) -> None:
    """Take a review back, before release.

    Raises: `NotReady` when there is no review to take back.
    """
    if not attempt_move(
        attempt.pk,
        old=AttemptState.REVIEWED,
        new=AttemptState.GRADED,
        code="reopened",
        by=by,
    ):
        message = "There is no review to take back."
        raise NotReady(message)


def scorecard_address(attempt: Attempt) -> str:
    """Return where recruiters see this attempt."""
    return f"{settings.BASE_URL}/recruiter/attempts/{attempt.uid}/"
