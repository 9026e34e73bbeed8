from __future__ import annotations

import dataclasses

import pytest

from bank.publishing import question_publish
from tests.make.assessment import (
    make_question,
    make_set,
    make_speed_question,
    text_question,
)
from tests.web.recruiter.conftest import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(db):
    make_question("soft-targets")
    make_speed_question("fused-norm")
    only_chinese = text_question(
        "jianzhi", topic="imported", title={"zh": "什么是剪枝"}, difficulty=1
    )
    rubric = dataclasses.replace(
        only_chinese.rubric, prompt={"zh": "什么是剪枝？"}, misconceptions=()
    )
    question_publish(dataclasses.replace(only_chinese, rubric=rubric))
    make_set("both")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"soft-targets", "fused-norm", "jianzhi"}),
        ("?q=剪枝", {"jianzhi"}),
        ("?q=SOFT", {"soft-targets"}),
        ("?q=大模型", {"soft-targets"}),
        ("?topic=kernels", {"fused-norm"}),
        ("?difficulty=1", {"jianzhi"}),
        ("?set=both", {"soft-targets", "fused-norm"}),
        ("?language=en", {"soft-targets", "fused-norm"}),
        ("?kind=speed", {"fused-norm"}),
        ("?topic=nonsense&difficulty=x", {"soft-targets", "fused-norm", "jianzhi"}),
        ("?q=zzz", set()),
    ],
)
def test_questions_are_found(client, bank, query, found):
    page = text_of(client.get(f"/recruiter/questions/{query}"))

    slugs = ("soft-targets", "fused-norm", "jianzhi")
    assert {s for s in slugs if f"/recruiter/questions/{s}/" in page} == found


def test_a_question_shows_all_that_answers_are_held_against(client, bank):
    page = text_of(client.get("/recruiter/questions/soft-targets/"))

    for words in (
        "Outputs are targets",
        "教师的输出是训练目标",
        "The teacher also serves",
        "It is not so that",
        "weight 2",
    ):
        assert words in page


def test_an_older_version_can_be_read_and_says_so(client, bank):
    make_question("soft-targets", title={"zh": "新", "en": "Newer title"})

    page = text_of(client.get("/recruiter/questions/soft-targets/?version=1"))

    assert "This is version 1. New attempts get version 2." in page
    assert "Training on soft targets" in page


@pytest.mark.parametrize(
    "path", ["soft-targets/?version=9", "no-such-question/", "soft-targets/?version=x"]
)
def test_what_is_not_there_is_not_found(client, bank, path):
    status = client.get(f"/recruiter/questions/{path}").status_code

    assert status == (200 if path.endswith("=x") else 404)


def test_a_task_shows_its_baseline_and_an_import_its_gap(client, bank):
    task = text_of(client.get("/recruiter/questions/fused-norm/"))
    imported = text_of(client.get("/recruiter/questions/jianzhi/"))

    assert "def solve(x, residual, weight):" in task
    assert "No specialist has written down" in imported
    assert 'lang="zh-Hans">什么是剪枝<' in imported
