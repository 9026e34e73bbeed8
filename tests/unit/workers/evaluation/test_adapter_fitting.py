"""An adapter learns from credits what likeness is worth; no fold sees another."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from grading.text.adapter import PLAIN, unit_length
from grading.text.features import NAMES
from workers.evaluation.adapter_fitting import fit_adapter
from workers.evaluation.scored import FOLDS, Scored, folds, rounds

WIDTH = 24
LOUD = slice(0, 8)  # directions that say nothing of credit and drown the others


class Material:
    """Vectors of which only the quiet directions decide who earns a point."""

    restates = False

    def __init__(self, lot):
        centres = lot.normal(size=(3, WIDTH))
        earned = lot.random(3) < 0.5
        units = lot.normal(size=(3, WIDTH)) * 0.6
        units[:, 8:] += np.where(earned[:, None], centres[:, 8:], 0.0)
        units[:, LOUD] = lot.normal(size=(3, 8)) * 2.0
        centres[:, LOUD] = lot.normal(size=(3, 8)) * 2.0
        self.credits = tuple(earned.astype(float))
        prompt = lot.normal(size=(1, WIDTH))
        self.bare = SimpleNamespace(
            units=unit_length(units),
            centres=unit_length(np.concatenate([centres, prompt])),
        )

    def features(self, adapter):
        return dict.fromkeys(NAMES, float(adapter.level))


def answers(count, seed):
    lot = np.random.default_rng(seed)
    made = [Material(lot) for _ in range(count)]
    return [
        Scored(
            slug=f"q{at % 10}",
            material=material,
            score=float(np.mean(material.credits)),
            credits=material.credits,
        )
        for at, material in enumerate(made)
    ]


def foretold(adapter, scored):
    """Return the share of credits that an adapter has on the right side of one half."""
    right = []
    for one in scored:
        bare = one.material.bare
        near = adapter.seen(bare.units) @ adapter.seen(bare.centres[:-1]).T
        right += list((adapter.credits(near, 3) > 0) == np.array(one.credits, bool))
    return float(np.mean(right))


@pytest.fixture(scope="module")
def taught():
    return fit_adapter(answers(600, seed=1))


def test_credits_of_unseen_answers_are_foretold_better_than_without(taught):
    unseen = answers(200, seed=2)

    assert foretold(taught, unseen) > foretold(PLAIN, unseen) + 0.05


def test_the_same_answers_give_the_same_adapter(taught):
    again = fit_adapter(answers(600, seed=1))

    assert np.array_equal(again.down, taught.down)
    assert again.level == taught.level


def test_without_credits_nothing_is_learned():
    bare = [Scored(slug="q", material=None, score=0.0)]

    assert fit_adapter(bare) is PLAIN


def test_each_measured_question_is_left_out_once():
    scored = [
        *answers(40, seed=3),
        Scored(slug="assembled", material=None, score=1.0, measured=False),
    ]
    parts = folds(scored)

    assert len(parts) == FOLDS
    assert sorted(slug for part in parts for slug in part) == [
        f"q{number}" for number in range(10)
    ]


def test_a_round_shows_nothing_of_the_questions_that_it_leaves_out(monkeypatch):
    seen = []
    monkeypatch.setattr(
        "workers.evaluation.scored.fit_adapter",
        lambda some: seen.append({one.slug for one in some}) or PLAIN,
    )
    scored = [
        *answers(40, seed=3),
        Scored(slug="q0", material=None, score=1.0, measured=False),
    ]
    asked = []

    for known, left in rounds(scored):
        out = {one.slug for one in left}
        assert not out & {one.slug for one in known}
        assert all(not out & slugs for slugs in seen)
        assert all(one.measured for one in left)
        asked += [one.slug for one in left]
        seen.clear()

    assert len(asked) == 40
