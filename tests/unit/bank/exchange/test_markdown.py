from __future__ import annotations

import dataclasses

import pytest

from bank.documents import parse_document, text_question
from bank.exchange.errors import NotExportable
from bank.exchange.markdown import Numbered, document_text, languages_of
from tests.make.exchange import make_bank, make_imported


@pytest.fixture
def bank(tmp_path):
    return make_bank(tmp_path)


def numbered(*questions):
    return [Numbered(number=n, question=q) for n, q in enumerate(questions, start=1)]


def prompted(question, prompt):
    rubric = dataclasses.replace(question.rubric, prompt={"en": prompt})
    return dataclasses.replace(question, rubric=rubric)


def test_a_document_has_the_shape_that_is_imported(bank):
    text = document_text(numbered(bank["kv-cache"]), heading="Mine", language="zh")

    assert [line for line in text.splitlines() if line][:5] == [
        "# Mine",
        "#### 1. 键值缓存",
        "**题目：** 什么是键值缓存？",
        "**答案：**",
        "- 第一点的说法甲",
    ]
    assert text.endswith("**解析：** 懂得缓存\n")


def test_an_imported_question_goes_out_and_comes_back(tmp_path):
    question = make_imported()
    text = document_text(numbered(question), heading="made up", language="en")
    report = parse_document(text, path="made up.md")
    back = text_question(report, report.questions[0])

    assert back.slug == question.slug
    assert back.rubric.prompt == question.rubric.prompt
    assert back.title == question.title
    assert back.explanation == question.explanation
    assert [point.statement("en") for point in back.rubric.key_points] == [
        point.statement("en") for point in question.rubric.key_points
    ]


@pytest.mark.parametrize(
    "prompt",
    [
        "# 2. Not a heading\n\nReally?",
        "First.\n\n---\n\nSecond.",
        "Read:\n\n```\n# comment\n---\n```\n\nWhy?",
        "1. one\n2. two",
    ],
)
def test_markdown_in_a_prompt_opens_no_section(bank, prompt):
    question = prompted(bank["kv-cache"], prompt)
    text = document_text(numbered(question), heading="x", language="en")
    (found,) = parse_document(text, path="x.md", language="en").questions

    assert found.prompt.replace("\\", "") == prompt
    assert len(found.key_points) == 6


def test_what_would_become_another_question_is_not_written(bank):
    question = prompted(bank["kv-cache"], "Why?\n\nAnswer: because\n\n- of this")

    with pytest.raises(NotExportable, match="another question"):
        document_text(numbered(question), heading="x", language="en")


def test_a_question_in_one_language_is_not_written_in_the_other(bank):
    questions = numbered(bank["kv-cache"], make_imported())

    assert languages_of(questions) == ["en"]
    with pytest.raises(NotExportable, match="not in the language zh"):
        document_text(questions, heading="x", language="zh")
