from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from grading.errors import TaskBroken
from grading.speed.memory import table_of
from grading.speed.task import fresh_generator, load_task

TASK = Path(__file__).parents[3] / "adversarial" / "task"


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(TASK, tmp_path / "task"))


def edited(folder, old, new, name="question.yaml"):
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return folder


def test_a_good_folder_becomes_a_task(folder):
    task = load_task(folder, "cpu")

    assert task.cases[task.measured].name == "measured"
    assert task.memory_bytes == 192 * 1024 * 1024
    assert task.shape(task.outputs[0], 1) == (3, 17)
    assert task.weights(fresh_generator()) is None


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("kind: speed", "kind: text", "kind: speed"),
        ("memory_mb: 192", "memory_mb: much", "memory_mb"),
        ("memory_mb: 192", "memory_mb: -1", "not above 0"),
        ("  call_seconds: 1.5\n", "", "lacks `call_seconds`"),
        ("measured: true, ", "", "exactly one case"),
        ("dtype: float32", "dtype: float8", "known are"),
        ("shape: [rows, width]", "shape: [rows, depth]", "no parameter is called"),
        ("shape: [rows, width]", "shape: [width, rows]", "expected() gives"),
        ("reference_speedup: 3", "reference_speedup: 1", "not above 1.02"),
        ("threads: 1", "threads: 1\n  thread: 2", "unknown fields: thread"),
        ("{rows: 3, width: 17}", "{rows: 0, width: 17}", "whole numbers above 0"),
        ("kind: speed", "kind: [", "task"),
    ],
)
def test_a_mistake_is_named(folder, old, new, words):
    with pytest.raises(TaskBroken) as caught:
        load_task(edited(folder, old, new), "cpu")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("inputs.py", "def make_inputs(", "SyntaxError"),
        ("inputs.py", "x = 1 / 0", "ZeroDivisionError"),
        ("inputs.py", "make = 1", "no function make_inputs()"),
        ("checker.py", "def expected(x, w): raise KeyError('k')", "KeyError"),
        ("inputs.py", "def make_inputs(g, rows, width): return ()", "tuple of tensors"),
    ],
)
def test_an_exception_of_the_authors_code_is_the_authors(folder, name, text, words):
    (folder / name).write_text(text)

    with pytest.raises(TaskBroken, match=words.replace("(", r"\(").replace(")", r"\)")):
        load_task(folder, "cpu")


def test_a_folder_without_a_baseline_is_broken(folder):
    (folder / "baseline.py").unlink()

    with pytest.raises(TaskBroken, match="baseline"):
        load_task(folder, "cpu")


def test_a_gpu_may_get_larger_cases(folder):
    edited(
        folder, "parameters: {rows: 300", "cuda: {rows: 900}, parameters: {rows: 300"
    )

    assert load_task(folder, "cpu").cases[0].parameters["rows"] == 300
    assert load_task(folder, "cuda").cases[0].parameters["rows"] == 900


def test_the_digest_sees_every_file(folder):
    before = load_task(folder, "cpu").digest
    (folder / "baseline.py").write_text("def solve(x, w): return x\n")

    assert load_task(folder, "cpu").digest != before


def test_two_judgements_never_see_the_same_inputs(folder):
    task = load_task(folder, "cpu")
    first, second = (task.inputs(0, fresh_generator())[0] for _ in range(2))

    assert not (first == second).all()


def test_tensors_lie_apart_and_aligned(folder):
    task = load_task(folder, "cpu")
    examples = [task.inputs(number, fresh_generator()) for number in (0, 1)]
    table = table_of(task, examples)

    x, w = table.inputs[1]
    assert (x.offset, w.offset) == (0, 256)  # 3 x 17 float32 are 204 bytes
    assert table.input_bytes >= 300 * 128 * 4 + 128 * 128 * 4
