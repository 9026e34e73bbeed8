from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from assessment.api.v1.orders import ORDER_STATUS, whole_name
from assessment.models import Attempt, Invitation
from assessment.services.assessments import assessment_archive
from assessment.services.attempts import invitation_open
from assessment.services.invitations import token_digest
from assessment.states import AttemptState
from tests.make.assessment import make_assessment, make_attempt

pytestmark = pytest.mark.django_db


def key() -> str:
    return f'"{uuid.uuid4()}"'


def ordered(api, body, **changes):
    return api.post("/orders", {**body, **changes}, Idempotency_Key=key())


def test_an_order_invites_the_candidate_with_a_link_that_opens(
    api, order_body, assessment
):
    response = ordered(
        api,
        order_body,
        external_id="application-4711",
        metadata={"requisition": "R-12", "tags": ["a", 1, None]},
    )

    assert response.status_code == 201
    order = response.json()
    token = order["invitation_url"].rstrip("/").rpartition("/")[2]
    invitation = invitation_open(token, now=timezone.now())
    assert str(invitation.uid) == order["id"]
    assert invitation.api_key is not None
    assert order["status"] == "invited"
    assert order["assessment_id"] == str(assessment.uid)
    assert order["candidate"] == {
        "name": "Li Wei",
        "email": "li.wei@example.org",
        "language": "zh",
    }
    assert order["external_id"] == "application-4711"
    assert order["metadata"] == {"requisition": "R-12", "tags": ["a", 1, None]}
    assert order["result_url"] is None


def test_the_candidate_is_written_to_unless_the_caller_wants_to(
    api, order_body, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        ordered(api, order_body, send_email=False)
    assert mail.outbox == []

    with django_capture_on_commit_callbacks(execute=True):
        order = ordered(api, order_body).json()
    assert mail.outbox[0].to == ["li.wei@example.org"]
    assert order["invitation_url"] in mail.outbox[0].body


def test_the_link_is_shown_once_and_can_be_renewed(api, order_body):
    first = ordered(api, order_body).json()

    later = api.get(f"/orders/{first['id']}").json()
    assert later["invitation_url"] is None
    assert later["renew_link_url"].endswith(f"/api/v1/orders/{first['id']}/renew-link")

    renewed = api.post(f"/orders/{first['id']}/renew-link").json()
    assert renewed["invitation_url"] not in {None, first["invitation_url"]}
    new = renewed["invitation_url"].rstrip("/").rpartition("/")[2]
    old = first["invitation_url"].rstrip("/").rpartition("/")[2]
    assert Invitation.objects.get().token_digest == token_digest(new)
    assert token_digest(old) != token_digest(new)


def test_renewing_can_leave_the_writing_to_the_caller(
    api, order_body, django_capture_on_commit_callbacks
):
    order = ordered(api, order_body, send_email=False).json()

    with django_capture_on_commit_callbacks(execute=True):
        api.post(f"/orders/{order['id']}/renew-link", {"send_email": False})

    assert mail.outbox == []


def test_an_order_says_when_it_ends(api, order_body):
    until = timezone.now() + timedelta(days=3)

    default = ordered(api, order_body).json()
    chosen = ordered(api, order_body, expires_at=until.isoformat()).json()

    fortnight = parse_datetime(default["expires_at"]) - timezone.now()
    assert timedelta(days=13) < fortnight < timedelta(days=15)
    assert parse_datetime(chosen["expires_at"]) == until


@pytest.mark.parametrize(
    ("first", "last", "whole"),
    [
        ("Wei", "Li", "Wei Li"),
        ("伟", "李", "李伟"),
        ("伟", "Li", "伟 Li"),
        ("Teller", "", "Teller"),
        ("", "", ""),
    ],
)
def test_a_name_in_two_parts_becomes_one_line(first, last, whole):
    assert whole_name(first, last) == whole


def test_first_and_last_name_do_for_a_name(api, order_body):
    candidate = {"first_name": "Ada", "last_name": "Noor", "email": "a@example.org"}

    order = ordered(api, order_body, candidate=candidate).json()

    assert order["candidate"]["name"] == "Ada Noor"


def test_fields_that_nobody_knows_are_ignored(api, order_body):
    candidate = {**order_body["candidate"], "phone": "+86 10"}

    response = ordered(api, order_body, candidate=candidate, package="gold")

    assert response.status_code == 201
    assert "package" not in response.json()


@pytest.mark.parametrize("state", list(AttemptState))
def test_every_state_of_an_attempt_has_its_neutral_status(api, assessment, state):
    attempt = make_attempt(state, assessment=assessment)

    order = api.get(f"/orders/{attempt.invitation.uid}").json()

    assert order["status"] == ORDER_STATUS[state]
    assert (order["result_url"] is None) == (state is not AttemptState.RELEASED)
    assert (order["released_at"] is None) == (state is not AttemptState.RELEASED)
    open_ = state in {AttemptState.INVITED, AttemptState.STARTED}
    assert (order["renew_link_url"] is not None) == open_


def test_orders_are_found_by_status_and_by_the_callers_own_id(api, assessment):
    make_attempt(AttemptState.GRADED, assessment=assessment, external_id="a-1")
    make_attempt(AttemptState.REVIEWED, assessment=assessment, external_id="a-2")
    make_attempt(AttemptState.INVITED, assessment=assessment, external_id="a-2")

    def found(**by):
        return [
            row["external_id"] for row in api.get("/orders", **by).json()["results"]
        ]

    assert found() == ["a-2", "a-2", "a-1"]
    assert found(status="in_review") == ["a-2", "a-1"]
    assert found(external_id="a-2", status="invited") == ["a-2"]
    assert found(external_id="a") == []
    assert found(external_id="a-1\x00") == []


@pytest.mark.parametrize(
    "state", [AttemptState.INVITED, AttemptState.STARTED, AttemptState.GRADED]
)
def test_an_order_can_be_cancelled_and_stays_so(api, assessment, state):
    attempt = make_attempt(state, assessment=assessment)
    path = f"/orders/{attempt.invitation.uid}/cancel"

    assert api.post(path).json()["status"] == "cancelled"
    again = api.post(path)

    assert (again.status_code, again.json()["status"]) == (200, "cancelled")
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.CANCELLED


@pytest.mark.parametrize("state", [AttemptState.RELEASED, AttemptState.EXPIRED])
def test_what_has_ended_cannot_be_cancelled(api, assessment, state):
    attempt = make_attempt(state, assessment=assessment)

    response = api.post(f"/orders/{attempt.invitation.uid}/cancel")

    assert (response.status_code, response.json()["code"]) == (
        409,
        "state.illegal_move",
    )
    attempt.refresh_from_db()
    assert attempt.state == state


def test_what_was_handed_in_gets_no_new_link(api, assessment):
    attempt = make_attempt(AttemptState.SUBMITTED, assessment=assessment)
    before = Invitation.objects.get().token_digest

    response = api.post(f"/orders/{attempt.invitation.uid}/renew-link")

    assert (response.status_code, response.json()["code"]) == (
        409,
        "state.illegal_move",
    )
    assert Invitation.objects.get().token_digest == before


def test_an_archived_assessment_takes_no_orders(api, assessment, order_body):
    assessment_archive(assessment=assessment)

    response = ordered(api, order_body)

    assert (response.status_code, response.json()["code"]) == (
        422,
        "assessment.invalid",
    )
    assert not Attempt.objects.exists()


def refused_values():
    yield "no body", None, "#"
    yield "a list", [], "#"
    yield "no candidate", {"candidate": None}, "#/candidate"
    yield "a text for a candidate", {"candidate": "Li"}, "#/candidate"
    yield "no name", {"candidate": {"email": "a@example.org"}}, "#/candidate/name"
    yield "a bad e-mail", {"candidate.email": "not an address"}, "#/candidate/email"
    yield (
        "an e-mail of two lines",
        {"candidate.email": "a@b.org\nBcc: c@d.org"},
        ("#/candidate/email"),
    )
    yield "a long name", {"candidate.name": "x" * 201}, "#/candidate/name"
    yield "a list for a name", {"candidate.name": ["Li"]}, "#/candidate/name"
    yield "NUL in a name", {"candidate.name": "Li\x00Wei"}, "#/candidate/name"
    yield "a line break in a name", {"candidate.name": "Li\nWei"}, "#/candidate/name"
    yield "a turned name", {"candidate.name": "Li \u202eieW"}, "#/candidate/name"
    yield "half a character", {"candidate.name": "Li \ud800"}, "#/candidate/name"
    yield "an unknown language", {"candidate.language": "fr"}, "#/candidate/language"
    yield "an id that is none", {"assessment_id": "17"}, "#/assessment_id"
    yield "nobody's assessment", {"assessment_id": str(uuid.uuid4())}, "#/assessment_id"
    yield "a time that is over", {"expires_at": "2020-01-01T00:00:00Z"}, "#/expires_at"
    yield "a time years ahead", {"expires_at": "9999-12-31T23:59:59Z"}, "#/expires_at"
    yield "no time at all", {"expires_at": "soon"}, "#/expires_at"
    yield "NUL in the caller's id", {"external_id": "a\x00"}, "#/external_id"
    yield "a long id", {"external_id": "x" * 201}, "#/external_id"
    yield "metadata in a list", {"metadata": []}, "#/metadata"
    yield "too much metadata", {"metadata": {"x": "y" * 5_000}}, "#/metadata"
    yield "NUL in metadata", {"metadata": {"x": "a\x00"}}, "#/metadata"
    yield "half a character in metadata", {"metadata": {"x": "\ud800"}}, "#/metadata"
    yield "infinity", {"metadata": {"x": float("inf")}}, "#"
    yield "a text for a switch", {"send_email": "perhaps"}, "#/send_email"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [(changes, pointer) for _name, changes, pointer in refused_values()],
    ids=[name for name, _changes, _pointer in refused_values()],
)
def test_what_cannot_be_ordered_is_named_and_invites_nobody(
    api, order_body, changes, pointer
):
    body = order_body
    if isinstance(changes, dict):
        for name, value in changes.items():
            inside, _, field = name.rpartition(".")
            target = body[inside] if inside else body
            target[field] = value
    else:
        body = changes

    response = api.post("/orders", body, Idempotency_Key=key())

    assert response.status_code == 400
    problem = response.json()
    if problem["code"] == "request.invalid":
        assert [error["pointer"] for error in problem["errors"]] == [pointer]
    else:
        assert problem["code"] == "request.malformed"
    assert not Attempt.objects.exists()
    assert not Invitation.objects.exists()


def test_right_to_left_names_are_names(api, order_body):
    order_body["candidate"]["name"] = "ليلى حسن"

    assert ordered(api, order_body).json()["candidate"]["name"] == "ليلى حسن"


def test_another_organisations_assessment_cannot_be_ordered(stranger, order_body):
    response = ordered(stranger, order_body)

    assert response.json()["errors"][0]["pointer"] == "#/assessment_id"
    assert not Attempt.objects.exists()


def test_another_organisations_orders_do_not_exist(stranger, assessment):
    attempt = make_attempt(AttemptState.RELEASED, assessment=assessment)
    path = f"/orders/{attempt.invitation.uid}"

    assert stranger.get("/orders").json()["results"] == []
    for response in (
        stranger.get(path),
        stranger.get(f"{path}/result"),
        stranger.post(f"{path}/cancel"),
        stranger.post(f"{path}/renew-link"),
    ):
        assert (response.status_code, response.json()["code"]) == (404, "not_found")
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.RELEASED


def test_the_language_falls_back_to_the_assessments(api, organisation):
    english = make_assessment(organisation=organisation, languages=["en"])
    body = {
        "assessment_id": str(english.uid),
        "candidate": {"name": "Li Wei", "email": "li.wei@example.org"},
    }

    assert ordered(api, body).json()["candidate"]["language"] == "en"
