from __future__ import annotations

import re

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from assessment.models import Membership, Organisation
from tests.make.assessment import PASSWORD, make_organisation, make_recruiter
from tests.web.recruiter.conftest import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_rate_limits():
    cache.clear()


def sign_in(browser: Client, email: str, password: str):
    return browser.post(
        "/accounts/login/", {"login": email, "password": password}, follow=True
    )


def test_a_recruiter_signs_in_by_e_mail_and_password_and_out_again(ruth):
    browser = Client()

    page = sign_in(browser, "RUTH@acme.example", PASSWORD)
    out = browser.post("/accounts/logout/")

    assert page.request["PATH_INFO"] == "/recruiter/"
    assert out["Location"] == "/"
    assert browser.get("/recruiter/")["Location"].startswith("/accounts/login/")


def test_a_wrong_password_says_so_and_lets_nobody_in(ruth):
    browser = Client()

    page = sign_in(browser, "ruth@acme.example", "wrong")

    assert "error-summary" in text_of(page)
    assert browser.get("/recruiter/").status_code == 302


def test_guessing_passwords_is_slowed_down(ruth):
    browser = Client()
    for _ in range(6):
        sign_in(browser, "ruth@acme.example", "wrong")

    page = sign_in(browser, "ruth@acme.example", PASSWORD)

    assert page.request["PATH_INFO"] == "/accounts/login/"
    assert "_auth_user_id" not in browser.session


def test_nobody_signs_up():
    browser = Client()

    shown = browser.get("/accounts/signup/")
    browser.post(
        "/accounts/signup/", {"email": "new@example.org", "password1": PASSWORD}
    )

    assert "by whoever runs this service" in text_of(shown)
    assert not get_user_model().objects.exists()


def test_a_person_of_no_organisation_is_told_so():
    get_user_model().objects.create_user("lone", "lone@example.org", PASSWORD)
    browser = Client()

    page = sign_in(browser, "lone@example.org", PASSWORD)

    assert page.status_code == 403
    assert "belongs to no organisation" in text_of(page)


def test_a_forgotten_password_is_replaced_through_the_mailed_link(ruth, settings):
    settings.BASE_URL = "https://inferview.example"
    browser = Client()

    browser.post(
        "/accounts/password/reset/",
        {"email": "ruth@acme.example"},
        headers={"host": "localhost"},
    )
    (letter,) = mail.outbox
    link = re.search(r"https://inferview\.example(/\S+)", letter.body)
    assert link is not None
    form = browser.get(link[1], follow=True)
    browser.post(
        form.request["PATH_INFO"],
        {"password1": "another-quiet-9", "password2": "another-quiet-9"},
    )
    used = Client().get(link[1], follow=True)

    assert letter.subject == "Inferview: A new password"
    ruth.refresh_from_db()
    assert ruth.check_password("another-quiet-9")
    assert "does not work any more" in text_of(used)


def test_an_unknown_address_gets_the_same_page_as_a_known_one(ruth):
    pages = [
        Client().post("/accounts/password/reset/", {"email": email}, follow=True)
        for email in ("ruth@acme.example", "nobody@example.org")
    ]

    assert pages[0].request["PATH_INFO"] == pages[1].request["PATH_INFO"]
    assert [letter.to for letter in mail.outbox] == [
        ["ruth@acme.example"],
        ["nobody@example.org"],
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/password/reset/key/1-x/",
        "/accounts/password/reset/key/done/",
        "/accounts/inactive/",
    ],
)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_around_signing_in_is_in_our_frame(path, language):
    page = Client(headers={"accept-language": language}).get(path, follow=True)

    assert page.status_code == 200
    assert 'class="site-head"' in text_of(page)
    assert f'<html lang="{language}">' in text_of(page)


@pytest.mark.parametrize(
    "path",
    ["/accounts/logout/", "/accounts/password/change/", "/accounts/email/"],
)
def test_pages_of_ones_own_account_are_in_our_frame(client, path):
    page = client.get(path)

    assert page.status_code == 200
    assert 'class="site-head"' in text_of(page)


# -- the command -----------------------------------------------------------------------


def password_printed(capsys) -> str:
    found = re.search(r"password +(\S+)", capsys.readouterr().out)
    assert found is not None
    return found[1]


def test_the_command_makes_the_first_recruiter_and_the_first_organisation(capsys):
    call_command("create_recruiter", "new@example.org")

    user = get_user_model().objects.get(email="new@example.org")
    assert user.check_password(password_printed(capsys))
    assert user.membership.organisation.slug == "main"


def test_the_command_gives_a_new_password_and_takes_nothing_away(capsys):
    boss = make_recruiter("boss@acme.example", staff=True)

    call_command("create_recruiter", "Boss@acme.example", organisation="acme")

    boss.refresh_from_db()
    assert boss.check_password(password_printed(capsys))
    assert boss.is_staff
    assert Membership.objects.count() == 1


@pytest.mark.parametrize(
    ("email", "organisation"),
    [("not-an-address", "acme"), ("new@example.org", "acne"), ("new@example.org", "")],
)
def test_the_command_refuses_what_it_cannot_use(email, organisation):
    make_organisation("acme")
    make_organisation("other")

    with pytest.raises(CommandError) as refusal:
        call_command("create_recruiter", email, organisation=organisation)

    assert refusal.value.returncode == 2
    assert "\n" not in str(refusal.value)
    assert not get_user_model().objects.exists()
    assert Organisation.objects.count() == 2
