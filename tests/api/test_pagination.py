from __future__ import annotations

import pytest

from tests.api.conftest import caller
from tests.make.assessment import make_assessment, make_invitation, make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def five(assessment):
    return [make_invitation(assessment=assessment)[0] for _ in range(5)]


def ids(response):
    return [row["id"] for row in response.json()["results"]]


def test_pages_show_every_row_once_from_the_newest(api, five):
    seen, cursor = [], {}
    for _ in range(3):
        page = api.get("/orders", limit="2", **cursor)
        seen += ids(page)
        cursor = {"cursor": page.json()["next_cursor"]}

    assert seen == [str(row.uid) for row in reversed(five)]
    assert page.json()["next_cursor"] is None
    assert page.json()["next"] is None


def test_the_address_of_the_next_page_keeps_the_filters(api, five):
    page = api.get("/orders", limit="4", status="invited").json()

    path = page["next"].removeprefix("http://testserver/api/v1")
    assert "status=invited" in path
    assert ids(api.get(path)) == [str(five[0].uid)]


def test_rows_that_are_added_meanwhile_shift_nothing(api, five, assessment):
    first = api.get("/orders", limit="2")
    make_invitation(assessment=assessment)

    second = api.get("/orders", limit="2", cursor=first.json()["next_cursor"])

    assert ids(second) == [str(five[2].uid), str(five[1].uid)]


def test_a_page_that_is_just_full_is_the_last(api, five):
    assert api.get("/orders", limit="5").json()["next"] is None


def test_a_cursor_of_another_organisation_opens_nothing(five):
    other = make_organisation(slug="other", name="Other")
    make_invitation(assessment=make_assessment(organisation=other))

    page = caller(other).get("/orders", cursor=str(five[0].uid)).json()

    assert page["results"] == []


def test_long_lists_take_few_queries(api, assessment, django_assert_max_num_queries):
    for _ in range(10):
        make_invitation(assessment=assessment)
    with django_assert_max_num_queries(4):
        api.get("/orders")
    with django_assert_max_num_queries(5):
        api.get("/assessments")
