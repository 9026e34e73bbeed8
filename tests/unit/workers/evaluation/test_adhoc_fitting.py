from __future__ import annotations

import gzip
import json

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from grading.text.adhoc_head import NAMES, read_adhoc_head
from grading.text.background import BUILT_IN
from grading.text.encoder import HashEncoder
from workers.evaluation.adhoc_fitting import (
    figures_of_fit,
    fitted_head,
    head_of,
    known_of,
    middle_of_words,
    scores_of,
)
from workers.evaluation.fitting import write_head
from workers.evaluation.public import (
    SETS,
    TRAINED_ON,
    UNSEEN,
    PublicDataMissing,
    public_answers,
)

RIGHT = "The water evaporated and salt was left behind."
WRONG = "Stirring it with a wooden spoon."


def row(number, *, split, correct, references=("Evaporation leaves the salt behind.",)):
    return {
        "question_id": f"q{number % 4}",
        "split": split,
        "question": "How can it be separated?",
        "references": [{"text": text} for text in references],
        "answer": f"{RIGHT if correct else WRONG} Group {number} said so.",
        "label": "correct" if correct else "contradictory",
    }


@pytest.fixture
def folder(tmp_path):
    for file in SETS.values():
        with gzip.open(tmp_path / f"{file}.jsonl.gz", "wt", encoding="utf-8") as out:
            for number in range(40):
                split = UNSEEN if number % 5 == 0 else TRAINED_ON
                made = row(number, split=split, correct=number % 2 == 0)
                out.write(json.dumps(made) + "\n")
    return tmp_path


@pytest.fixture
def known(folder):
    encoder = HashEncoder()
    middle = middle_of_words(encoder, BUILT_IN)
    sets = {
        name: known_of(public_answers(folder, name), encoder, BUILT_IN, middle)
        for name in SETS
    }
    return sets, middle


def test_a_fit_tells_right_from_wrong_and_is_read_back_as_it_was(known, tmp_path):
    sets, middle = known
    values = fitted_head(
        [one.of(TRAINED_ON) for one in sets.values()],
        middle,
        encoder="hash@1",
        version=1,
    )
    path = tmp_path / "hash.adhoc.json"
    write_head(values, path)
    head = read_adhoc_head(path)

    unseen = sets["Beetle"].of(UNSEEN)
    scores = scores_of(head, unseen)

    assert scores[unseen.correct == 1].min() > scores[unseen.correct == 0].max() + 0.3
    assert np.array_equal(scores, scores_of(head_of(values), unseen))
    assert all(weight >= 0.0 for weight in head.weights)
    assert len(head.weights) == len(NAMES)


def test_figures_stand_beside_targets_for_each_set_and_for_a_set_never_seen(known):
    sets, middle = known
    formulas = {
        name: np.linspace(0.0, 1.0, len(one.of(UNSEEN).answers))
        for name, one in sets.items()
    }

    figures = figures_of_fit(sets, formulas, middle, encoder="hash@1")

    wanted = {figure.name: figure.least for figure in figures if figure.least}
    assert wanted == {
        "Beetle, head: Pearson": 0.74,
        "SciEntsBank, head: Pearson": 0.80,
        "Beetle, head that never saw this set: Pearson": 0.66,
        "SciEntsBank, head that never saw this set: Pearson": 0.66,
    }
    gains = [one for one in figures if one.name.endswith("above the formula")]
    assert len(gains) == 4
    assert all(one.low is not None and one.value > 0.0 for one in gains)


def test_several_references_are_ways_to_say_one_point(folder):
    path = folder / f"{SETS['Beetle']}.jsonl.gz"
    several = row(
        1, split=UNSEEN, correct=True, references=("One way.", "Another way.")
    )
    with gzip.open(path, "wt", encoding="utf-8") as out:
        out.write(json.dumps(several))

    (answer,) = public_answers(folder, "Beetle")

    (point,) = answer.answer.rubric.key_points
    assert point.phrasings["en"] == ("One way.", "Another way.")


def test_missing_and_broken_files_are_named(folder):
    path = folder / f"{SETS['Beetle']}.jsonl.gz"
    path.write_bytes(b"not gzip")
    with pytest.raises(PublicDataMissing, match=path.name):
        public_answers(folder, "Beetle")
    path.unlink()
    with pytest.raises(PublicDataMissing, match=path.name):
        public_answers(folder, "Beetle")


def test_without_the_public_data_the_command_says_so_in_one_line(monkeypatch):
    monkeypatch.delenv("INFERVIEW_DATA", raising=False)

    with pytest.raises(CommandError, match="INFERVIEW_DATA names no folder") as caught:
        call_command("calibrate_encoder", "--adhoc")

    assert caught.value.returncode == 2
    assert "\n" not in str(caught.value)
