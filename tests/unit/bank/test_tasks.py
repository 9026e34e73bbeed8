from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bank.definitions import State
from bank.errors import QuestionFormatError
from bank.tasks import parse_task

BANK = Path(__file__).parents[3] / "bank" / "questions"
SHIPPED = ("fused-rmsnorm-residual", "kv-cache-decode")


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(BANK / SHIPPED[0], tmp_path / "a-task"))


def refused(folder):
    with pytest.raises(QuestionFormatError) as caught:
        parse_task(folder)
    return caught.value


@pytest.mark.parametrize("slug", SHIPPED)
def test_a_shipped_task_is_live_in_both_languages(slug):
    task = parse_task(BANK / slug)

    assert task.slug == slug
    assert task.state is State.LIVE
    assert set(task.statement) == set(task.title) == {"zh", "en"}
    assert "def solve" in task.baseline
    assert "def solve" in task.statement["zh"]
    assert task.sources


@pytest.mark.parametrize("slug", SHIPPED)
def test_the_statement_shows_neither_reference_nor_checker(slug):
    task = parse_task(BANK / slug)

    for name in ("reference.py", "checker.py", "_kept", "wkv"):
        assert name not in task.statement["en"]
        assert name not in task.statement["zh"]


def test_the_digest_changes_with_any_file_and_with_nothing_else(folder):
    before = parse_task(folder).digest
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "inputs.pyc").write_bytes(b"x")
    assert parse_task(folder).digest == before

    with (folder / "checker.py").open("a") as file:
        file.write("\n")
    assert parse_task(folder).digest != before


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("topic: kernels", "topic: cooking", "unknown topic"),
        ("state: live", "state: finished", "unknown state"),
        ("difficulty: 3", "difficulty: 9", "difficulty"),
        ("minutes: 30", "minutes: soon", "minutes"),
        ("schema: 1", "schema: 2", "schema"),
        ("related:", "relatives:", "relatives"),
        ("  outputs:", "  results:", "outputs"),
        ("  threads: 1", "  metric: joules", "unknown metric"),
    ],
)
def test_a_mistake_is_told_with_its_line(folder, old, new, words):
    path = folder / "question.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))

    fault = refused(folder)

    assert words in fault.reason
    assert fault.path.endswith("question.yaml")
    assert fault.line >= 1


@pytest.mark.parametrize("name", ["baseline.py", "checker.py", "statement.zh.md"])
def test_a_missing_file_is_told(folder, name):
    (folder / name).unlink()

    assert name in refused(folder).reason


def test_an_empty_statement_is_told(folder):
    (folder / "statement.en.md").write_text("\n")

    assert "statement.en.md is empty" in refused(folder).reason
