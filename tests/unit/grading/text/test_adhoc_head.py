from __future__ import annotations

import json

import numpy as np
import pytest

from grading.errors import EncoderUnavailable
from grading.inputs import KeyPoint, Rubric, TextAnswer
from grading.results import as_json
from grading.text import grade as grading
from grading.text.adhoc import adhoc_rubric
from grading.text.adhoc_head import (
    NAMES,
    SCHEMA,
    AdhocHead,
    adhoc_features,
    covers,
    read_adhoc_head,
    texts_read,
    word_rows,
)
from grading.text.background import BUILT_IN
from grading.text.encoder import HASH_WIDTH, HashEncoder
from grading.text.evidence import rows_of
from grading.text.grade import grade_text, rescored
from grading.text.reading import read
from tests.unit.grading.text.rubrics import RUBRIC

ENCODER = HashEncoder()
QUESTION = "How did you separate the salt from the water?"
REFERENCE = "The water was evaporated, leaving the salt."
MIDDLE = np.zeros(HASH_WIDTH, dtype=np.float32)


def head(**changes):
    values = {
        "name": "toy.adhoc/1",
        "encoder": "hash@1",
        "lowest": np.zeros(len(NAMES)),
        "highest": np.ones(len(NAMES)),
        "weights": np.full(len(NAMES), 1.0 / len(NAMES)),
        "level": 0.0,
        "words_middle": MIDDLE,
    }
    return AdhocHead(**(values | changes))


def features(text: str, rubric: Rubric | None = None) -> dict[str, float]:
    rubric = rubric or adhoc_rubric(QUESTION, REFERENCE)
    reading = read(TextAnswer(text=text, language="en", rubric=rubric))
    plains = [unit.plain for unit in reading.units]
    return adhoc_features(
        reading,
        rows_of(plains, ENCODER.encode(plains)),
        word_rows(ENCODER, texts_read(reading)),
        rubric=rubric,
        encoder=ENCODER,
        background=BUILT_IN,
        words_middle=MIDDLE,
    )


def test_the_reference_itself_meets_every_word_and_an_unrelated_answer_few():
    same = features(REFERENCE)
    other = features("We stirred everything with a wooden spoon.")

    assert set(same) == set(NAMES)
    assert same["words_met"] == pytest.approx(1.0, abs=1e-4)
    for name in NAMES:
        assert same[name] > other[name] + 0.2, name


def test_words_of_the_question_meet_nothing():
    repeated = features("The salt was in the water.")
    answered = features("It evaporated.")

    assert answered["words_met"] > repeated["words_met"] + 0.2


def test_of_several_references_the_one_that_is_met_counts():
    ways = ("There is a gap.", "The terminals are not connected.")
    both = Rubric(
        prompt={"en": "Why is the bulb off?"},
        key_points=(KeyPoint(id="p1", weight=1.0, phrasings={"en": ways}),),
    )
    one = adhoc_rubric("Why is the bulb off?", ways[0])
    answer = "Both terminals are not connected."

    assert features(answer, both)["words_met"] > features(answer, one)["words_met"]
    assert features(answer, both)["points"] > features(answer, one)["points"]


def test_a_score_stays_between_nothing_and_everything():
    row = dict.fromkeys(NAMES, 5.0)

    assert head(level=3.0).score(row) == 1.0
    assert head(level=-3.0).score(row) == 0.0
    assert head().score(row) == pytest.approx(1.0)  # no feature counts beyond the known
    assert head().score(row, factor=0.1) == pytest.approx(0.1)


def test_only_english_and_only_rubrics_without_misconceptions_are_covered():
    def covered(text: str, rubric: Rubric) -> bool:
        return covers(rubric, read(TextAnswer(text=text, language="en", rubric=rubric)))

    assert covered("It evaporated in the sun.", adhoc_rubric(QUESTION, REFERENCE))
    assert not covered("水在阳光下蒸发了。", adhoc_rubric(QUESTION, REFERENCE))
    assert not covered(
        "It evaporated in the sun.", adhoc_rubric("为什么?", "水蒸发了。")
    )
    assert not covered("It evaporated in the sun.", RUBRIC)


def test_a_grade_by_the_head_names_it_and_can_be_computed_again(monkeypatch):
    monkeypatch.setattr(grading, "shipped_adhoc_head", lambda _: head())
    answer = TextAnswer(
        text="We let the water evaporate and the salt was left.",
        language="en",
        rubric=adhoc_rubric(QUESTION, REFERENCE),
    )

    grade = grade_text(answer, ENCODER, BUILT_IN)

    assert "head=toy.adhoc/1" in grade.engine
    assert grade.review
    assert rescored(as_json(grade)) == grade.score
    monkeypatch.setattr(grading, "shipped_adhoc_head", lambda _: None)
    with pytest.raises(EncoderUnavailable, match="not here any more"):
        rescored(as_json(grade))


def test_an_answer_without_words_scores_nothing(monkeypatch):
    monkeypatch.setattr(grading, "shipped_adhoc_head", lambda _: head(level=0.5))
    rubric = adhoc_rubric(QUESTION, REFERENCE)

    for text in ("", " \n", "...", QUESTION):
        answer = TextAnswer(text=text, language="en", rubric=rubric)
        assert grade_text(answer, ENCODER, BUILT_IN).score == 0.0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"schema": SCHEMA + 1}, "another version"),
        ({"features": ["words_met"]}, "another version"),
        ({"weights": [1.0]}, "not a head"),
        ({"level": None}, "not a head"),
    ],
)
def test_a_broken_file_is_named(tmp_path, change, told):
    values = {
        "schema": SCHEMA,
        "version": 1,
        "encoder": "hash@1",
        "features": list(NAMES),
        "lowest": [0.0] * len(NAMES),
        "highest": [1.0] * len(NAMES),
        "weights": [0.1] * len(NAMES),
        "level": 0.0,
        "words_middle": [0.0],
    }
    path = tmp_path / "model.adhoc.json"
    path.write_text(json.dumps(values), "utf-8")
    assert read_adhoc_head(path).encoder == "hash@1"

    path.write_text(json.dumps(values | change), "utf-8")

    with pytest.raises(EncoderUnavailable, match=told):
        read_adhoc_head(path)
