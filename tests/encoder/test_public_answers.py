"""What the head for rubrics without misconceptions is worth on public answers."""

from __future__ import annotations

import os

import numpy as np
import pytest

from grading.text.adhoc_head import shipped_adhoc_head
from tests.encoder.written import shipped_background
from workers.evaluation.adhoc_fitting import formula_scores
from workers.evaluation.measures import pearson
from workers.evaluation.public import SETS, UNSEEN, public_answers, public_folder

SAMPLE = 200  # answers of each set
SEED = 5


@pytest.mark.slow
@pytest.mark.skipif(
    not os.environ.get("INFERVIEW_DATA") and os.environ.get("CI") != "true",
    reason="INFERVIEW_DATA names no folder of public answers, and this is no CI run",
)
def test_the_head_agrees_with_people_more_than_the_formula_does(real):
    folder = public_folder()
    assert folder is not None
    assert shipped_adhoc_head(real.name) is not None
    lot = np.random.default_rng(SEED)
    scores, formulas, correct = [], [], []
    for name in SETS:
        unseen = [one for one in public_answers(folder, name) if one.split == UNSEEN]
        chosen = [unseen[at] for at in lot.permutation(len(unseen))[:SAMPLE]]
        by_head, by_formula = formula_scores(chosen, real, shipped_background())
        scores.append(by_head)
        formulas.append(by_formula)
        correct.append(np.array([one.correct for one in chosen], dtype=float))

    ours, before = (
        np.mean([pearson(one, said) for one, said in zip(found, correct, strict=True)])
        for found in (scores, formulas)
    )

    assert ours > 0.5
    assert ours > before
