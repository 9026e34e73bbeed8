from __future__ import annotations

import time

import pytest
from django.core import signing
from django.test import Client

from assessment.models import Report
from assessment.reports.links import LINK_SALT, LINK_SECONDS, scorecard_link
from assessment.states import AttemptState
from tests.make.assessment import judged_body, make_attempt
from tests.web.recruiter.conftest import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(db) -> Report:
    make_attempt(AttemptState.RELEASED, name="Ada Example")
    return Report.objects.get()


def path_of(report: Report) -> str:
    return "/r/" + scorecard_link(report).partition("/r/")[2]


def test_whoever_has_the_link_sees_the_released_scorecard(report):
    page = Client().get(path_of(report))

    text = text_of(page)
    assert page.status_code == 200
    assert "Ada Example" in text
    assert "1.48x (1.45 to 1.51)" in text
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
    assert "/recruiter/" not in text


def test_the_page_shows_what_was_frozen_and_nothing_newer(report):
    item = report.attempt.items.get(position=1)
    type(item.answer).objects.filter(pk=item.answer.pk).update(text="changed later")

    text = text_of(Client().get(path_of(report)))

    assert "changed later" not in text


def test_a_released_mark_has_its_interval_and_no_work_left_for_the_house(db):
    make_attempt(AttemptState.RELEASED, bodies=[judged_body(), None])

    text = text_of(Client().get(path_of(Report.objects.get())))

    assert "between 41 and 72 with 90 % confidence" in text
    assert "person should read" not in text
    assert "How it was compared" not in text
    assert "word for word one of the rubric’s own" in text  # as before


def test_a_scorecard_that_was_frozen_before_there_were_intervals_is_shown(report):
    body = report.body
    for part in (body, *body["topics"], *body["items"]):
        for name in ("low", "high", "doubt", "review", "reasons"):
            part.pop(name, None)
    Report.objects.update(body=body)

    page = Client().get(path_of(report))

    assert page.status_code == 200
    assert "90 % confidence" not in text_of(page)


def test_the_link_works_for_seven_days(report, monkeypatch):
    path = path_of(report)
    now = time.time()

    monkeypatch.setattr(signing.time, "time", lambda: now + LINK_SECONDS - 60)
    assert Client().get(path).status_code == 200
    monkeypatch.setattr(signing.time, "time", lambda: now + LINK_SECONDS + 60)
    late = Client().get(path)

    assert late.status_code == 410
    assert "This link has expired" in text_of(late)
    assert "Ada Example" not in text_of(late)


@pytest.mark.parametrize(
    "signed",
    [
        "x",
        signing.dumps("not a uid", salt=LINK_SALT),
        signing.dumps(5, salt=LINK_SALT),
        signing.dumps("00000000-0000-0000-0000-000000000000", salt=LINK_SALT),
        signing.dumps("00000000-0000-0000-0000-000000000000", salt="another salt"),
    ],
    # A signature holds the second; both processes of a run must collect one name.
    ids=["no signature", "no uid", "number", "unknown", "another salt"],
)
def test_a_forged_link_shows_nothing(report, signed):
    page = Client().get(f"/r/{signed}/")

    assert page.status_code == 404
    assert "Ada Example" not in text_of(page)


def test_a_link_that_was_changed_by_one_letter_shows_nothing(report):
    path = path_of(report)
    at = len(path) // 2
    changed = path[:at] + ("A" if path[at] != "A" else "B") + path[at + 1 :]

    assert Client().get(changed).status_code == 404
