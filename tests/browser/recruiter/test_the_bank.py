"""The bank's pages in a real browser: by everybody, by keyboard, without scripts."""

from __future__ import annotations

import dataclasses

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from assessment import dispatch
from assessment.reports.item_statistics import FEWEST
from assessment.states import AttemptState
from bank.definitions import Erratum, Reading, Source
from tests.browser.recruiter.looks import NARROW, WIDE
from tests.make.assessment import (
    make_assessment,
    make_attempt,
    make_question,
    make_recruiter,
    make_set,
    make_speed_question,
    text_body,
    text_question,
)

TOO_WIDE = """() => {
    const page = document.documentElement;
    return page.scrollWidth > page.clientWidth;
}"""
STATEMENT = (
    "## What you write\n\n```python\n"
    f"def solve(x):  # {'a long remark ' * 12}\n    return x\n```\n"
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_wire(monkeypatch):
    monkeypatch.setattr(dispatch.app, "send_task", lambda *args, **options: None)


@pytest.fixture
def bank():
    erratum = Erratum(
        document="a_document_with_a_long_name_4d735639a21c0c33.txt",
        number=3,
        says={"zh": "教师的输出是学生的输入", "en": "The outputs are input"},
        right={"zh": "教师的输出是目标", "en": "They are the target"},
        source="Hinton et al. 2015, Distilling the Knowledge in a Neural Network",
    )
    told = {
        "sources": (Source(document=erratum.document, number=3),),
        "errata": (erratum, dataclasses.replace(erratum, document="second.txt")),
        "related": ("fused-norm",),
        "follow_ups": {"zh": ("然后呢？",), "en": ("And then?",)},
        "reading": (Reading(title="Distilling", authors="Hinton", year=2015),),
    }
    make_question(**told)
    rubric = text_question().rubric
    point = dataclasses.replace(rubric.key_points[0], weight=3.0)
    asked = make_question(
        minutes=9,
        rubric=dataclasses.replace(rubric, key_points=(point, *rubric.key_points[1:])),
        **told,
    )
    task = make_speed_question(statement={"zh": STATEMENT, "en": STATEMENT})
    make_set("both", [asked, task])
    return asked


@pytest.fixture
def signed_in(visit, bank):
    """Open a page as Ruth, who is signed in already."""
    client = Client()
    client.force_login(
        make_recruiter("ruth@acme.example"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    name = settings.SESSION_COOKIE_NAME

    def opened(path, **look):
        profile = visit.profile(**look)
        profile.add_cookies(
            [{"name": name, "value": client.cookies[name].value, "url": visit.root}]
        )
        return visit(f"/recruiter/{path}", profile=profile)

    return opened


@pytest.mark.slow
@pytest.mark.parametrize("look", [WIDE, NARROW])
def test_the_bank_can_be_used_by_everybody(signed_in, bank, no_violations, look):
    assessment = make_assessment(questions=[bank])
    for number in range(FEWEST):
        make_attempt(
            AttemptState.GRADED,
            assessment=assessment,
            bodies=[text_body(score=number / 10)],
        )
    page = signed_in("questions/", **look)
    root = page.url.partition("/recruiter/")[0]
    asked, task = "questions/soft-targets/", "questions/fused-norm/"

    for path in (
        "questions/?q=targets&sort=-minutes",
        "questions/?q=targets&topic=kernels",
        asked,
        f"{asked}?in=both",
        f"{asked}?version=1",
        f"{asked}preview/",
        f"{asked}errata/?in=both",
        f"{asked}background/",
        f"{asked}statistics/",
        f"{asked}versions/?from=1&to=2",
        task,
        f"{task}preview/",
        f"{task}errata/",
        f"{task}statistics/",
        "errata/",
        "errata/?in=both",
    ):
        page.goto(f"{root}/recruiter/{path}")
        no_violations(page)
        assert not page.evaluate(TOO_WIDE), path


def test_the_bank_needs_no_script(signed_in):
    page = signed_in("questions/", java_script_enabled=False)

    page.get_by_label("Words in the question").fill("hinton")
    page.get_by_label("Order").select_option("Hardest first")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("found in: errata")).to_be_visible()
    page.get_by_role("link", name="Training on soft targets").click()
    page.get_by_role("link", name="Both").click()
    expect(page.get_by_text("教师的输出是训练目标", exact=True)).to_be_visible()
    page.get_by_role("link", name="Versions").click()
    page.get_by_role("button", name="Compare").click()

    expect(page.locator("ins")).to_have_count(2)
    expect(page.get_by_text("key point · targets · weight")).to_be_visible()


def test_the_bank_can_be_searched_by_keyboard_alone(signed_in):
    page = signed_in("questions/")

    page.get_by_label("Words in the question").focus()
    page.keyboard.type("fused")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 2 questions matches")).to_be_visible()
    page.get_by_role("link", name="Clear all").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 questions", exact=True)).to_be_visible()
    page.get_by_role("link", name="Minutes").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("columnheader", name="Minutes")).to_have_attribute(
        "aria-sort", "ascending"
    )
    expect(page.get_by_label("Order")).to_have_value("minutes")


def test_a_change_is_told_by_more_than_its_colour(signed_in):
    page = signed_in("questions/soft-targets/versions/?from=1&to=2")

    gone, new = page.locator("del").first, page.locator("ins").first

    expect(gone).to_have_css("text-decoration-line", "line-through")
    expect(new).to_have_css("text-decoration-line", "underline")
    expect(gone).to_contain_text("taken away")
    expect(new).to_contain_text("new")
