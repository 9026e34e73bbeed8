from __future__ import annotations

import numpy as np
import pytest

from grading.text.centred import Centred
from grading.text.features import KEYWORDS, NAMES, answers_elsewhere, features_of
from grading.text.gathering import Material

POINTS, ERRORS = 3, 2


def seen(standings, *, probes=None, weights=(1.0, 1.0, 2.0), listed=False):
    one = np.asarray(standings, dtype=np.float32)
    sides = np.stack([one, one])
    if probes is None:
        probes = np.zeros((2, len(one), 3))
    whole = np.array([[3.0, 1.0, 2.0], [1.0, 1.0, 1.0]])
    return features_of(
        sides,
        np.asarray(probes),
        whole,
        Centred(
            standings=one,
            right=0.7,
            wrong=0.2,
            odds=one[:, :POINTS] - 3.0,
            credits=one[:, :POINTS].max(axis=0) - 3.0,
        ),
        weights=np.array(weights),
        listed=listed,
    )


COVERS_ALL = [[6, 0, 0, 0, 0, 0], [0, 6, 0, 0, 0, 0], [0, 0, 6, 0, 0, 0]]


def test_every_feature_has_a_value_and_no_other_is_there():
    found = seen(COVERS_ALL)

    assert set(found) == set(NAMES)
    assert all(np.isfinite(value) for value in found.values())


def test_coverage_is_a_weighted_share_of_the_points():
    only_heaviest = seen([[0, 0, 6, 0, 0, 0]])

    assert seen(COVERS_ALL)["meaning_coverage_low"] > 0.99
    assert abs(only_heaviest["meaning_coverage_low"] - 0.5) < 0.02


def test_a_nearer_misconception_takes_coverage_off():
    right = seen([[6, 0, 0, 0, 0, 0]])
    wrong = seen([[6, 0, 0, 9, 0, 0]])

    assert wrong["meaning_coverage_low"] < right["meaning_coverage_low"]
    assert wrong["meaning_error_share"] == 1.0
    assert right["meaning_error_share"] == 0.0
    assert wrong["meaning_coverage_anyway"] == right["meaning_coverage_anyway"]


def test_order_carries_no_weight():
    assert seen(COVERS_ALL) == seen(COVERS_ALL[::-1])


def test_units_that_say_nothing_add_no_coverage():
    padded = seen([*COVERS_ALL, *([[0] * 6] * 20)])

    for height in ("low", "middle", "high", "anyway"):
        name = f"letters_coverage_{height}"
        assert padded[name] == seen(COVERS_ALL)[name]


def test_whole_answers_are_compared_with_errors_and_the_prompt():
    found = seen(COVERS_ALL)

    assert found["meaning_whole"] == 2.0
    assert found["meaning_whole_prompt"] == 1.0
    assert found["letters_whole"] == 0.0


def test_a_list_of_key_words_is_marked():
    assert seen(COVERS_ALL, listed=True)[KEYWORDS] == 1.0


def test_only_what_both_sides_see_elsewhere_answers_another_question():
    features = {"meaning_elsewhere_depth": 1.9, "letters_elsewhere_depth": 1.9}

    assert answers_elsewhere(features)
    assert not answers_elsewhere(features | {"letters_elsewhere_depth": 0.6})
    assert not answers_elsewhere(features | {"meaning_elsewhere_depth": 0.6})
    assert not answers_elsewhere({})


def test_a_credit_is_a_chance_weighted_by_the_points():
    found = seen([[9, 0, 9, 0, 0, 0]])  # the point between them, of weight 1 of 4

    assert abs(found["centred_credit"] - 0.76) < 0.02
    assert found["centred_credit_strict"] < found["centred_credit"]
    assert found["centred_credit_lenient"] > found["centred_credit"]
    assert found["centred_credit_lowest"] == -3.0


@pytest.mark.parametrize(
    ("units", "restates"),
    [
        ([[1, 0, 1, 0, 0, 3], [0, 1, 1, 0, 0, 2]], True),  # the question in other words
        ([[1, 0, 1, 0, 0, 3], [5, 0, 1, 0, 0, 2]], False),  # and then an answer
        ([[1, 0, 3, 0, 0, 3.2], [1, 3, 1, 0, 0, 3.2]], False),  # full of its words
    ],
)
def test_only_who_says_nothing_but_the_question_hands_it_back(units, restates):
    sides = np.stack([np.asarray(units, dtype=np.float32)] * 2)
    material = Material(
        sides=sides,
        probes=np.zeros((2, len(units), 3), dtype=np.float32),
        whole=np.zeros((2, 3), dtype=np.float32),
        bare=None,  # not looked at
        weights=np.ones(POINTS, dtype=np.float32),
        listed=False,
    )

    assert material.restates is restates
