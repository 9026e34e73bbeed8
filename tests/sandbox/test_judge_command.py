"""`manage.py judge`, as it is typed."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from grading.sandbox import ways

TASK = str(Path(__file__).parents[1] / "adversarial" / "task")
FAST = "import torch\ndef solve(x, w):\n    return torch.tanh(x @ w)\n"


@pytest.fixture
def code(tmp_path):
    path = tmp_path / "code.py"
    path.write_text(FAST)
    return path


def judged(*arguments):
    out = StringIO()
    call_command("judge", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_one_object_says_all(code):
    found = json.loads(
        judged(TASK, code, "--json", "--seconds", "1", "--device", "cpu")
    )

    assert found["verdict"] == "faster"
    assert found["reason"]
    assert found["low"] <= found["speedup"] <= found["high"]
    assert found["credited"] == found["low"]
    assert found["device"] == "cpu"
    assert found["machine"]["processor"]


def test_a_person_reads_a_table(code):
    text = judged(TASK, code, "--seconds", "1", "--device", "cpu")

    assert "verdict   faster" in text
    assert "99 % interval" in text
    assert "small" in text


def test_a_verdict_without_figures_has_nulls(code):
    code.write_text("nonsense(")
    found = json.loads(judged(TASK, code, "--json", "--device", "cpu"))

    assert found["verdict"] == "load_failed"
    for name in ("speedup", "low", "high", "credited"):
        assert found[name] is None


@pytest.mark.parametrize(
    "arguments",
    [
        ("no-such-task", "{code}"),
        (TASK, "/no/such/file.py"),
        (TASK, "{folder}"),
        (TASK, "{code}", "--seconds", "0"),
        (TASK, "{code}", "--seconds", "nan"),
        (TASK, "{code}", "--device", "tpu"),
        (TASK, "{code}", "--device", "cuda"),
    ],
)
def test_bad_arguments_are_2(code, arguments, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    filled = [text.format(code=code, folder=code.parent) for text in arguments]

    with pytest.raises(CommandError) as caught:
        judged(*filled)
    assert getattr(caught.value, "returncode", 2) in (1, 2)
    assert "\n" not in str(caught.value)


def test_our_own_failure_is_3(code, monkeypatch):
    monkeypatch.setattr(ways, "found_way", lambda: (None, "It is missing."))
    monkeypatch.setattr("grading.sandbox.start._warm", {})

    with pytest.raises(CommandError) as caught:
        judged(TASK, code, "--device", "cpu")
    assert caught.value.returncode == 3


def test_a_broken_task_is_3(code, tmp_path):
    (tmp_path / "question.yaml").write_text("kind: speed\n")

    with pytest.raises(CommandError) as caught:
        judged(tmp_path, code, "--device", "cpu")
    assert caught.value.returncode == 3
