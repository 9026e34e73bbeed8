"""The step that is learned, and what a head's file says of it."""

from __future__ import annotations

import numpy as np
import pytest

from grading.text.adapter import PLAIN, Adapter, read_adapter, unit_length

VALUES = {
    "down": [[0.5, 0.0], [0.0, 0.5], [0.1, 0.1]],
    "up": [[0.2, 0.0, 0.0], [0.0, 0.0, 0.2]],
    "slope": 9.0,
    "level": 0.3,
    "wrong": 2.0,
}


def test_a_file_without_one_means_no_step():
    rows = np.eye(3, dtype=np.float32)

    assert read_adapter(None) is PLAIN
    assert np.array_equal(PLAIN.seen(rows), rows)


def test_a_step_adds_and_leaves_rows_of_length_one():
    adapter = read_adapter(VALUES)
    rows = unit_length(np.arange(12.0).reshape(4, 3) - 5.0)
    stepped = rows + rows @ adapter.down @ adapter.up

    assert np.allclose(adapter.seen(rows), unit_length(stepped), atol=1e-6)
    assert np.allclose(np.linalg.norm(adapter.seen(rows), axis=1), 1.0)


def test_nothing_has_no_direction_and_stays_nothing():
    assert not unit_length(np.zeros((1, 3))).any()


@pytest.mark.parametrize(
    "changes",
    [{"up": [[0.1, 0.1, 0.1]]}, {"down": [1.0, 2.0]}, {"slope": "steep"}],
)
def test_values_that_do_not_fit_are_refused(changes):
    with pytest.raises(ValueError, match=r"adapter|could not convert"):
        read_adapter(VALUES | changes)


def test_the_best_unit_decides_and_several_good_ones_add_little():
    near = np.array([[0.6, 0.1], [0.1, 0.1], [0.1, 0.1]], dtype=np.float32)
    again = np.concatenate([near, near])

    once, twice = PLAIN.credits(near, 2), PLAIN.credits(again, 2)

    assert once[0] == pytest.approx(PLAIN.slope * (0.6 - PLAIN.level), abs=0.01)
    assert np.all(twice - once < PLAIN.slope * np.log(2) / 25 + 1e-6)
    assert once[0] > once[1]


def test_a_misconception_that_is_nearer_takes_off():
    right = np.array([[0.6, 0.2]], dtype=np.float32)  # one point, one misconception
    wrong = np.array([[0.6, 0.9]], dtype=np.float32)
    harsh = Adapter(down=None, up=None, slope=8.0, level=0.4, wrong=3.0)

    assert PLAIN.credits(wrong, 1) < PLAIN.credits(right, 1)
    assert harsh.credits(wrong, 1) < PLAIN.credits(wrong, 1)
