"""An invitation's link: read, agree, and every way in which it does not open."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from assessment.models import Attempt, Invitation
from assessment.services.invitations import invitation_cancel, invitation_renew
from assessment.states import AttemptState


def test_looking_at_the_link_uses_nothing_up(li):
    for _ in range(3):
        page = li.client.get(f"/i/{li.token}/")

    assert page.status_code == 200
    assert Invitation.objects.get().used_at is None
    assert li.attempt.consented_at is None
    assert "What is recorded" in page.text
    assert "How it is scored" in page.text
    assert "Who sees it" in page.text


def test_agreeing_records_the_consent_and_opens_the_lobby(li):
    answer = li.agree()

    assert answer.status_code == 302
    assert answer.url == li.root
    assert li.attempt.consented_at is not None
    assert li.attempt.state == AttemptState.INVITED
    assert "Start the clock" in li.client.get(li.root).text


def test_the_browsers_secret_is_out_of_reach_of_scripts_and_other_pages(li):
    cookies = li.agree().cookies

    for cookie in cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["max-age"] == 30 * 24 * 3600
    assert {cookie["path"] for cookie in cookies.values()} == {
        li.root,
        f"/i/{li.token}/",
    }
    assert li.attempt.session_digest not in str(cookies)


def test_the_same_link_goes_on_in_the_same_browser(li):
    li.agree()

    answer = li.client.get(f"/i/{li.token}/")

    assert (answer.status_code, answer.url) == (302, li.root)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_used_link_in_another_browser_is_refused(li, method):
    li.agree()
    before = li.attempt.session_digest

    answer = getattr(Client(), method)(f"/i/{li.token}/")

    assert answer.status_code == 409
    assert "already used in another browser" in answer.text
    assert "Nothing is lost" in answer.text
    assert li.attempt.session_digest == before


@pytest.mark.parametrize(
    "token", ["forged", "a" * 5000, "%00", "..%2e", "💥", "' or 1=1"]
)
def test_a_forged_link_says_that_it_is_not_ours(db, token):
    answer = Client().get(f"/i/{token}/")

    assert answer.status_code == 404
    assert "This link is not one of ours" in answer.text


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_expired_link_starts_nothing(li, method):
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    answer = getattr(li.client, method)(f"/i/{li.token}/")

    assert answer.status_code == 410
    assert "This invitation has expired" in answer.text
    assert li.attempt.consented_at is None
    assert Invitation.objects.get().used_at is None


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_cancelled_link_starts_nothing(li, method):
    invitation_cancel(invitation=li.invitation)

    answer = getattr(li.client, method)(f"/i/{li.token}/")

    assert answer.status_code == 410
    assert "was cancelled" in answer.text
    assert li.attempt.consented_at is None


def test_a_renewed_link_closes_the_old_browser_and_keeps_the_answers(writing):
    writing.put("kept")
    old = writing.client
    writing.token = invitation_renew(invitation=writing.invitation, send_mail=False)
    writing.client = Client()

    page = writing.client.get(f"/i/{writing.token}/")
    writing.agree()

    assert "Your clock is running already" in page.text
    assert old.get(writing.root).status_code == 403
    assert writing.answer().text == "kept"
    assert "kept" in writing.client.get(f"{writing.root}1/").text


@pytest.mark.parametrize("path", ["", "1/", "submit/", "done/"])
def test_a_page_without_the_browsers_secret_shows_nothing(writing, path):
    writing.put("my own words")

    answer = Client().get(f"{writing.root}{path}")

    assert answer.status_code == 403
    assert "not open in this browser" in answer.text
    assert "my own words" not in answer.text


def test_the_secret_of_one_sitting_opens_no_other(writing, db):
    from tests.web.candidate.conftest import candidate  # noqa: PLC0415  # made here

    other = candidate(assessment=writing.invitation.assessment)
    other.start()
    other.client.cookies["inferview_sitting"] = writing.client.cookies[
        "inferview_sitting"
    ].value

    assert other.client.get(other.root).status_code == 403


def test_the_page_speaks_the_invitations_language_until_another_is_chosen(db):
    from tests.web.candidate.conftest import candidate  # noqa: PLC0415  # made here

    li = candidate(language="zh")
    path = f"/i/{li.token}/"

    assert "会记录什么" in li.client.get(path).text
    li.client.post("/i18n/setlang/", {"language": "en", "next": path})
    assert "What is recorded" in li.client.get(path).text


def test_the_lobby_of_an_invitation_that_expired_after_agreeing_starts_nothing(li):
    li.agree()
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert li.client.get(li.root).status_code == 410
    assert li.client.post(f"{li.root}start/").status_code == 410
    assert Attempt.objects.get().started_at is None
