from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import ManagementUtility
from django.utils import timezone

from assessment.models import ApiKey
from assessment.services.organisations import SCOPES
from tests.api.caller import Caller
from tests.make.assessment import make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(capsys, monkeypatch):
    # A command closes its connections when it ends, and with them the test's own
    # transaction.
    monkeypatch.setattr("django.core.management.base.connections.close_all", list)

    def command(*arguments):
        status = 0
        try:
            ManagementUtility(["manage.py", "create_api_key", *arguments]).execute()
        except SystemExit as end:
            status = end.code
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


def test_the_key_is_all_of_stdout_and_works(run):
    make_organisation()

    status, out, err = run("our hiring system")

    assert status == 0
    assert len(out.splitlines()) == 1
    assert Caller(out.strip()).get("/orders").status_code == 200
    row = ApiKey.objects.get()
    assert row.name == "our hiring system"
    assert set(row.scopes) == set(SCOPES)
    assert row.expires_at is None
    assert row.prefix in err
    assert out.strip() not in err


def test_a_key_can_be_narrowed_and_limited(run):
    make_organisation()
    make_organisation(slug="other", name="Other")

    status, _out, err = run(
        "reader", "--organisation", "other", "--scopes", "orders:read", "--days", "30"
    )

    row = ApiKey.objects.get()
    assert status == 0
    assert row.organisation.slug == "other"
    assert row.scopes == ["orders:read"]
    assert abs(row.expires_at - timezone.now() - timedelta(days=30)) < timedelta(
        minutes=1
    )
    assert "orders:read" in err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        [""],
        ["a\nb"],
        ["x" * 101],
        ["a", "--days", "0"],
        ["a", "--days", "many"],
        ["a", "--days", "99999999999999999999"],
        ["a", "--scopes", "orders:read,everything"],
        ["a", "--scopes", " , "],
        ["a", "--organisation", "nobody"],
        ["a", "--colour", "red"],
        ["a", "b"],
    ],
    ids=str,
)
def test_bad_arguments_make_no_key_and_are_explained_in_one_line(run, arguments):
    make_organisation()

    status, out, err = run(*arguments)

    assert status == 2
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "Traceback" not in err
    assert not ApiKey.objects.exists()


def test_where_there_are_several_organisations_one_has_to_be_named(run):
    make_organisation()
    make_organisation(slug="other", name="Other")

    status, _out, err = run("a")

    assert (status, len(err.splitlines())) == (2, 1)
    assert "acme, other" in err


def test_before_there_is_an_organisation_there_is_no_key(run):
    status, _out, err = run("a")

    assert (status, len(err.splitlines())) == (2, 1)
