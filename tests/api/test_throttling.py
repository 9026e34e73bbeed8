from __future__ import annotations

import time

import pytest
from django.core.cache import cache
from redis.exceptions import ConnectionError as RedisConnectionError
from rest_framework.settings import api_settings

from assessment.api.throttles import Rate, rate_of
from tests.api.conftest import caller
from tests.api.test_error_shape import check_problem

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _three_a_day(monkeypatch):
    monkeypatch.setitem(api_settings.DEFAULT_THROTTLE_RATES, "key", "3/day")


def test_a_key_that_calls_too_often_is_told_when_to_go_on(api):
    remaining = [int(api.get("/orders")["RateLimit-Remaining"]) for _ in range(3)]
    response = api.get("/orders")

    assert remaining == [2, 1, 0]
    check_problem(response, 429, "rate.limited")
    assert response["RateLimit-Limit"] == "3"
    assert response["RateLimit-Remaining"] == "0"
    assert 0 < int(response["Retry-After"]) <= 86_400
    assert response["Retry-After"] == response["RateLimit-Reset"]


def test_each_key_has_its_own_count(api, organisation):
    for _ in range(4):
        api.get("/orders")

    assert caller(organisation).get("/orders").status_code == 200


def test_a_new_window_starts_anew(api, go_forward):
    for _ in range(4):
        api.get("/orders")
    assert api.get("/orders").status_code == 429

    go_forward(days=1)

    assert api.get("/orders").status_code == 200


@pytest.fixture
def go_forward(monkeypatch):
    real = time.time

    def forward(*, days):
        monkeypatch.setattr(
            "assessment.api.throttles.time.time", lambda: real() + days * 86_400
        )

    return forward


def test_calls_go_through_while_the_counter_is_away(api, monkeypatch, caplog):
    def away(*arguments, **options):
        raise RedisConnectionError

    monkeypatch.setattr(cache, "add", away)
    responses = [api.get("/orders") for _ in range(5)]

    assert {response.status_code for response in responses} == {200}
    assert "RateLimit-Limit" not in responses[0]
    assert "not counted" in caplog.text


def test_a_rate_reads_like_a_number_in_a_time():
    assert rate_of("600/min") == Rate(requests=600, seconds=60)
    assert rate_of("10/s") == Rate(requests=10, seconds=1)


@pytest.mark.parametrize("text", ["", "600", "600/year", "-1/min", "many/min", "0/min"])
def test_a_rate_that_makes_no_sense_is_refused(text):
    with pytest.raises(ValueError, match="a rate reads like"):
        rate_of(text)
