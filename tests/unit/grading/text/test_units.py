from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.text.units import (
    LONGEST_UNIT,
    MOST_CHARACTERS,
    clauses_of,
    has_hidden,
    language_of,
    plain,
    sentences_of,
    words,
)


def texts(units):
    return [unit.text for unit in units]


@pytest.mark.parametrize(
    ("answer", "sentences"),
    [
        ("One thing is so. Another is not!", ["One thing is so.", "Another is not!"]),
        ("第一点很重要。第二点呢？对；", ["第一点很重要。", "第二点呢？", "对；"]),
        ("It costs 3.5 ms, e.g. on a phone.", ["It costs 3.5 ms, e.g. on a phone."]),
        (
            "- first item\n- second item\n3. third item",
            ["first item", "second item", "third item"],
        ),
        ("1、先量化\n（2）再剪枝\n③ 最后蒸馏", ["先量化", "再剪枝", "最后蒸馏"]),
        ("see vs. it\nnext", ["see vs. it", "next"]),
        ("y = x @ w\nreturn y", ["y = x @ w", "return y"]),
        (" \n\t。。。 ... \n", []),
        ("", []),
    ],
)
def test_sentences_are_found_in_both_scripts(answer, sentences):
    assert texts(sentences_of(answer)) == sentences


@pytest.mark.parametrize(
    ("sentence", "clauses"),
    [
        (
            "Weights are read once per step, so bandwidth is the limit here",
            ["Weights are read once per step", "so bandwidth is the limit here"],
        ),
        (
            "每一步都要读全部权重，所以解码受显存带宽限制",
            ["每一步都要读全部权重", "所以解码受显存带宽限制"],
        ),
        ("It moves 1,000,000 weights", []),
        ("TP, PP, DP", []),
    ],
)
def test_clauses_are_pieces_that_say_something(sentence, clauses):
    (unit,) = sentences_of(sentence)

    assert texts(clauses_of(sentence, unit)) == clauses


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_every_unit_stands_in_the_answer_where_it_says(answer):
    for sentence in sentences_of(answer):
        for unit in (sentence, *clauses_of(answer, sentence)):
            assert answer[unit.start : unit.end] == unit.text
            assert sentence.start <= unit.start < unit.end <= sentence.end
            assert words(unit.plain) > 0


def test_no_unit_is_longer_than_an_encoder_reads():
    units = sentences_of("字" * 5_000)

    assert max(unit.end - unit.start for unit in units) <= LONGEST_UNIT


def test_only_the_beginning_of_a_megabyte_is_read():
    units = sentences_of("This is one sentence. " * 50_000)

    assert units[-1].end <= MOST_CHARACTERS


def test_plain_text_has_no_tricks():
    assert (
        plain("ｆｕｌｌ\u200b width\x00\u202e \ud800 ﬁne\u3000x") == "full width fine x"
    )


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("plain text, 中文，emoji 👩‍💻 ✔️", False),
        ("zero\u200bwidth", True),
        ("right\u202eleft", True),
        ("nul\x00", True),
        ("tag\U000e0041", True),
    ],
)
def test_hidden_characters_are_seen(text, hidden):
    assert has_hidden(text) is hidden


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Decoding is bound by bandwidth", "en"),
        ("解码受显存带宽限制", "zh"),
        ("用 PagedAttention 管理 KV cache，减少显存碎片", "zh"),
        ("FlashAttention keeps tiles in SRAM (分块)", "en"),
        ("123 + 456", "zh"),
    ],
)
def test_a_units_language_is_that_of_most_words(text, language):
    assert language_of(text, otherwise="zh") == language
