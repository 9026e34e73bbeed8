from __future__ import annotations

import json

import numpy as np
import pytest

from grading.text.adapter import Adapter
from grading.text.features import NAMES
from grading.text.head import read_head
from workers.evaluation.fitting import (
    Example,
    head_values,
    left_out,
    next_version,
    write_head,
)


def examples(count=120, *, noise=0.05):
    lot = np.random.default_rng(5)
    made = []
    for place in range(count):
        score = float(lot.integers(21)) / 20
        features = {name: score + float(lot.normal(0, noise)) for name in NAMES}
        made.append(Example(slug=f"q{place % 6}", features=features, score=score))
    return made


def by_question(known):
    for slug in sorted({one.slug for one in known if one.measured}):
        yield (
            [one for one in known if one.slug != slug],
            [one for one in known if one.slug == slug and one.measured],
        )


ADAPTER = Adapter(
    down=np.full((4, 2), 0.5, np.float32),
    up=np.full((2, 4), 0.25, np.float32),
    slope=9.0,
    level=0.3,
    wrong=1.5,
)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    known = examples()
    residuals = left_out(by_question(known))
    path = tmp_path_factory.mktemp("heads") / "model@1.json"
    write_head(
        head_values(
            known, residuals, adapter=ADAPTER, encoder="model@1", engine="e", version=1
        ),
        path,
    )
    return known, residuals, path


def test_a_written_head_says_what_was_fitted(fitted):
    known, _, path = fitted
    head = read_head(path)

    errors = [abs(head.judge(one.features).score - one.score) for one in known]

    assert np.mean(errors) < 0.06
    assert head.encoder == "model@1"
    assert np.array_equal(head.adapter.down, ADAPTER.down)
    assert np.array_equal(head.adapter.up, ADAPTER.up)
    assert (head.adapter.slope, head.adapter.level) == (9.0, 0.3)
    assert path.stat().st_size < 5_000_000


def test_answers_are_predicted_by_fits_that_saw_no_answer_to_their_question(fitted):
    known, residuals, _ = fitted
    spoiled = [
        one
        if one.slug != "q0"
        else Example(slug="q0", features=one.features, score=0.0)
        for one in known
    ]

    again = left_out(by_question(spoiled))

    mine = np.array([slug == "q0" for slug in residuals.slugs])
    assert np.allclose(again.predictions[mine], residuals.predictions[mine])
    assert not np.allclose(again.predictions[~mine], residuals.predictions[~mine])


def test_intervals_hold_about_nine_of_ten_unseen_scores(fitted):
    _, _, path = fitted
    head = read_head(path)
    fresh = [head.judge(one.features) for one in examples(300, noise=0.05)]
    scores = [one.score for one in examples(300, noise=0.05)]

    inside = [j.low <= s <= j.high for j, s in zip(fresh, scores, strict=True)]

    assert 0.8 < np.mean(inside) <= 1.0


def test_the_file_says_what_the_fit_is_worth_on_unseen_questions(fitted):
    known, residuals, path = fitted
    worth = json.loads(path.read_text())["left_out"]

    assert worth["answers"] == len(known)
    assert worth["questions"] == 6
    assert worth["pearson"] == pytest.approx(
        np.corrcoef(residuals.predictions, residuals.scores)[0, 1], abs=1e-4
    )
    assert 0.8 < worth["coverage"] < 1.0
    assert 0.0 < worth["width"] < 0.6
    assert worth["error_of_the_rest"] <= worth["error"] * 1.2


def test_an_answer_that_says_nothing_scores_nothing():
    known = [*examples(60), Example(slug="q0", features={}, score=0.0)]

    residuals = left_out(by_question(known))

    assert residuals.predictions[residuals.scores.tolist().index(0.0)] <= 0.2
    assert len(residuals.scores) == 61


def test_versions_count_up(fitted, tmp_path):
    _, _, path = fitted

    assert next_version(path) == 2
    assert next_version(tmp_path / "none.json") == 1
