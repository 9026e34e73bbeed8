"""Who answers another question, however well, does not answer this one."""

from __future__ import annotations

import pytest
from django.conf import settings

from bank.parsing import load_bank
from grading.inputs import TextAnswer
from grading.text.grade import grade_many
from workers.background import background_from

PAIRS = (
    ("gpu-inference", "model-visualization"),
    ("quantization", "gradient-clipping"),
    ("energy-efficiency", "memory-leaks"),
)


@pytest.fixture(scope="module")
def bank():
    return load_bank(settings.BANK_FOLDER)


def reference(question, language):
    return "\n".join(
        point.phrasings[language][0] for point in question.rubric.key_points
    )


@pytest.mark.parametrize("language", ["en", pytest.param("zh", marks=pytest.mark.slow)])
def test_another_questions_reference_earns_little_and_is_flagged(real, bank, language):
    answers = [
        TextAnswer(
            text=reference(bank[other], language),
            language=language,
            rubric=bank[asked].rubric,
        )
        for asked, other in PAIRS
    ]

    for grade in grade_many(answers, real, background_from(bank)):
        assert "other_question" in grade.flags
        assert grade.score <= 0.2
        assert grade.review


@pytest.mark.parametrize("language", ["en", pytest.param("zh", marks=pytest.mark.slow)])
def test_its_own_reference_is_not(real, bank, language):
    answers = [
        TextAnswer(
            text=reference(bank[asked], language),
            language=language,
            rubric=bank[asked].rubric,
        )
        for asked, _ in PAIRS
    ]

    for grade in grade_many(answers, real, background_from(bank)):
        assert "other_question" not in grade.flags
        assert grade.score >= 0.75
