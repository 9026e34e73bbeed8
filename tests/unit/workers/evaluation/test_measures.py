from __future__ import annotations

import math

import numpy as np
import pytest

from workers.evaluation.measures import (
    bootstrap,
    mean_error,
    pearson,
    triage,
    within_spearman,
)


def test_figures_of_a_perfect_and_a_turned_grader():
    marks = np.array([0.0, 0.5, 1.0, 0.2])

    assert pearson(marks, marks) == pytest.approx(1.0)
    assert pearson(1 - marks, marks) == pytest.approx(-1.0)
    assert mean_error(marks + 0.1, marks) == pytest.approx(0.1)
    assert math.isnan(pearson(np.ones(4), marks))


def test_ranks_are_compared_within_questions_only():
    scores = np.array([0.1, 0.2, 0.3, 0.9, 0.8, 0.7])
    marks = np.array([0.1, 0.2, 0.3, 0.1, 0.2, 0.3])

    found = within_spearman(scores, marks, ["a"] * 3 + ["b"] * 3)

    assert found == pytest.approx(0.0)


def test_equal_marks_share_their_rank():
    scores = np.array([0.1, 0.2, 0.3])
    marks = np.array([0.0, 0.0, 1.0])

    assert within_spearman(scores, marks, ["a"] * 3) == pytest.approx(3**0.5 / 2)


def test_the_most_doubtful_answers_go_to_a_person():
    marks = np.zeros(10)
    scores = np.array([0.9, 0.6, *[0.05] * 8])
    doubts = np.array([1.0, 0.9, *[0.1] * 8])

    sent = triage(scores, marks, doubts, 0.2)

    assert sent.error == pytest.approx(0.05)
    assert sent.caught == 1.0
    assert triage(scores, marks, -doubts, 0.2).caught == 0.0


def test_an_interval_over_questions_holds_the_figure():
    lot = np.random.default_rng(3)
    marks = lot.random(120)
    scores = marks + lot.normal(0, 0.1, 120)
    slugs = [f"q{place // 12}" for place in range(120)]

    found = bootstrap(lambda at: mean_error(scores[at], marks[at]), slugs)

    assert found.low < found.value < found.high
    assert found.value == pytest.approx(0.08, abs=0.02)
