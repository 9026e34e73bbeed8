from __future__ import annotations

import json

import pytest
from django.utils import timezone

from assessment.models import Report
from assessment.reports.build import as_json as card_json
from assessment.reports.links import report_uid_of
from assessment.reports.load import scorecard_of
from assessment.services.attempts import attempt_review
from assessment.services.grades import mark_override
from assessment.services.reports import report_release
from assessment.services.webhooks import endpoint_create
from assessment.states import AttemptState
from tests.make.assessment import (
    CODE_ANSWER,
    TEXT_ANSWER,
    judged_body,
    make_attempt,
    make_recruiter,
    speed_body,
    text_body,
)

pytestmark = pytest.mark.django_db

# Marks that can be nothing else when they turn up in an answer.
TEXT_SCORE = 0.73193
SPEED_SCORE = 0.61957
OWN_SCORE = 0.84731
REASON = "a-second-reader-saw-more"


def attempt_in(state, assessment):
    """Return an attempt whose marks and words are easy to find again."""
    person = make_recruiter()
    if state in {AttemptState.GRADED, AttemptState.REVIEWED, AttemptState.RELEASED}:
        attempt = make_attempt(
            AttemptState.GRADED,
            assessment=assessment,
            by=person,
            bodies=[text_body(score=TEXT_SCORE), speed_body(score=SPEED_SCORE)],
        )
        mark_override(
            item=attempt.items.first(), score=OWN_SCORE, reason=REASON, by=person
        )
        return attempt
    return make_attempt(state, assessment=assessment, by=person)


def test_a_released_result_is_the_frozen_scorecard_with_a_link(api, assessment):
    attempt = make_attempt(
        AttemptState.RELEASED, assessment=assessment, external_id="application-4711"
    )

    result = api.get(f"/orders/{attempt.invitation.uid}/result").json()

    report = Report.objects.get()
    link = result.pop("scorecard_url").rstrip("/").rpartition("/")[2]
    assert report_uid_of(link) == report.uid
    assert result.pop("released_at")
    assert result == report.body
    assert result["external_id"] == "application-4711"
    assert result["score"] == pytest.approx(
        sum(item["score"] for item in result["items"]) / 2
    )


def test_a_text_mark_leaves_with_its_interval_and_doubt(api, assessment):
    attempt = make_attempt(
        AttemptState.RELEASED, assessment=assessment, bodies=[judged_body(), None]
    )

    result = api.get(f"/orders/{attempt.invitation.uid}/result").json()

    text, speed = result["items"]
    assert (text["low"], text["high"], text["doubt"]) == (0.41, 0.72, 0.83)
    assert (text["review"], text["reasons"]) == (True, ["doubt", "copied_rubric"])
    # A speed-up has an interval; the mark that is made of its lower end has none.
    assert (speed["low"], speed["high"], speed["doubt"]) == (None, None, None)
    assert (speed["review"], speed["reasons"]) == (False, [])
    assert result["low"] < result["score"] < result["high"]
    assert {topic["low"] is None for topic in result["topics"]} == {True, False}


def test_a_result_that_was_frozen_earlier_has_every_field(api, assessment):
    attempt = make_attempt(AttemptState.RELEASED, assessment=assessment)
    report = Report.objects.get()
    added = ("low", "high", "doubt", "review", "reasons")
    for part in (report.body, *report.body["topics"], *report.body["items"]):
        for name in added:
            part.pop(name, None)
    report.save()

    result = api.get(f"/orders/{attempt.invitation.uid}/result").json()

    assert (result["low"], result["high"]) == (None, None)
    assert [[item[name] for name in added] for item in result["items"]] == [
        [None, None, None, False, []]
    ] * 2


def test_a_result_stays_as_it_was_on_release(api, assessment):
    attempt = make_attempt(AttemptState.RELEASED, assessment=assessment)
    path = f"/orders/{attempt.invitation.uid}/result"
    before = api.get(path).json()

    item = attempt.items.select_related("answer").first()
    item.answer.grades.update(score=0.01)

    after = api.get(path).json()
    assert after["items"] == before["items"]
    assert after["score"] == before["score"]


@pytest.mark.parametrize(
    "state", [state for state in AttemptState if state is not AttemptState.RELEASED]
)
def test_nothing_unreleased_ever_leaves(api, assessment, state):
    attempt = attempt_in(state, assessment)
    order = f"/orders/{attempt.invitation.uid}"
    hook = endpoint_create(
        organisation=assessment.organisation, url="http://127.0.0.1:9/"
    )

    answers = [
        api.get("/assessments"),
        api.get(f"/assessments/{assessment.uid}"),
        api.get("/orders"),
        api.get(order),
        api.get("/webhook-endpoints"),
        api.get(f"/webhook-endpoints/{hook.uid}"),
        api.get(f"/webhook-endpoints/{hook.uid}/deliveries"),
        api.get(f"{order}/result"),
        api.post(f"{order}/renew-link", {"send_email": False}),
        api.post(f"{order}/cancel"),
        api.get(order),
        api.get(f"{order}/result"),
    ]

    refused = [answers[7], answers[11]]
    for response in refused:
        assert response.status_code == 409
        assert response.json()["code"] == "report.not_released"
    for response in answers:
        said = response.content.decode()
        for mark in (TEXT_SCORE, SPEED_SCORE, OWN_SCORE):
            assert f":{mark}" not in said
        for words in (TEXT_ANSWER[:20], CODE_ANSWER[:12], REASON):
            assert json.dumps(words)[1:-1] not in said
        for member in ("score", "grade", "answer", "items", "verdict", "override"):
            assert f'"{member}"' not in said


def test_webhooks_say_that_something_happened_and_not_what_came_out(assessment):
    endpoint_create(organisation=assessment.organisation, url="http://127.0.0.1:9/")
    attempt = make_attempt(AttemptState.RELEASED, assessment=assessment)

    bodies = [
        json.loads(delivery.body)
        for delivery in assessment.organisation.webhook_endpoints.get().deliveries.all()
    ]

    assert {body["type"] for body in bodies} >= {"attempt.submitted", "report.released"}
    for body in bodies:
        assert set(body["data"]) == {"order_id", "external_id", "status"}
        assert body["data"]["order_id"] == str(attempt.invitation.uid)


def test_the_report_of_a_released_attempt_is_all_that_leaves(api, assessment):
    """A report row alone opens nothing: the attempt's state decides."""
    attempt = attempt_in(AttemptState.GRADED, assessment)
    Report.objects.create(
        attempt=attempt, body={"score": TEXT_SCORE}, released_at="2026-01-01T00:00:00Z"
    )

    order = api.get(f"/orders/{attempt.invitation.uid}")
    response = api.get(f"/orders/{attempt.invitation.uid}/result")

    assert response.json()["code"] == "report.not_released"
    assert order.json()["result_url"] is None
    assert order.json()["released_at"] is None


def test_a_persons_own_mark_leaves_beside_the_computed_one(api, assessment):
    person = make_recruiter()
    attempt = attempt_in(AttemptState.GRADED, assessment)
    attempt_review(attempt=attempt, by=person)
    attempt.refresh_from_db()
    report_release(
        attempt=attempt,
        body=card_json(scorecard_of(attempt)),
        by=person,
        now=timezone.now(),
    )

    text, speed = api.get(f"/orders/{attempt.invitation.uid}/result").json()["items"]

    assert (text["score"], text["automatic_score"]) == (OWN_SCORE, TEXT_SCORE)
    assert text["override"]["reason"] == REASON
    assert text["override"]["by"] == person.email
    assert (speed["score"], speed["override"]) == (SPEED_SCORE, None)
