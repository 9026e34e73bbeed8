"""Programs on many draws, in this process."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from grading.errors import TaskBroken
from grading.speed.draws import on_many_draws
from grading.speed.task import load_task

CORPUS = Path(__file__).parents[3] / "adversarial"
# A tenth of all draws is such that the reference of the task is wrong on it.
RARE = """
from __future__ import annotations
import numpy as np
import torch

def make_weights(generator, *, width):
    rare = generator.random() < 0.1
    return {"gain": torch.full((width,), 0.0 if rare else 1.0)}

def make_inputs(generator, *, rows, width):
    return (torch.from_numpy(generator.standard_normal((rows, width))).float(),)
"""
CHECKER = """
def expected(weights, x):
    return x.double() * weights["gain"].double()
"""
RIGHT = b"def solve(weights, x):\n    return x * weights['gain']\n"
ASSUMES_ONES = b"def solve(weights, x):\n    return x.clone()\n"


@pytest.fixture
def task(tmp_path):
    folder = Path(shutil.copytree(CORPUS / "task", tmp_path / "task"))
    (folder / "inputs.py").write_text(RARE)
    (folder / "checker.py").write_text(CHECKER)
    settings = folder / "question.yaml"
    text = settings.read_text()
    settings.write_text(
        text.replace("  cases:", "  weights: {width: 17}\n  cases:", 1).replace(
            "width: 128", "width: 17"
        )
    )
    return load_task(folder, "cpu")


def drawn(task, source, **limits):
    return on_many_draws(task, source, "it.py", **{"most": 200, "seconds": 60} | limits)


def test_a_right_program_is_right_on_every_draw(task):
    found = drawn(task, RIGHT, most=3)

    assert found.wrong is None
    assert (found.draws, found.calls) == (3, 3 * 4 * len(task.cases))
    assert found.worst < 1.0


def test_what_is_wrong_on_a_rare_draw_is_found_and_said(task):
    found = drawn(task, ASSUMES_ONES)

    assert found.wrong is not None
    assert "off by" in found.wrong
    assert found.draws < 200
    assert found.worst > 1.0


def test_one_draw_is_made_however_short_the_time(task):
    assert drawn(task, RIGHT, seconds=0.0).draws == 1


def test_the_threads_of_this_process_are_as_before(task):
    before = torch.get_num_threads()
    drawn(task, RIGHT, most=1)

    assert torch.get_num_threads() == before


def test_a_warning_is_no_fault(task):
    source = b"import warnings\nwarnings.warn('beta')\n" + RIGHT

    assert drawn(task, source, most=1).wrong is None


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"def solve(:", "SyntaxError"),
        (b"x = 1\n", "KeyError"),
        (b"def solve(weights, x):\n    return 1 / 0\n", "ZeroDivisionError"),
        (b"def solve(weights, x):\n    return x.double()\n", "another form"),
        (b"def solve(weights, x):\n    return x[:1]\n", "another form"),
    ],
)
def test_a_program_that_does_not_run_is_its_authors_fault(task, source, words):
    with pytest.raises(TaskBroken, match=words):
        drawn(task, source, most=1)
