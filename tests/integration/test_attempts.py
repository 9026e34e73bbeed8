from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from assessment.errors import (
    AttemptNotOpen,
    IllegalMove,
    InvitationCancelled,
    InvitationExpired,
    InvitationUnknown,
    InvitationUsed,
    MarkInvalid,
    NotReady,
)
from assessment.models import Answer, Attempt, Grade, Job, Override, WebhookDelivery
from assessment.services.assessments import Draw
from assessment.services.attempts import (
    attempt_enter,
    attempt_start,
    attempt_submit,
    invitation_open,
)
from assessment.services.grades import mark_override
from assessment.services.invitations import invitation_cancel, invitation_renew
from assessment.services.reports import report_release
from assessment.services.sweeps import sweep_attempts
from assessment.services.webhooks import endpoint_create
from assessment.states import AttemptState
from bank.publishing import question_publish
from tests.make.assessment import (
    make_assessment,
    make_attempt,
    make_grade,
    make_invitation,
    make_organisation,
    make_question,
    make_recruiter,
    text_question,
)

pytestmark = pytest.mark.django_db


def entered(token):
    return attempt_enter(token=token, now=timezone.now())[0]


def test_a_link_works_once():
    _, token = make_invitation()
    entered(token)

    with pytest.raises(InvitationUsed):
        entered(token)


def test_a_forged_link_is_unknown():
    make_invitation()
    for token in ("", "x" * 43, "\ud800"):
        with pytest.raises(InvitationUnknown):
            entered(token)


def test_an_expired_link_opens_nothing():
    invitation, token = make_invitation()
    with pytest.raises(InvitationExpired):
        attempt_enter(token=token, now=invitation.expires_at)

    assert Attempt.objects.get().consented_at is None


def test_a_cancelled_link_says_so():
    invitation, token = make_invitation()
    invitation_cancel(invitation=invitation)

    with pytest.raises(InvitationCancelled):
        invitation_open(token, now=timezone.now())


def test_a_new_link_ends_the_old_one_and_its_browser_but_not_the_text():
    invitation, token = make_invitation()
    attempt = attempt_start(attempt=entered(token), now=timezone.now())
    deadline = attempt.deadline
    Answer.objects.filter(item__attempt=attempt).update(text="kept")

    fresh = invitation_renew(invitation=invitation, send_mail=False)
    with pytest.raises(InvitationUnknown):
        entered(token)
    again = entered(fresh)

    assert again.pk == attempt.pk
    assert again.deadline == deadline
    assert {answer.text for answer in Answer.objects.all()} == {"kept"}


def test_starting_twice_costs_no_time():
    _, token = make_invitation()
    attempt = entered(token)
    first = attempt_start(attempt=attempt, now=timezone.now())
    again = attempt_start(attempt=attempt, now=timezone.now() + timedelta(minutes=5))

    assert again.deadline == first.deadline
    assert again.items.count() == 2


def test_nobody_starts_without_having_agreed():
    invitation, _ = make_invitation()

    with pytest.raises(AttemptNotOpen):
        attempt_start(attempt=invitation.attempt, now=timezone.now())


def test_an_attempt_keeps_the_version_that_it_was_asked():
    question = make_question()
    assessment = make_assessment(questions=[question])
    attempt = make_attempt(AttemptState.STARTED, assessment=assessment)
    question_publish(text_question(minutes=30))
    later = make_attempt(AttemptState.STARTED, assessment=assessment)

    assert attempt.items.get().version.number == 1
    assert later.items.get().version.number == 2


def test_a_draw_takes_what_it_says_and_nothing_twice():
    chosen = make_question("chosen")
    make_question("twin", alias_of="chosen")
    for number in range(4):
        make_question(f"pool-{number}")
    assessment = make_assessment(
        questions=[chosen], draws=[Draw(topic="compression", count=3)]
    )

    asked = [
        {item.version.question.slug for item in attempt.items.all()}
        for attempt in (
            make_attempt(AttemptState.STARTED, assessment=assessment) for _ in range(8)
        )
    ]

    assert all(len(slugs) == 4 and "chosen" in slugs for slugs in asked)
    assert all("twin" not in slugs for slugs in asked)
    assert len({frozenset(slugs) for slugs in asked}) > 1


def test_handing_in_twice_queues_the_grading_once():
    attempt = make_attempt(AttemptState.STARTED)

    assert attempt_submit(attempt=attempt, now=timezone.now())
    assert not attempt_submit(attempt=attempt, now=timezone.now())
    assert Job.objects.count() == 2


def test_the_sweep_expires_what_was_never_started():
    invitation, _ = make_invitation()
    sweep_attempts(invitation.expires_at - timedelta(seconds=1))
    assert Attempt.objects.get().state == AttemptState.INVITED

    sweep_attempts(invitation.expires_at)
    assert Attempt.objects.get().state == AttemptState.EXPIRED


def test_a_released_attempt_cannot_be_cancelled():
    attempt = make_attempt(AttemptState.RELEASED)

    with pytest.raises(IllegalMove):
        invitation_cancel(invitation=attempt.invitation)


def test_an_attempt_is_graded_when_the_last_mark_is_there():
    attempt = make_attempt(AttemptState.SUBMITTED)
    first, second = attempt.items.all()
    make_grade(first)
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.SUBMITTED

    make_grade(second)
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.GRADED


def test_a_persons_mark_stands_in_for_one_that_we_could_not_find():
    attempt = make_attempt(AttemptState.SUBMITTED)
    first, second = attempt.items.all()
    make_grade(first)
    mark_override(item=second, score=0.4, reason="Read by hand.", by=make_recruiter())

    attempt.refresh_from_db()
    assert attempt.state == AttemptState.GRADED


@pytest.mark.parametrize(
    ("score", "reason"), [(1.01, "why"), (-0.1, "why"), (0.5, "  "), (0.5, "x" * 3000)]
)
def test_a_mark_without_reason_or_out_of_range_is_refused(score, reason):
    attempt = make_attempt(AttemptState.GRADED)
    with pytest.raises(MarkInvalid):
        mark_override(
            item=attempt.items.first(), score=score, reason=reason, by=make_recruiter()
        )

    assert not Override.objects.exists()


def test_a_reviewed_mark_cannot_be_changed_unseen():
    attempt = make_attempt(AttemptState.REVIEWED)

    with pytest.raises(NotReady):
        mark_override(
            item=attempt.items.first(), score=1.0, reason="no", by=make_recruiter()
        )


@pytest.mark.parametrize(
    "state",
    [AttemptState.STARTED, AttemptState.SUBMITTED, AttemptState.GRADED],
)
def test_nothing_is_released_that_nobody_reviewed(state):
    endpoint_create(organisation=make_organisation(), url="http://127.0.0.1:1/x")
    attempt = make_attempt(state)
    with pytest.raises(NotReady):
        report_release(
            attempt=attempt, body={}, by=make_recruiter(), now=timezone.now()
        )

    assert not WebhookDelivery.objects.filter(event_type="report.released").exists()


def test_a_webhook_body_holds_no_mark_and_nothing_about_the_candidate():
    endpoint_create(organisation=make_organisation(), url="http://127.0.0.1:1/x")
    attempt = make_attempt(AttemptState.RELEASED)
    bodies = " ".join(WebhookDelivery.objects.values_list("body", flat=True))

    assert "report.released" in bodies
    assert attempt.invitation.candidate_name not in bodies
    assert attempt.invitation.candidate_email not in bodies
    assert "score" not in bodies


def test_a_hiring_system_hears_of_a_cancelled_attempt():
    endpoint_create(organisation=make_organisation(), url="http://127.0.0.1:1/x")
    make_attempt(AttemptState.CANCELLED)

    heard = WebhookDelivery.objects.filter(event_type="attempt.cancelled").get()
    assert '"status":"cancelled"' in heard.body


def test_another_organisations_endpoint_hears_nothing():
    endpoint_create(
        organisation=make_organisation("other", "Other"), url="http://127.0.0.1:1/x"
    )
    make_attempt(AttemptState.RELEASED)

    assert not WebhookDelivery.objects.exists()
    assert Grade.objects.exists()
