from __future__ import annotations

import math

import pytest
import torch

from grading.speed.equivalence import Tolerance, compare

EXACT = Tolerance(absolute=0.0, relative=0.0)
LOOSE = Tolerance(absolute=0.1, relative=0.01)


def test_errors_are_told_in_units_of_the_tolerance():
    compared = compare(
        torch.tensor([1.0, 10.4]), torch.tensor([1.0, 10.0]).double(), LOOSE
    )

    assert not compared.within
    assert compared.worst == pytest.approx(2.0, rel=1e-6)
    assert compared.off == 1
    assert compared.values == 2


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_wrong(value):
    found = torch.zeros(100_000)
    found[77_777] = value
    compared = compare(found, torch.zeros(100_000).double(), LOOSE)

    assert not compared.within
    assert compared.off == 1
    assert not math.isfinite(compared.worst)


def test_a_not_a_number_is_not_forgotten_by_a_later_block():
    found = torch.zeros(200_000)
    found[5], found[150_000] = math.nan, 0.2
    compared = compare(found, torch.zeros(200_000).double(), LOOSE)

    assert math.isnan(compared.worst)
    assert compared.off == 2


def test_integers_are_compared_exactly():
    found = torch.tensor([1, 2, 3])

    assert compare(found, torch.tensor([1, 2, 3]), EXACT).within
    assert not compare(found, torch.tensor([1, 2, 4]), EXACT).within


def test_zero_over_zero_is_right():
    assert compare(torch.zeros(3), torch.zeros(3).double(), EXACT).within
