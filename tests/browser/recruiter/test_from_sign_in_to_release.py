"""A recruiter's whole way in a real browser: sign in, make, invite, mark, release."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from assessment import dispatch
from assessment.models import Assessment, Attempt, Report
from assessment.services.attempts import (
    attempt_enter,
    attempt_start,
    attempt_submit,
)
from assessment.states import AttemptState
from tests.browser.recruiter.looks import NARROW, WIDE
from tests.make.assessment import (
    PASSWORD,
    default_answer,
    fail_job,
    make_assessment,
    make_attempt,
    make_grade,
    make_question,
    make_recruiter,
    make_set,
    make_speed_question,
    write,
)

TOO_WIDE = """() => {
    const page = document.documentElement;
    return page.scrollWidth > page.clientWidth;
}"""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_wire(monkeypatch):
    monkeypatch.setattr(dispatch.app, "send_task", lambda *args, **options: None)


@pytest.fixture
def ruth():
    return make_recruiter("ruth@acme.example")


def signed_in(visit, path="/recruiter/", **options):
    page = visit(path, **options)
    page.fill("[name=login]", "ruth@acme.example")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(re.compile("/recruiter/"))
    return page


def sit(token):
    """Sit the assessment as the candidate's browser would, and have it graded."""
    invitation_at = Attempt.objects.get().invitation.created_at
    attempt, _secret = attempt_enter(token=token, now=invitation_at)
    attempt = attempt_start(attempt=attempt, now=invitation_at)
    for item in attempt.items.select_related("version__question"):
        write(item, default_answer(item))
    attempt_submit(attempt=attempt, now=invitation_at)
    for item in attempt.items.select_related("version__question"):
        make_grade(item)
    return attempt


def test_from_sign_in_to_a_released_scorecard(visit, ruth, no_violations, tmp_path):
    make_set("both")
    page = signed_in(visit)

    page.get_by_role("link", name="New assessment").click()
    page.get_by_label("Title").fill("Kernels and models")
    page.get_by_label("Two questions").check()
    page.get_by_role("button", name="Find and add what is ticked").click()
    expect(page.get_by_label("Title")).to_have_value("Kernels and models")
    page.get_by_label("Place of “Fused normalisation”").fill("1")
    page.get_by_label("Place of “Training on soft targets”").fill("2")
    page.get_by_role("button", name="Make the assessment").click()
    expect(page.get_by_role("status")).to_contain_text("Invite somebody")
    assert [item.question.slug for item in Assessment.objects.get().items.all()] == [
        "fused-norm",
        "soft-targets",
    ]

    page.get_by_label("Candidate’s name").fill("Li Wei")
    page.get_by_label("Candidate’s e-mail").fill("li@example.org")
    page.get_by_role("button", name="Send the invitation").click()
    link = page.locator(".once code").inner_text()
    sit(link.rstrip("/").rpartition("/")[2])

    page.get_by_role("link", name="Attempts").click()
    page.get_by_role("link", name="Li Wei").click()
    expect(page.locator(".measured-number")).to_have_text("1.48x (1.45 to 1.51)")
    text = page.locator("#question-2")
    text.get_by_text("Change the mark").click()
    text.get_by_role("button", name="Save my mark").click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_role("link", name="Reason: Say why the mark changes.").click()
    page.keyboard.type("Said in other words")
    text.get_by_label("Your mark").fill("80")
    text.get_by_role("button", name="Save my mark").click()
    expect(text.locator(".override")).to_contain_text("Marked by a person: 80 / 100")
    expect(text.locator(".override")).to_contain_text("measured: 56 / 100")

    page.get_by_role("button", name="Mark as reviewed").click()
    page.get_by_role("link", name="Release…").click()
    page.get_by_role("button", name="Release the scorecard").click()
    expect(page.get_by_role("status")).to_contain_text("Released")
    assert Report.objects.get().body["score"] == pytest.approx((0.57 + 0.8) / 2)

    no_violations(page)
    shared = page.locator(".once code").inner_text()
    released = visit(f"/r/{shared.partition('/r/')[2]}")
    expect(released.get_by_role("heading", name="Li Wei")).to_be_visible()
    no_violations(released)

    released.emulate_media(media="print")
    expect(released.locator(".language-switch")).to_be_hidden()
    expect(released.locator(".evidence").first).to_be_visible()
    paper = released.pdf(path=tmp_path / "card.pdf", format="A4")
    assert paper.startswith(b"%PDF")


@pytest.mark.parametrize("look", [WIDE, NARROW])
def test_every_page_can_be_used_by_everybody(visit, ruth, no_violations, look):
    assessment = make_assessment(questions=[make_question(), make_speed_question()])
    make_set("both")
    graded = make_attempt(AttemptState.GRADED, assessment=assessment, name="王小明")
    reviewed = make_attempt(AttemptState.REVIEWED, assessment=assessment)
    stopped = make_attempt(AttemptState.SUBMITTED, assessment=assessment)
    fail_job(stopped.items.get(position=1))
    anonymous = visit("/accounts/login/", **look)
    no_violations(anonymous)
    anonymous.goto(anonymous.url.replace("login", "password/reset"))
    no_violations(anonymous)
    page = signed_in(visit, **look)
    root = page.url.partition("/recruiter/")[0]

    for path in (
        "",
        "?q=zzzz",
        "assessments/",
        "assessments/new/",
        f"assessments/{assessment.uid}/",
        f"attempts/{graded.uid}/",
        f"attempts/{stopped.uid}/",
        f"attempts/{graded.uid}/cancel/",
        f"attempts/{reviewed.uid}/release/",
        "questions/",
        "questions/soft-targets/",
        "questions/fused-norm/",
        "settings/",
    ):
        page.goto(f"{root}/recruiter/{path}")
        no_violations(page)
        assert not page.evaluate(TOO_WIDE), path


def test_switching_the_language_keeps_what_was_typed(visit, ruth):
    make_set("both")
    page = signed_in(visit, "/recruiter/assessments/new/")
    page.get_by_label("Title").fill("Half-typed")
    page.get_by_label("Two questions").check()

    page.get_by_role("button", name="中文").click()

    expect(page.get_by_role("heading", name="新建测评")).to_be_visible()
    expect(page.get_by_label("名称")).to_have_value("Half-typed")
    expect(page.get_by_label("两道题")).to_be_checked()
