"""The hot path: what a browser sends while somebody writes."""

from __future__ import annotations

import json

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from assessment.models import AnswerSave
from assessment.services.invitations import invitation_cancel
from assessment.states import AttemptState


def code_of(answer):
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert set(body) >= {"status", "code", "detail"}
    assert body["status"] == answer.status_code
    return answer.status_code, body["code"]


def test_a_save_is_stored_and_answered_with_revision_and_clock(writing):
    answer = writing.put("Weights become integers.")

    body = answer.json()
    assert answer.status_code == 200
    assert body["revision"] == 1
    assert body["state"] == "started"
    assert 3590 < body["remaining_seconds"] <= 3600
    assert body["deadline"] > body["server_now"]
    assert writing.answer().text == "Weights become integers."
    assert writing.client.get(f"{writing.root}1/draft").json()["text"] == (
        "Weights become integers."
    )


def test_saving_writes_no_session_and_needs_few_statements(
    writing, django_assert_max_num_queries
):
    writing.put("first")
    with django_assert_max_num_queries(14):
        writing.put("second")

    assert Session.objects.count() == 0


def test_a_draft_sent_twice_is_saved_once(writing):
    first = writing.put("once", seq=1)
    again = writing.put("once", seq=1, base=0)

    assert first.json()["revision"] == again.json()["revision"] == 1
    assert writing.answer().revision == 1


def test_a_save_from_an_older_revision_is_refused_with_the_stored_text(writing):
    writing.put("from the first tab", client_id="tab1")

    answer = writing.put("from the second tab", client_id="tab2", base=0)

    assert code_of(answer) == (409, "answer.conflict")
    assert answer.json()["text"] == "from the first tab"
    assert answer.json()["revision"] == 1
    assert writing.answer().text == "from the first tab"


@pytest.mark.parametrize(
    "text", ["", " \n\t ", "\u202eevil\u202c", "\u200b", "a\r\nb", "💡" * 100]
)
def test_odd_texts_are_kept_as_they_are(writing, text):
    assert writing.put(text).status_code == 200
    assert writing.answer().text == text
    assert writing.client.get(f"{writing.root}1/").status_code == 200


def test_what_no_database_keeps_is_replaced_and_said_so(writing):
    answer = writing.put("a\x00b\ud800c")

    assert answer.json()["changed_characters"] is True
    assert writing.answer().text == "a\ufffdb\ufffdc"


@pytest.mark.parametrize(
    ("size", "refusal"),
    [
        (50_001, (413, "answer.too_long")),
        (1_000_000, (413, "answer.too_long")),
        (3_000_000, (413, "request.too_large")),
    ],
)
def test_too_long_a_text_is_refused_and_the_saved_one_stays(writing, size, refusal):
    writing.put("short")

    assert code_of(writing.put("x" * size)) == refusal
    assert writing.answer().text == "short"
    assert writing.answer().revision == 1


def test_code_is_measured_in_bytes(writing):
    assert writing.put("#" * 200_000, position=2).status_code == 200
    assert code_of(writing.put("注" * 100_000, position=2)) == (413, "answer.too_long")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        json.dumps({"text": "x"}).encode(),
    ],
)
def test_a_body_that_is_no_draft_is_refused(writing, body):
    answer = writing.client.put(
        f"{writing.root}1/draft", body, content_type="application/json"
    )

    assert code_of(answer) == (400, "request.unreadable")
    assert writing.answer().revision == 0


@pytest.mark.parametrize(
    "change",
    [
        {"text": 7},
        {"text": None},
        {"client_id": ""},
        {"client_id": "a b"},
        {"client_id": "x" * 41},
        {"client_id": "nul\x00"},
        {"client_seq": -1},
        {"client_seq": 2**31},
        {"client_seq": True},
        {"client_seq": "1"},
        {"base_revision": 1.5},
        {"language": "fr"},
        {"language": None},
        {"language": ["en"]},
    ],
)
def test_a_draft_with_a_wrong_field_is_refused(writing, change):
    draft = {
        "text": "x",
        "base_revision": 0,
        "client_id": "tab1",
        "client_seq": 1,
        "language": "en",
        **change,
    }

    answer = writing.client.put(
        f"{writing.root}1/draft", draft, content_type="application/json"
    )

    assert code_of(answer) == (400, "request.unreadable")
    assert writing.answer().revision == 0


def test_before_the_start_there_is_nothing_to_write(li):
    li.agree()

    answer = li.client.put(f"{li.root}1/draft", {}, content_type="application/json")

    assert code_of(answer) == (409, "attempt.not_open")


@pytest.mark.parametrize("position", [0, 3, 10**30])
def test_a_question_that_is_not_there(writing, position):
    answer = writing.client.get(f"{writing.root}{position}/draft")

    assert code_of(answer) == (404, "not_found")
    assert writing.client.get(f"{writing.root}{position}/").status_code == 404


def test_a_save_within_the_grace_still_counts(writing):
    writing.move_deadline(seconds=5)

    assert writing.put("just in time").status_code == 200
    assert writing.answer().text == "just in time"
    assert writing.client.get(f"{writing.root}clock").json()["remaining_seconds"] == 0


def test_after_the_end_the_last_text_is_handed_in_and_the_late_one_kept_aside(writing):
    writing.put("in time")
    writing.move_deadline(minutes=2)

    answer = writing.put("too late")

    assert code_of(answer) == (409, "attempt.not_open")
    assert answer.json()["state"] == "submitted"
    assert writing.attempt.state == AttemptState.SUBMITTED
    assert writing.attempt.submitted_by_timeout
    assert writing.answer().text == "in time"
    late = AnswerSave.objects.get(late=True)
    assert (late.text, late.answer) == ("too late", writing.answer())


def test_a_cancelled_sitting_takes_nothing_more(writing):
    writing.put("before")
    invitation_cancel(invitation=writing.invitation)

    answer = writing.put("after")

    assert code_of(answer) == (409, "attempt.not_open")
    assert answer.json()["state"] == "cancelled"
    assert writing.answer().text == "before"


@pytest.mark.parametrize("path", ["1/draft", "2/trial", "clock"])
def test_another_browser_reads_and_writes_nothing(writing, path):
    assert code_of(Client().get(f"{writing.root}{path}")) == (
        403,
        "attempt.other_browser",
    )


def test_a_save_without_the_pages_token_is_refused(writing):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = writing.client.cookies

    answer = strict.put(
        f"{writing.root}1/draft", {"text": "x"}, content_type="application/json"
    )

    assert answer.status_code == 403
    assert writing.answer().revision == 0


@pytest.mark.parametrize(
    ("path", "method"),
    [("1/draft", "post"), ("clock", "post"), ("2/trial", "put"), ("start/", "get")],
)
def test_a_method_that_an_address_does_not_know(writing, path, method):
    assert getattr(writing.client, method)(f"{writing.root}{path}").status_code == 405
