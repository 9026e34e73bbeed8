"""Refusals with stable codes: what a caller asked for and cannot have.

    AssessmentError
    ├── IllegalMove             that state cannot follow this one
    ├── InvitationUnknown       no such link, or forged
    ├── InvitationUsed          the link was opened in another browser
    ├── InvitationExpired       its time is over
    ├── InvitationCancelled     the recruiter took it back
    ├── AttemptNotOpen          not started yet, or handed in already
    ├── AnswerConflict          somebody saved a newer text meanwhile
    ├── AnswerTooLong           more than an answer may hold
    ├── TrialRefused            a question that takes no code
    │   ├── TrialUnderWay       one run at a time
    │   └── TrialsUsedUp        no run left
    ├── AssessmentInvalid       an assessment that nobody could sit
    ├── MarkInvalid             an override without a reason or out of range
    ├── NotReady                something must happen first
    ├── NotReleased             a result that nobody has released
    ├── NotFound                no such thing in this organisation
    ├── IdempotencyKeyMissing, IdempotencyKeyReused, IdempotencyKeyBusy
    └── EndpointRefused         a webhook address that we will not call

Codes are part of the API; `assessment.api.errors` gives each its HTTP status.
"""

from __future__ import annotations

from typing import ClassVar


class AssessmentError(Exception):
    """Base of everything this package refuses on purpose.

    `str(error)` is a sentence for the person who asked; it names no candidate.
    """

    code: ClassVar[str]
    sentence: ClassVar[str] = "This is not possible."

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or self.sentence)


class IllegalMove(AssessmentError):
    """That state cannot follow this one."""

    code = "state.illegal_move"
    sentence = "This cannot be done in the present state."


class InvitationUnknown(AssessmentError):
    """No invitation has this link."""

    code = "invitation.unknown"
    sentence = "This link is not one of ours. Check that it was copied whole."


class InvitationUsed(AssessmentError):
    """The link was opened already, in another browser."""

    code = "invitation.used"
    sentence = (
        "This link was already used in another browser. Go on there, or ask the "
        "person who invited you for a new link; nothing is lost."
    )


class InvitationExpired(AssessmentError):
    """The invitation's time is over."""

    code = "invitation.expired"
    sentence = (
        "This invitation has expired. Ask the person who invited you for a new one."
    )


class InvitationCancelled(AssessmentError):
    """The recruiter took the invitation back."""

    code = "invitation.cancelled"
    sentence = "This invitation was cancelled by the people who sent it."


class AttemptNotOpen(AssessmentError):
    """The attempt is not being written: not started, or handed in."""

    code = "attempt.not_open"
    sentence = "This assessment is not open for writing."


class AnswerConflict(AssessmentError):
    """A newer text was saved meanwhile, from another tab or device."""

    code = "answer.conflict"
    sentence = "A newer version of this answer was saved in another tab or device."


class AnswerTooLong(AssessmentError):
    """More text than an answer may hold."""

    code = "answer.too_long"
    sentence = "This answer is longer than an answer may be."


class TrialRefused(AssessmentError):
    """No run can be started for this question."""

    code = "trial.refused"
    sentence = "This question takes no code, so there is nothing to run."


class TrialUnderWay(TrialRefused):
    """The candidate's last run is not finished."""

    code = "trial.under_way"
    sentence = (
        "Your last run is not finished yet. One run at a time; nothing was counted."
    )


class TrialsUsedUp(TrialRefused):
    """The candidate has no run left for this question."""

    code = "trial.used_up"
    sentence = (
        "All runs of this question are used. You can still change, save and hand in "
        "your code."
    )


class AssessmentInvalid(AssessmentError):
    """An assessment that nobody could sit."""

    code = "assessment.invalid"
    sentence = "This assessment cannot be used as it is."


class MarkInvalid(AssessmentError):
    """An override without a reason, or out of range."""

    code = "mark.invalid"
    sentence = "A mark lies between 0 and 100 and needs a reason."


class NotReady(AssessmentError):
    """Something else must happen first."""

    code = "state.not_ready"
    sentence = "Something else must happen first."


class NotReleased(AssessmentError):
    """The result exists or will exist, but nobody has released it."""

    code = "report.not_released"
    sentence = "The result of this order has not been released."


class NotFound(AssessmentError):
    """No such thing in this organisation."""

    code = "not_found"
    sentence = "There is no such thing here."


class IdempotencyKeyMissing(AssessmentError):
    """A creating call without the header that makes it repeatable."""

    code = "idempotency.key_missing"
    sentence = "Send an Idempotency-Key header, so that this call can be repeated."


class IdempotencyKeyReused(AssessmentError):
    """The same key came with another payload."""

    code = "idempotency.key_reused"
    sentence = "This Idempotency-Key was used with a different request."


class IdempotencyKeyBusy(AssessmentError):
    """The first call with this key is still running."""

    code = "idempotency.key_busy"
    sentence = "The first request with this Idempotency-Key is still running."


class EndpointRefused(AssessmentError):
    """A webhook address that this service will not call."""

    code = "webhook.endpoint_refused"
    sentence = "This address cannot receive webhooks."
