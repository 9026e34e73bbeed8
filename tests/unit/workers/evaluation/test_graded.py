"""The graded answers that ship are as their README says."""

from __future__ import annotations

from collections import Counter

import pytest
from django.conf import settings

from bank.definitions import TextQuestion
from bank.parsing import load_bank
from workers.evaluation.graded import (
    GradedDataBroken,
    graded_answers,
    pairs,
    rubrics_of,
    scored_by_rule,
    split,
)


@pytest.fixture(scope="module")
def bank():
    return load_bank(settings.BANK_FOLDER)


@pytest.fixture(scope="module")
def answers(bank):
    return graded_answers(rubrics_of(bank))


def test_every_question_of_both_documents_has_12_answers(bank, answers):
    by_question = Counter(one.slug for one in answers)
    documents = Counter(bank[slug].sources[0].document for slug in by_question)

    assert set(by_question.values()) == {12}
    assert sorted(documents.values()) == [23, 30]
    assert set(by_question) == {
        slug
        for slug, question in bank.items()
        if isinstance(question, TextQuestion) and not question.alias_of
    }


def test_half_of_a_questions_answers_are_in_each_language(answers):
    spoken = Counter((one.slug, one.answer.language) for one in answers)

    assert set(spoken.values()) == {6}


def test_every_score_follows_from_its_credits(answers):
    for one in answers:
        points = {point.id for point in one.answer.rubric.key_points}
        assert set(one.credits) == points, (one.slug, one.id)
        assert set(one.credits.values()) <= {0, 0.25, 0.5, 0.75, 1}
        assert one.score == pytest.approx(scored_by_rule(one), abs=0.0501), (
            one.slug,
            one.id,
        )


def test_no_answer_is_there_twice_and_none_is_the_rubric(answers):
    texts = [one.answer.text.strip() for one in answers]

    assert len(set(texts)) == len(texts)
    for one in answers:
        for point in one.answer.rubric.key_points:
            for statement in point.phrasings[one.answer.language]:
                assert statement not in one.answer.text or len(statement) < 25


def test_147_pairs_differ_in_a_few_words_only(bank):
    found = pairs(rubrics_of(bank))

    assert len(found) == 147
    assert len({(pair.slug, pair.id) for pair in found}) == 147
    assert len({pair.change for pair in found}) >= 6
    for pair in found:
        assert pair.right.text != pair.wrong.text
        assert pair.right.language == pair.wrong.language
        shorter = min(len(pair.right.text), len(pair.wrong.text))
        assert abs(len(pair.right.text) - len(pair.wrong.text)) < shorter / 2
        assert pair.key_point in {p.id for p in pair.right.rubric.key_points}


def test_thirteen_questions_are_kept_for_the_test(answers):
    kept = split()

    assert len(kept) == 13
    assert kept < {one.slug for one in answers}


def test_a_broken_file_is_named(tmp_path, bank):
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "odd.yaml").write_text("question: no-such-question\n")

    with pytest.raises(GradedDataBroken, match=r"odd\.yaml.*no-such-question"):
        graded_answers(rubrics_of(bank), tmp_path)
