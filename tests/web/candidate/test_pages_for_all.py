"""The start page, the error pages, Markdown and the letters."""

from __future__ import annotations

import pytest
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from assessment.services.invitations import Candidate, invitation_create
from assessment.web.markdown import html_of
from tests.make.assessment import make_assessment


@pytest.mark.parametrize(
    ("language", "words"), [("en", "You were invited"), ("zh-hans", "您收到了测评邀请")]
)
def test_the_start_page_leads_both_ways(db, language, words):
    page = Client(headers={"Accept-Language": language}).get("/")

    assert page.status_code == 200
    assert words in page.text
    assert "support@localhost" in page.text


def test_a_page_that_is_not_there_offers_a_person(db):
    page = Client().get("/nowhere/")

    assert page.status_code == 404
    assert "support@localhost" in page.text
    assert "Nothing that you saved is lost" in page.text


def test_a_form_without_its_cookie_says_what_to_do(db):
    page = Client(enforce_csrf_checks=True).post("/i/x/")

    assert page.status_code == 403
    assert "This form could not be accepted" in page.text


@pytest.mark.parametrize("name", ["400.html", "403.html", "404.html", "500.html"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_error_page_needs_nothing_that_may_be_broken(name, language):
    with translation.override(language):
        page = render_to_string(name)

    assert "support@localhost" in page
    assert f'lang="{language}"' in page


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "<svg><style>*{}</style></svg>",
        "![x](https://example.org/pixel.png)",
        "<a href='data:text/html,x'>x</a>",
    ],
)
def test_markdown_carries_no_program_and_no_foreign_picture(text):
    made = str(html_of(text)).replace("&lt;", "")

    for piece in (
        "<script",
        "<img",
        "<svg",
        "<style",
        'href="javascript',
        'href="data',
    ):
        assert piece not in made


def test_markdown_keeps_what_questions_use():
    made = html_of(
        "# Task\n\n- `x`: **fast**\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
        "```python\nx = 1 < 2\n```"
    )

    for piece in (
        "<h3>Task</h3>",
        "<code>x</code>",
        "<strong>fast</strong>",
        "<td>1</td>",
        "x = 1 &lt; 2",
    ):
        assert piece in made


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        (
            "en",
            "Your invitation from Acme: Inference engineer",
            "invites you to the assessment",
        ),
        ("zh", "Acme邀请您参加测评：Inference engineer", "您的专属链接"),
    ],
)
def test_the_letter_carries_the_link_in_the_candidates_language(
    db, django_capture_on_commit_callbacks, language, subject, words
):
    with django_capture_on_commit_callbacks(execute=True):
        _, token = invitation_create(
            assessment=make_assessment(),
            candidate=Candidate(
                name="O'Neill & Sons", email="o@example.org", language=language
            ),
        )

    (letter,) = mail.outbox
    assert letter.subject == subject
    assert f"/i/{token}/" in letter.body
    assert words in letter.body
    assert "O'Neill & Sons" in letter.body
    assert "support@localhost" in letter.body
