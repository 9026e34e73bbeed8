from __future__ import annotations

import numpy as np

from grading.text.encoder import HashEncoder
from grading.text.pooling import encoded_parts, pooled, unit_rows
from grading.text.units import clauses_of, sentences_of

# <s>, "q:", "ab", "cd", </s> of the text "ab cd" behind the prompt "q: "
STATES = np.array([[1, 0], [1, 0], [0, 2], [4, 0], [1, 0]], dtype=np.float32)
PLACES = [(0, 0), (0, 2), (3, 5), (6, 8), (0, 0)]


def test_a_whole_text_is_the_mean_of_all_its_tokens():
    (whole,) = pooled(STATES, PLACES, (), shift=3)

    assert np.allclose(whole, np.array([7, 2]) / np.hypot(7, 2))


def test_a_part_is_the_mean_of_its_own_tokens():
    _, first, second, both = pooled(STATES, PLACES, [(0, 2), (3, 5), (0, 5)], shift=3)

    assert np.allclose(first, [0, 1])
    assert np.allclose(second, [1, 0])
    assert np.allclose(both, np.array([4, 2]) / np.hypot(4, 2))


def test_a_part_without_tokens_has_the_row_of_its_text():
    whole, beyond = pooled(STATES, PLACES, [(90, 99)], shift=3)

    assert np.array_equal(whole, beyond)


def test_an_encoder_without_parts_encodes_each_by_itself():
    rows = encoded_parts(HashEncoder(), ["one two", "three"], [[(0, 3)], []])

    assert np.array_equal(rows, HashEncoder().encode(["one two", "one", "three"]))


class CountingParts(HashEncoder):
    def __init__(self):
        self.texts = []

    def encode_parts(self, texts, parts):
        self.texts += texts
        flat = []
        for text, spans in zip(texts, parts, strict=True):
            flat += [text, *(text[start:end] for start, end in spans)]
        return self.encode(flat)


def test_units_get_their_own_rows_and_equal_sentences_one_pass():
    encoder = CountingParts()
    answers = []
    for text in (
        "Quantised weights are smaller, so a step reads fewer bytes. Short one here.",
        "Short one here. Short one here.",
    ):
        units = []
        for sentence in sentences_of(text):
            units += [sentence, *clauses_of(text, sentence)]
        answers.append(units)

    rows = unit_rows(encoder, answers)

    assert [len(part) for part in rows] == [len(units) for units in answers]
    for units, part in zip(answers, rows, strict=True):
        assert np.allclose(part, HashEncoder().encode([unit.plain for unit in units]))
    assert encoder.texts.count("Short one here.") == 1
    assert len(answers[0]) > 2


def test_a_clause_whose_sentence_is_not_there_is_encoded_by_itself():
    text = "Quantised weights are smaller, so each step reads fewer bytes."
    (sentence,) = sentences_of(text)
    clauses = clauses_of(text, sentence)

    (rows,) = unit_rows(HashEncoder(), [clauses])

    assert np.allclose(rows, HashEncoder().encode([clause.plain for clause in clauses]))
