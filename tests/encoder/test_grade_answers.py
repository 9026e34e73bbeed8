"""The command, as somebody outside uses it; by n-grams, but for one run."""

from __future__ import annotations

import functools
import io
import json

import pytest
from django.core.management import CommandError, call_command

from bank.parsing import load_bank
from grading.errors import EncoderUnavailable
from grading.text.encoder import HashEncoder
from grading.text.vectors import Remembering
from workers import encoder as held
from workers.management.commands import grade_answers as command

SALT = {
    "prompt": "How did you separate the salt from the water?",
    "reference": "The water was evaporated, leaving the salt.",
}
RIGHT = "Let the water evaporate and the salt is left."


@pytest.fixture(autouse=True)
def bank_read_once(monkeypatch):
    monkeypatch.setattr(command, "load_bank", _read_once)


_read_once = functools.cache(load_bank)


@pytest.fixture
def letters(monkeypatch):
    """No model: the command marks by n-grams."""
    monkeypatch.setattr(command, "encoder", lambda: Remembering(HashEncoder()))


@pytest.fixture
def grade(letters, tmp_path, capsys):
    """Mark lines (bytes, strings or values) and return what came out."""

    def run(*lines):
        raw = b"".join(_bytes(line) + b"\n" for line in lines)
        file = tmp_path / "answers.jsonl"
        file.write_bytes(raw)
        call_command("grade_answers", str(file))
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def _bytes(line):
    if isinstance(line, bytes):
        return line
    return (line if isinstance(line, str) else json.dumps(line)).encode()


def line(**changed):
    fields = {"id": "a", "question": SALT, "language": "en", "answer": RIGHT}
    return {k: v for k, v in (fields | changed).items() if v is not ...}


def test_an_answer_gets_a_score_with_its_evidence(grade):
    (result,) = grade(line(id="x1"))

    assert result["id"] == "x1"
    assert 0.5 < result["score"] <= 1.0
    (point,) = result["points"]
    assert {"point", "credit", "sentence", "similarity", "start", "end"} <= set(point)
    assert RIGHT[point["start"] : point["end"]] == point["sentence"]
    assert result["flags"] == ["incomplete_rubric"]
    assert result["encoder"] == "hash@1"


def test_a_line_says_how_sure_the_mark_is_and_whether_to_read_the_answer(grade):
    adhoc, known = grade(
        line(), line(question={"slug": "gradient-clipping"}, answer="Clip the norm.")
    )

    # n-grams were never held against people's marks
    assert [adhoc[k] for k in ("low", "high", "doubt")] == [None, None, None]
    assert (adhoc["review"], adhoc["reasons"]) == (True, ["incomplete_rubric"])
    assert (known["review"], known["reasons"]) == (False, [])


def test_lines_come_out_in_order_with_errors_between(grade):
    results = grade(
        line(id=1), "no json", line(id=2, answer=...), "", line(id=3), line(id="é中")
    )

    assert [r["id"] for r in results] == [1, None, 2, 3, "é中"]
    assert ["error" in r for r in results] == [False, True, True, False, False]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ("{", "request.not_json"),
        ("[1]", "request.not_json"),
        ("[" * 100_000, "request.not_json"),
        (line(id=...), "request.missing_field"),
        (line(id=None), "request.missing_field"),
        (line(id=[1]), "request.wrong_type"),
        (line(answer=...), "request.missing_field"),
        (line(answer=7), "request.wrong_type"),
        (line(answer=None), "request.missing_field"),
        (line(language="fr"), "request.unknown_language"),
        (line(language=...), "request.missing_field"),
        (line(question=...), "request.missing_field"),
        (line(question="slug"), "request.wrong_type"),
        (line(question={}), "request.missing_field"),
        (line(question={"slug": "no-such"}), "bank.unknown_question"),
        (line(question={"slug": 3}), "request.wrong_type"),
        (line(question={"document": "no.txt", "number": 1}), "bank.unknown_question"),
        (line(question={"document": "no.txt"}), "request.missing_field"),
        (line(question={"document": "n", "number": True}), "request.wrong_type"),
        (line(question={"document": "n", "number": "1"}), "request.wrong_type"),
        (line(question={"prompt": "?"}), "request.missing_field"),
        (line(question={"prompt": "?", "reference": "…"}), "bank.no_reference"),
        (line(question=SALT | {"key_points": "one"}), "request.wrong_type"),
        (line(question=SALT | {"key_points": [1]}), "request.wrong_type"),
        (line(question=SALT | {"language": "xx"}), "request.unknown_language"),
    ],
    ids=range(25),
)
def test_a_bad_line_is_an_error_line_and_harms_no_other(grade, bad, code):
    first, error, last = grade(line(id="before"), bad, line(id="after"))

    assert error["error"]["code"] == code
    assert error["error"]["detail"]
    assert set(error) == {"id", "error"}
    assert (first["id"], last["id"]) == ("before", "after")
    assert first["score"] == last["score"] > 0


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "   ",
        "\x00",
        "\ud800",
        "salt",
        "\u202etlas",
        "the water evaporates. " * 50_000,
    ],
    ids=["empty", "blank", "nul", "surrogate", "word", "bidi", "megabyte"],
)
def test_odd_answers_are_marked(grade, answer):
    (result,) = grade(line(answer=answer))

    assert 0.0 <= result["score"] <= 1.0
    if not answer.strip("\x00\ud800 "):
        assert result["score"] == 0.0
        assert "empty" in result["flags"]


def test_an_endless_line_is_refused(grade, monkeypatch):
    monkeypatch.setattr(command, "LONGEST_LINE", 2_000)

    long, short = grade(line(answer="x" * 5_000), line())

    assert long == {
        "id": None,
        "error": {"code": "request.too_large", "detail": "longer than 2000 bytes"},
    }
    assert short["score"] > 0.5


def test_a_slug_and_its_place_in_a_document_are_one_question(grade):
    answer = "Scale all gradients by c over the norm when the global L2 norm exceeds c."
    by_slug, by_place = grade(
        line(question={"slug": "gradient-clipping"}, answer=answer),
        line(
            question={"document": "000_4d735639a21c0c33.txt", "number": 4},
            answer=answer,
        ),
    )

    assert by_slug == by_place
    assert by_slug["score"] > 0.0
    assert "incomplete_rubric" not in by_slug["flags"]


def test_an_alias_is_marked_by_its_canonical_rubric(grade):
    answer = "The loss is KL to the teacher plus cross entropy with the labels."
    points = [
        [p["point"] for p in result["points"]]
        for result in grade(
            line(question={"slug": "knowledge-distillation"}, answer=answer),
            line(question={"slug": "knowledge-distillation-inference"}, answer=answer),
        )
    ]

    assert points[0] == points[1]


def test_a_question_answered_with_code_is_refused(grade):
    (result,) = grade(line(question={"slug": "fused-rmsnorm-residual"}))

    assert result["error"]["code"] == "request.not_text"


def test_a_document_outside_the_bank_serves_as_its_own_rubric(
    grade, tmp_path, monkeypatch
):
    (tmp_path / "ours.txt").write_text(
        "# Questions\n\n#### 1. How is salt won?\n\n**Answer:**\n\n"
        "- **Evaporation:** the water evaporates and the salt is left\n"
        "- **Cleaning:** the crystals are washed and dried\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("INFERVIEW_DOCUMENTS", str(tmp_path))

    known, unknown, outside = grade(
        line(question={"document": "ours.txt", "number": 1}),
        line(question={"document": "ours.txt", "number": 2}),
        line(question={"document": "../ours.txt", "number": 1}),
    )

    assert len(known["points"]) == 2
    assert "incomplete_rubric" in known["flags"]
    assert known["score"] > 0.0
    assert unknown["error"]["code"] == "bank.unknown_question"
    assert outside["error"]["code"] == "bank.unknown_question"


def test_given_key_points_are_what_is_marked(grade):
    (result,) = grade(
        line(question=SALT | {"key_points": ["the water evaporates", "use a filter"]})
    )

    assert [p["credit"] > 0.5 for p in result["points"]] == [True, False]


def test_standard_input_is_read_until_it_ends(letters, monkeypatch, capsys):
    raw = "\ufeff" + json.dumps(line(id=1)) + "\r\n" + json.dumps(line(id=2))
    monkeypatch.setattr(
        "sys.stdin", io.TextIOWrapper(io.BytesIO(raw.encode()), encoding="utf-8")
    )

    call_command("grade_answers")

    out = capsys.readouterr().out.splitlines()
    assert [json.loads(text)["id"] for text in out] == [1, 2]


@pytest.mark.parametrize(
    "content", [b"\xff\xfe{}", b'{"id": 1}\n\x80\n'], ids=["a", "b"]
)
def test_a_file_that_is_not_utf8_is_unusable(letters, tmp_path, capsys, content):
    file = tmp_path / "answers"
    file.write_bytes(content)

    with pytest.raises(CommandError, match="UTF-8") as caught:
        call_command("grade_answers", str(file))

    assert caught.value.returncode == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_a_file_that_cannot_be_read_is_unusable(letters, tmp_path, name):
    with pytest.raises(CommandError) as caught:
        call_command("grade_answers", str(tmp_path / name))

    assert caught.value.returncode == 2


def test_an_encoder_that_is_gone_is_our_fault_on_every_line(
    tmp_path, monkeypatch, capsys
):
    asked = []

    def gone():
        asked.append(1)
        raise EncoderUnavailable

    monkeypatch.setattr(command, "encoder", gone)
    file = tmp_path / "answers"
    file.write_bytes(b"\n".join(_bytes(line(id=i)) for i in range(40)))

    call_command("grade_answers", str(file))

    results = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert [r["id"] for r in results] == list(range(40))
    assert {r["error"]["code"] for r in results} == {"service.encoder_unavailable"}
    assert len(asked) == 1


@pytest.fixture
def real_model(home, real, settings, monkeypatch):
    settings.INFERVIEW_HOME = home
    monkeypatch.setattr(held, "_held", {"encoder": real})


def test_with_the_real_model(real_model, tmp_path, capsys):
    answers = (
        "When it dried up in the sun, the salt stayed behind.",
        "We poured everything through a piece of cloth.",
        "水蒸发以后盐就留下来了。",
    )
    file = tmp_path / "answers"
    file.write_bytes(b"\n".join(_bytes(line(answer=text)) for text in answers))

    call_command("grade_answers", str(file))

    right, wrong, across = (
        json.loads(text) for text in capsys.readouterr().out.splitlines()
    )
    assert right["encoder"].startswith("multilingual-e5-small@")
    assert right["score"] > wrong["score"] + 0.2
    assert across["score"] > wrong["score"]
    assert "other_language" not in right["flags"]
    assert "other_language" in across["flags"]
