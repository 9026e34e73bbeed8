from __future__ import annotations

import pytest
import torch

from grading.speed.clocks import Spent, total
from grading.speed.metric import LEAST_HELD_BYTES, Cost, Metric, counted, message
from grading.speed.rules import CLAIMS

SPENT = Spent(cpu=0.2, wall=0.5, waited=0.4)


def count(metric, clock="cpu", **cost):
    return counted(
        Cost(spent=SPENT, **cost), metric, clock=clock, bytes_per_second=1000.0
    )


def test_time_is_that_of_the_clock_that_counts():
    assert count(Metric.TIME) == 0.2
    assert count(Metric.TIME, "wall") == 0.5
    assert count(Metric.TIME, sent_bytes=500, held_bytes=10**9) == 0.2


def test_sending_costs_its_time_on_the_line():
    assert count(Metric.BYTES, sent_bytes=500) == pytest.approx(0.7)
    assert count(Metric.BYTES, sent_bytes=0) == pytest.approx(0.2)


def test_memory_is_bytes_and_never_so_little_that_a_ratio_means_nothing():
    assert count(Metric.MEMORY, held_bytes=5 * LEAST_HELD_BYTES) == 5 * 2**20
    for little in (0, 4096, -(2**20)):
        assert count(Metric.MEMORY, held_bytes=little) == LEAST_HELD_BYTES


def test_several_calls_cost_their_sum():
    both = total([SPENT, SPENT])

    assert (both.cpu, both.wall, both.waited) == (0.4, 1.0, 0.8)


@pytest.mark.parametrize("size", [0, 3, 5])
def test_a_message_ends_where_its_length_says(size):
    sent = message([torch.arange(5, dtype=torch.uint8), torch.tensor([size])])

    assert sent.tolist() == list(range(size))


@pytest.mark.parametrize("size", [-1, 6, 2**62])
def test_a_length_outside_the_buffer_is_none(size):
    assert message([torch.zeros(5, dtype=torch.uint8), torch.tensor([size])]) is None


def test_each_metric_has_its_words():
    assert set(CLAIMS) == set(Metric)
