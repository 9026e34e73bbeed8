"""Each question of the two documents is asked by one of ours."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bank.definitions import Source, State, TextQuestion
from bank.parsing import load_bank

ROOT = Path(__file__).parents[3] / "bank" / "questions"
DOCUMENTS = ("000_4d735639a21c0c33.txt", "001_7dbd3436351c60f2.txt")
EACH = 30
PLACES = [
    Source(document=document, number=number)
    for document in DOCUMENTS
    for number in range(1, EACH + 1)
]


@pytest.fixture(scope="module")
def texts():
    return [q for q in load_bank(ROOT).values() if isinstance(q, TextQuestion)]


@pytest.mark.parametrize("place", PLACES, ids=lambda s: f"{s.document[:3]}-{s.number}")
def test_a_question_of_the_documents_is_asked_once_and_live(texts, place):
    asking = [question for question in texts if place in question.sources]

    assert len(asking) == 1
    assert asking[0].state is State.LIVE


def test_nothing_else_is_claimed_of_the_documents(texts):
    claimed = Counter(
        source
        for question in texts
        for source in question.sources
        if source.document in DOCUMENTS
    )

    assert claimed == Counter(PLACES)
