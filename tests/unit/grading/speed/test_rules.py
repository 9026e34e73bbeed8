from __future__ import annotations

import pytest

from grading.results import Verdict
from grading.speed.rules import MOST_SOURCE_BYTES, judged, precise, refusal, told
from grading.speed.statistics import Interval


def interval(low, high):
    return Interval(middle=(low * high) ** 0.5, low=low, high=high)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (1.03, 1.05, Verdict.FASTER),
        (2.0, 3.9, Verdict.FASTER),  # wide, yet faster for certain
        (0.99, 1.01, Verdict.NOT_FASTER),
        (1.015, 1.03, Verdict.NOT_FASTER),  # precise, and not above the margin
        (0.2, 1.01, Verdict.NOT_FASTER),  # wide, yet not faster for certain
        (0.9, 1.2, Verdict.INCONCLUSIVE),
        (1.01, 1.4, Verdict.INCONCLUSIVE),
    ],
)
def test_a_verdict_follows_from_the_interval(low, high, verdict):
    assert judged(interval(low, high), wall_share_waited=None) is verdict


def test_wall_time_on_a_busy_machine_decides_nothing():
    assert judged(interval(3, 3.1), wall_share_waited=0.05) is Verdict.INCONCLUSIVE
    assert judged(interval(3, 3.1), wall_share_waited=0.01) is Verdict.FASTER


def test_without_an_interval_nothing_is_decided():
    assert judged(None, wall_share_waited=None) is Verdict.INCONCLUSIVE
    assert not precise(None)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        ("﻿".encode(), "empty"),
        (b"x = 1\0", "NUL"),
        (b"\xff", "not UTF-8 (byte 1)"),
        (b"#" * (MOST_SOURCE_BYTES + 1), "too large"),
    ],
)
def test_a_file_nobody_could_mean_is_refused(source, words):
    assert words in (refusal(source) or "")


def test_a_plain_file_is_not():
    assert refusal("def solve(x):  # 中文\n    return x\n".encode()) is None


def test_each_verdict_has_its_sentence():
    for verdict in (Verdict.FASTER, Verdict.NOT_FASTER, Verdict.INCONCLUSIVE):
        assert "1.10" in told(verdict, interval(1.10, 1.30), busy=False)
    assert "busy" in told(Verdict.INCONCLUSIVE, interval(1.1, 1.3), busy=True)
