"""Marks to tables, by n-grams; the real encoder is in tests/encoder."""

from __future__ import annotations

import json

import pytest

from grading.text.background import BUILT_IN
from grading.text.encoder import HashEncoder
from grading.text.vectors import Remembering
from tests.make.bank import make_rubric, make_text_question
from workers.trial.answers import Column
from workers.trial.marking import Row, Trial, cell_of, trial
from workers.trial.table import as_json, offenders, summary, table


class Counting:
    """An encoder that notes what it was asked for."""

    name, device = "counting@1", "cpu"

    def __init__(self):
        self.asked = []
        self.parted = []

    def encode(self, texts):
        self.asked += texts
        return HashEncoder().encode(texts)

    def encode_parts(self, texts, parts):
        self.parted += zip(texts, map(tuple, parts), strict=True)
        flat = []
        for text, spans in zip(texts, parts, strict=True):
            flat += [text, *(text[start:end] for start, end in spans)]
        return HashEncoder().encode(flat)


@pytest.fixture
def questions():
    made = (
        make_text_question(related=()),
        make_text_question(slug="other", related=(), rubric=make_rubric()),
    )
    return {question.slug: question for question in made}


def run(questions, encoder, **options):
    return trial(
        list(questions.values()), questions, Remembering(encoder), BUILT_IN, **options
    )


def test_each_question_has_one_row_a_language(questions):
    told = []
    found = run(questions, HashEncoder(), tell=told.append)

    assert [(row.slug, row.language) for row in found.rows] == [
        ("kv-cache", "en"),
        ("kv-cache", "zh"),
        ("other", "en"),
        ("other", "zh"),
    ]
    assert found.encoder == "hash@1"
    assert "background=" in found.engine
    assert told == [
        "1/4 kv-cache zh",
        "2/4 other zh",
        "3/4 kv-cache en",
        "4/4 other en",
    ]
    for row in found.rows:
        assert set(row.cells) == set(Column) - {Column.NOUNS}  # too few terms


def test_no_text_is_encoded_twice(questions):
    counting = Counting()
    run(questions, counting)

    assert len(counting.asked) == len(set(counting.asked)) > 0
    assert len(counting.parted) == len(set(counting.parted)) > 0


@pytest.mark.parametrize(
    ("column", "scores", "margin"),
    [
        (Column.OWN, [0.9, 0.7, 1.0], -0.1),
        (Column.OWN, [0.9, 0.8], 0.0),
        (Column.HALF, [0.5, 0.29], -0.05),
        (Column.HALF, [0.5, 0.89], -0.05),
        (Column.HALF, [0.44, 0.6], 0.1),
        (Column.WRONG, [0.0, 0.3], -0.05),
        (Column.FOREIGN, [0.2], 0.0),
        (Column.NOUNS, [0.21], -0.01),
        (Column.PROMPT, [0.06], -0.01),
    ],
)
def test_a_cell_is_judged_by_its_worst_answer(column, scores, margin):
    cell = cell_of(column, [(score, f"{score}") for score in scores])

    assert cell.margin == pytest.approx(margin)
    assert cell.offends == (margin < 0)
    assert (cell.lowest, cell.highest) == (min(scores), max(scores))


def test_information_never_offends():
    cell = cell_of(Column.OPPOSITES, [(1.0, "opposites")])

    assert cell.margin is None
    assert not cell.offends


@pytest.fixture
def made():
    good = {Column.OWN: cell_of(Column.OWN, [(0.95, "mix 0")])}
    bad = {
        Column.OWN: cell_of(Column.OWN, [(0.95, "mix 0"), (0.5, "mix 2")]),
        Column.FOREIGN: cell_of(Column.FOREIGN, [(0.1, "paging"), (0.4, "pruning")]),
        Column.COPIED: cell_of(Column.COPIED, [(0.12, "limits")]),
    }
    rows = (
        Row(slug="fusion", language="en", cells=bad),
        Row(slug="fusion", language="zh", cells=good),
    )
    return Trial(encoder="hash@1", engine="key-points@1", rows=rows)


def test_offenders_are_marked_and_named(made):
    head, english, chinese = table(made)

    assert head.split()[:3] == ["question", "lang", "own"]
    assert "0.50-0.95!" in english
    assert "0.40!" in english
    assert english.endswith("own: mix 2; foreign: pruning")
    assert "!" not in chinese
    assert offenders(made) == [made.rows[0]]
    assert made.rows[0].overrun == pytest.approx(0.5)


def test_the_summary_counts_columns_and_names_the_hardest(made):
    lines = list(summary(made))

    assert any(
        line.startswith("own ") and "1/2" in line and "fusion en: mix 2" in line
        for line in lines
    )
    assert any("information" in line and line.startswith("copied") for line in lines)
    assert any("0.50  fusion (smallest margin -0.30)" in line for line in lines)
    assert lines[-1] == "encoder hash@1, key-points@1"


def test_json_holds_what_the_table_shows(made):
    value = json.loads(json.dumps(as_json(made), allow_nan=False))

    assert value["rows"][0]["cells"]["foreign"] == {
        "lowest": 0.1,
        "highest": 0.4,
        "answers": 2,
        "worst": "pruning",
        "margin": -0.2,
        "offends": True,
    }
    assert [sums["column"] for sums in value["summary"]] == ["own", "foreign", "copied"]
    assert value["hardest"][0]["slug"] == "fusion"
