"""What a task's own rule can say, and what the judge makes of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from grading.errors import TaskBroken
from grading.speed.clocks import Spent
from grading.speed.metric import Cost
from grading.speed.record import Question, Record, what_is_wrong
from grading.speed.task import fresh_generator, load_task

TASK = Path(__file__).parents[3] / "adversarial" / "task"
HALF_RIGHT = """
def accept(outputs, truth, inputs):
    share = float(((outputs[0] - truth[0]).abs() < 1e-3).float().mean())
    return share >= 0.5, (1 - share) / 0.5, f"only {share:.2f} of the values are right."
"""
WITHIN_ONE = """
def accept(outputs, truth, inputs):
    if len(outputs[0]) != len(truth[0]):
        return False, 2.0, "the message has another length"
    return bool((outputs[0] == truth[0]).all()), 0.5, "a byte is another"
def expected(x, w):
    return torch.arange(3, dtype=torch.uint8)
"""

MESSAGE = """- {name: sent, dtype: uint8, shape: [8]}
    - {name: length, dtype: int64, shape: [1]}"""


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(TASK, tmp_path / "task"))


def edited(folder, *pairs):
    path = folder / "question.yaml"
    text = path.read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    return folder


def ruled(folder, rule):
    with (folder / "checker.py").open("a") as file:
        file.write(rule)
    return edited(folder, (", atol: 2.0e-5, rtol: 2.0e-5", ""))


def asked(task, number=1):
    inputs = task.inputs(number, fresh_generator())
    truth = task.truth(None, inputs)
    return Question(number=number, inputs=inputs, weights=None, truth=truth)


def test_a_rule_of_the_tasks_own_decides(folder):
    task = load_task(ruled(folder, HALF_RIGHT), "cpu")
    question = asked(task)
    good = question.truth[0].float()
    poor = good.clone()
    poor[:1] += 1
    bad = good + 1

    assert what_is_wrong(task, question, (good,)) == (None, 0.0)
    wrong, worst = what_is_wrong(task, question, (poor,))
    assert wrong is None
    assert worst == pytest.approx(2 / 3, abs=1e-3)
    wrong, worst = what_is_wrong(task, question, (bad,))
    assert wrong == "Wrong result: case small: only 0.00 of the values are right."
    assert worst == pytest.approx(2.0)


def test_what_is_not_finite_is_wrong_whatever_the_rule_says(folder):
    task = load_task(ruled(folder, HALF_RIGHT), "cpu")
    question = asked(task)
    found = question.truth[0].float()
    found[0, 0] = float("nan")

    wrong, worst = what_is_wrong(task, question, (found,))
    assert "not finite" in wrong
    assert worst is None


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("\ndef accept(outputs, truth, inputs): return False\n", "must return"),
        ("\ndef accept(*a): return (1, 0.5, '')\n", "must return"),
        ("\ndef accept(*a): return (True, 3.0, '')\n", "within 0 to 1"),
        ("\ndef accept(*a): return (True, 0.0, '')\n", "accepts outputs of 0"),
        ("\ndef accept(*a): raise IndexError('out')\n", "IndexError: out"),
    ],
)
def test_a_rule_that_is_no_rule_is_told_when_the_task_is_loaded(folder, rule, words):
    with pytest.raises(TaskBroken) as caught:
        load_task(ruled(folder, rule), "cpu")
    assert words in str(caught.value)


def test_a_task_has_tolerances_or_a_rule(folder):
    with (folder / "checker.py").open("a") as file:
        file.write(HALF_RIGHT)
    with pytest.raises(TaskBroken, match="unknown fields: atol, rtol"):
        load_task(folder, "cpu")


def as_message(folder):
    ruled(folder, WITHIN_ONE)
    return edited(
        folder,
        ("threads: 1", "threads: 1\n  metric: bytes\n  bytes_per_second: 1000"),
        (
            "- {name: y, dtype: float32, shape: [rows, width]}",
            MESSAGE,
        ),
    )


def test_a_message_is_looked_at_up_to_its_length(folder):
    task = load_task(as_message(folder), "cpu")
    question = asked(task)
    sent = torch.tensor([0, 1, 2, 9, 9, 9, 9, 9], dtype=torch.uint8)

    for length, words in ((3, None), (2, "another length"), (-1, "outside"), (9, "ou")):
        wrong, _ = what_is_wrong(task, question, (sent, torch.tensor([length])))
        assert (wrong is None) if words is None else (words in wrong)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("metric: bytes", "metric: size", "known are time, memory, bytes"),
        ("\n  bytes_per_second: 1000", "", "lacks `bytes_per_second`"),
        ("metric: bytes", "metric: time", "unknown fields: bytes_per_second"),
        ("dtype: int64", "dtype: int32", "two outputs"),
        ("shape: [1]", "shape: [2]", "two outputs"),
    ],
)
def test_a_message_has_one_form(folder, old, new, words):
    with pytest.raises(TaskBroken) as caught:
        load_task(edited(as_message(folder), (old, new)), "cpu")
    assert words in str(caught.value)


def test_a_memory_task_compares_what_was_held(folder):
    edited(folder, ("threads: 1", "threads: 1\n  metric: memory\n  calls: 4"))
    task = load_task(folder, "cpu")
    record = Record(task=task, device="cpu")
    spent = Spent(cpu=1.0, wall=1.0, waited=0.0)
    for _ in range(8):
        record.processes += 1
        record.note_pair(
            Cost(spent=spent, held_bytes=60 * 2**20),
            Cost(spent=spent, held_bytes=20 * 2**20),
        )

    assert task.calls == 4
    assert record.interval().middle == pytest.approx(3.0)
    assert record.seconds(record.baseline) == (1.0,) * 8


def test_only_a_memory_task_has_calls(folder):
    with pytest.raises(TaskBroken, match="unknown fields: calls"):
        load_task(edited(folder, ("threads: 1", "threads: 1\n  calls: 4")), "cpu")


def test_a_number_that_is_not_finite_never_reaches_a_grade(folder):
    rule = "\ndef accept(*a): return False, float('inf'), 'far away'\n"
    task = load_task(ruled(folder, rule), "cpu")
    question = asked(task)

    wrong, worst = what_is_wrong(task, question, (question.truth[0].float(),))
    assert "far away" in wrong
    assert worst is None


def test_whole_numbers_that_must_be_equal_are_counted_not_measured(folder):
    edited(folder, ("atol: 2.0e-5, rtol: 2.0e-5", "atol: 0, rtol: 0"))
    task = load_task(folder, "cpu")
    question = asked(task)
    found = question.truth[0].to(torch.float32) * 0 + 5

    wrong, worst = what_is_wrong(task, question, (found,))

    assert wrong is not None
    assert "is wrong in 51 of 51 values" in wrong
    assert worst is None


def spent(wall, waited):
    return Cost(spent=Spent(wall=wall, cpu=wall, waited=waited))


def test_a_submission_that_waits_for_itself_makes_no_busy_machine(folder):
    record = Record(task=load_task(folder, "cpu"), device="cpu")
    record.baseline += [spent(1.0, 0.0), spent(1.0, 0.01)]
    record.candidate += [spent(0.5, 0.4), spent(0.5, 0.4)]

    assert record.share_waited() == pytest.approx(0.005)
