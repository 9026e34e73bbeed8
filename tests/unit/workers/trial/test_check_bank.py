"""The command as authors use it; by n-grams."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from grading.errors import EncoderUnavailable
from grading.text.encoder import HashEncoder
from grading.text.vectors import Remembering
from workers.management.commands import check_bank as command

ROOT = Path(__file__).parents[4] / "bank" / "questions"
PAIR = ("operator-fusion", "gradient-clipping")
TASK = "kv-cache-decode"


@pytest.fixture(autouse=True)
def letters(monkeypatch):
    """No model: the command marks by n-grams."""
    monkeypatch.setattr(command, "exact_encoder", lambda: Remembering(HashEncoder()))


@pytest.fixture
def folder(tmp_path):
    """Two questions without the others that they name as related."""
    for slug in PAIR:
        shutil.copytree(ROOT / slug, tmp_path / slug)
        file = tmp_path / slug / "question.yaml"
        lines = file.read_text("utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith("related:")]
        file.write_text("".join(kept), encoding="utf-8")
    return tmp_path


def status(*arguments):
    with pytest.raises(CommandError) as caught:
        call_command("check_bank", *arguments)
    assert "\n" not in str(caught.value)
    return caught.value.returncode


def test_the_lint_alone_needs_no_encoder(folder, monkeypatch, capsys):
    monkeypatch.setattr(command, "exact_encoder", None)

    call_command("check_bank", "--lint-only", f"--folder={folder}")

    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("lint: 2 questions, 0 errors, ")


def test_the_trial_prints_a_row_a_language_and_the_sums(folder, capsys):
    call_command("check_bank", f"--folder={folder}")

    out, err = capsys.readouterr()
    rows = [line.split()[:2] for line in out.splitlines() if line.startswith(PAIR)]
    assert rows == [
        [slug, language] for slug in sorted(PAIR) for language in ("en", "zh")
    ]
    assert "hardest" in out
    assert "trying 1/4" in err


def test_only_the_questions_named_are_tried(folder, capsys):
    call_command("check_bank", PAIR[0], f"--folder={folder}", "--json")

    value = json.loads(capsys.readouterr().out)
    assert {row["slug"] for row in value["trial"]["rows"]} == {PAIR[0]}
    assert value["trial"]["rows"][0]["cells"]["foreign"]["worst"] == PAIR[1]
    assert {finding["severity"] for finding in value["lint"]} <= {"warning"}


def test_an_error_of_the_lint_ends_with_status_1(folder, capsys):
    file = folder / PAIR[0] / "question.yaml"
    text = file.read_text("utf-8")
    file.write_text(f"{text.rstrip()}\nrelated: [nowhere]\n", encoding="utf-8")

    assert status("--lint-only", f"--folder={folder}") == 1
    line = text.rstrip().count("\n") + 2
    assert (
        f"{file}:{line}: error: related: there is no question 'nowhere' [related]"
        in capsys.readouterr().out
    )
    call_command("check_bank", PAIR[1], "--lint-only", f"--folder={folder}")


def test_the_trial_decides_about_the_status_only_as_a_gate(folder, capsys):
    call_command("check_bank", PAIR[0], f"--folder={folder}", "--json")
    rows = json.loads(capsys.readouterr().out)["trial"]["rows"]
    outside = any(cell["offends"] for row in rows for cell in row["cells"].values())

    assert outside  # n-grams alone do not pass
    assert status(PAIR[0], f"--folder={folder}", "--gate") == 1


@pytest.mark.parametrize("arguments", [("nobody-asks-this",), ("--folder=/nowhere",)])
def test_bad_arguments_end_with_status_2(arguments, capsys):
    assert status(*arguments) == 2
    assert capsys.readouterr().out == ""


def test_a_broken_file_ends_with_status_2_and_its_line(folder):
    file = folder / PAIR[0] / "question.yaml"
    file.write_text("schema: 1\nkind: nothing\n", encoding="utf-8")

    with pytest.raises(CommandError, match=r"question\.yaml:2: kind must be") as caught:
        call_command("check_bank", f"--folder={folder}")

    assert caught.value.returncode == 2


def test_without_an_encoder_it_ends_with_status_3(folder, monkeypatch):
    def broken():
        message = "no model"
        raise EncoderUnavailable(message)

    monkeypatch.setattr(command, "exact_encoder", broken)

    assert status(PAIR[0], f"--folder={folder}") == 3


def test_a_task_has_no_trial(folder, monkeypatch, capsys):
    monkeypatch.setattr(command, "exact_encoder", None)
    shutil.copytree(ROOT / TASK, folder / TASK)
    file = folder / TASK / "question.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("related: [", "# [", 1), encoding="utf-8")

    call_command("check_bank", TASK, f"--folder={folder}", "--json")

    assert json.loads(capsys.readouterr().out)["trial"] is None
