"""What every speed task of the bank must have, whoever wrote it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

from bank.tasks import METRICS, parse_task
from grading.speed.check import FEWEST_WRONG
from grading.speed.metric import Metric

BANK = Path(__file__).parents[3] / "bank" / "questions"
FOLDERS = sorted(path.parent for path in BANK.glob("*/baseline.py"))


def of_each_task(test):
    return pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)(test)


def test_the_metrics_are_the_judges():
    assert set(METRICS) == set(Metric)


@of_each_task
def test_a_task_can_be_read(folder):
    assert parse_task(folder).sources


@of_each_task
def test_wrong_programs_say_what_is_wrong(folder):
    paths = sorted((folder / "wrong").glob("*.py"))

    assert len(paths) >= FEWEST_WRONG
    for path in paths:
        words = ast.get_docstring(ast.parse(path.read_text()))
        assert words, path.name


@of_each_task
def test_both_statements_name_the_mark_that_is_given(folder):
    speed = yaml.safe_load((folder / "question.yaml").read_text())["speed"]
    for language in ("en", "zh"):
        text = (folder / f"statement.{language}.md").read_text()
        marks = re.findall(r"/ log\(([0-9.]+)\)", text)
        assert [float(mark) for mark in marks] == [float(speed["reference_speedup"])]
