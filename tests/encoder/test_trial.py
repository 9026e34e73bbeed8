"""The trial of questions with the real model."""

from __future__ import annotations

import math

import pytest
from django.conf import settings

from bank.definitions import TextQuestion
from bank.parsing import load_bank
from grading.inputs import LANGUAGES
from workers.background import background_from
from workers.trial.answers import Column
from workers.trial.marking import trial
from workers.trial.table import summary, table

PAIR = ("gradient-clipping", "cpu-gpu-scheduling")


@pytest.fixture(scope="module")
def questions():
    return load_bank(settings.BANK_FOLDER)


@pytest.fixture(scope="module")
def texts(questions):
    return {s: q for s, q in questions.items() if isinstance(q, TextQuestion)}


def whole(found, slugs):
    """Return whether every cell of every row is a number in [0, 1]."""
    assert [(row.slug, row.language) for row in found.rows] == [
        (slug, language) for slug in sorted(slugs) for language in sorted(LANGUAGES)
    ]
    return all(
        set(row.cells) == set(Column)
        and all(
            math.isfinite(cell.lowest) and 0.0 <= cell.lowest <= cell.highest <= 1.0
            for cell in row.cells.values()
        )
        for row in found.rows
    )


@pytest.mark.slow
def test_two_questions_are_tried_against_each_other(exact, questions, texts):
    pair = {slug: texts[slug] for slug in PAIR}

    found = trial(list(pair.values()), pair, exact, background_from(questions))

    assert whole(found, PAIR)
    for row in found.rows:
        assert row.cells[Column.OWN].lowest >= 0.8
        assert row.cells[Column.PROMPT].highest <= 0.05
        assert row.cells[Column.OWN].lowest > row.cells[Column.HALF].highest
        assert row.cells[Column.HALF].lowest > row.cells[Column.WRONG].highest


@pytest.mark.slow  # minutes: some 4,000 answers
def test_every_question_keeps_what_the_bank_promises(exact, questions, texts, capsys):
    found = trial(list(texts.values()), texts, exact, background_from(questions))

    with capsys.disabled():
        for line in ("", *table(found), "", *summary(found)):
            print(line)  # noqa: T201 - the table is what this run is for
    assert whole(found, texts)
    outside = [
        (row.slug, row.language, str(column), cell.worst, cell.margin)
        for row in found.rows
        for column, cell in row.cells.items()
        if cell.offends
    ]
    assert outside == []
