from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.reports.marked_changes import Mark, marked_changes


def shown(before, after):
    signs = {Mark.KEPT: "{}", Mark.GONE: "-{}-", Mark.NEW: "+{}+"}
    return "".join(
        signs[piece.mark].format(piece.text) for piece in marked_changes(before, after)
    )


@pytest.mark.parametrize(
    ("before", "after", "marked"),
    [
        ("same", "same", "same"),
        ("", "", ""),
        ("", "new", "+new+"),
        ("old", "", "-old-"),
        ("decode is slow", "decode is very slow", "decode is +very +slow"),
        ("the weight is 2.0", "the weight is 2.5", "the weight is -2.0-+2.5+"),
        ("解码受算力限制", "解码受带宽限制", "解码受-算力-+带宽+限制"),
        ("prune then train", "train then prune", "-prune-+train+ then -train-+prune+"),
        ("all other words", "Nothing remains", "-all other words-+Nothing remains+"),
    ],
)
def test_what_changed_is_marked_by_word_and_by_sign(before, after, marked):
    assert shown(before, after) == marked


def test_one_space_between_two_changes_is_no_island():
    made = shown("a fast grey fox ran home again", "a slow red fox ran home again")

    assert made == "a -fast grey-+slow red+ fox ran home again"


def test_a_very_long_text_goes_as_a_whole():
    before, after = "a b " * 3000, "a b " * 2999 + "a c "

    assert [piece.mark for piece in marked_changes(before, after)] == [
        Mark.GONE,
        Mark.NEW,
    ]


@settings(deadline=None, max_examples=60)
@given(st.text("ab 的零.\n2", max_size=30), st.text("ab 的零.\n2", max_size=30))
def test_both_texts_can_be_read_back(before, after):
    pieces = marked_changes(before, after)

    assert before == "".join(p.text for p in pieces if p.mark is not Mark.NEW)
    assert after == "".join(p.text for p in pieces if p.mark is not Mark.GONE)
