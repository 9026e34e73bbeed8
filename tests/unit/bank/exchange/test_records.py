from __future__ import annotations

import dataclasses
import json

import pytest

from bank.exchange.errors import JsonRefused, QuestionsRefused
from bank.exchange.records import read_records, records_bytes
from tests.make.exchange import make_bank, make_imported, nobody, told


@pytest.fixture
def bank(tmp_path):
    return make_bank(tmp_path)


def changed(questions, change):
    values = json.loads(records_bytes(questions))
    change(values["questions"])
    return json.dumps(values).encode()


def problems(data, known=nobody):
    with pytest.raises(QuestionsRefused) as caught:
        read_records(data, "a.json", known)
    return caught.value.problems


def test_bodies_come_back_as_they_were(bank):
    questions = [*bank.values(), make_imported()]

    assert told(read_records(records_bytes(questions), "a.json", nobody)) == told(
        questions
    )


def test_an_alias_alone_needs_its_question_in_the_bank(bank):
    data = records_bytes([bank["why-kv-cache"]])

    assert told(read_records(data, "a.json", bank.get)) == told([bank["why-kv-cache"]])
    (problem,) = problems(data)
    assert problem.startswith("a.json: #/questions/0/body/alias_of: why-kv-cache: ")
    assert "there is no question 'kv-cache'" in problem


def test_an_alias_with_another_rubric_is_refused(bank):
    other = dataclasses.replace(bank["kv-cache"], minutes=9)
    (problem,) = problems(records_bytes([other, bank["why-kv-cache"]]))

    assert "its rubric is not the one of 'kv-cache'" in problem


def test_every_question_with_a_fault_is_named_with_its_place(bank):
    def change(records):
        point = records[0]["body"]["rubric"]["key_points"][2]
        point["phrasings"]["en"][1] = "\u4e2d\u6587"
        records[1]["body"]["minutes"] = "8"
        records[2]["body"]["rubric"]["key_points"][0]["weight"] = -1

    found = problems(changed([*bank.values(), make_imported()], change))

    assert [problem.split(": ")[1] for problem in found] == [
        "#/questions/1/body/minutes",
        "#/questions/2/body/rubric/key_points/0/weight",
        "#/questions/0/body/rubric/key_points/2/phrasings/en/1",
    ]


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        (("slug",), "Not A Slug", "lower-case words"),
        (("slug",), 7, "lower-case words"),
        (("state",), "alive", "must be one of"),
        (("state",), ["live"], "must be one of"),
        (("body",), [], "must be an object"),
        (("body", "kind"), "speed", "only a bundle"),
        (("body", "schema"), 2, "must be 1"),
        (("body", "schema"), True, "must be 1"),
        (("body", "topic"), "astrology", "unknown topic"),
        (("body", "difficulty"), 1.5, "whole number"),
        (("body", "difficulty"), True, "whole number"),
        (("body", "difficulty"), 6, "from 1 to 5"),
        (("body", "title"), {"fr": "x"}, "keys out of"),
        (("body", "title"), {"en": "only"}, "zh is missing"),
        (("body", "title", "en"), " outer ", "read otherwise"),
        (("body", "title", "en"), "two\nlines", "must be one line"),
        (("body", "title", "en"), "cafe\u0301", "read otherwise"),
        (("body", "title", "en"), "bell\u0007", "control character"),
        (("body", "extra"), 1, "unknown key"),
        (("body", "related"), ["a", "a"], "twice"),
        (("body", "rubric", "key_points"), [], "needs key points"),
        (("body", "rubric", "key_points"), {}, "must be a list"),
        (("body", "rubric", "key_points", 0, "weight"), 1e-12, "decimals"),
        (("body", "rubric", "contrasts", 0, "pairs", "en"), [["a", "b"]], "2 items"),
        (("body", "explanation"), {"en": "x"}, "only questions of the topic"),
        (("body", "alias_of"), "kv-cache", "no reviewed rubric"),
    ],
)
def test_what_is_no_body_is_refused(bank, place, value, reason):
    def change(records):
        inner = records[0]
        for part in place[:-1]:
            inner = inner[part]
        inner[place[-1]] = value

    (problem, *_) = problems(changed([bank["kv-cache"]], change))

    assert problem.startswith("a.json: #/questions/0")
    assert reason in problem


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("difficulty", 0),
        ("minutes", 10_000),
        ("title", {"en": "x" * 500}),
        ("explanation", {"en": "turned\u202e"}),
        ("sources", [{"document": "a", "number": 0}]),
        ("alias_of", "kv-cache"),
    ],
)
def test_an_imported_question_keeps_the_documents_limits(part, value):
    def change(records):
        records[0]["body"][part] = value

    (problem,) = problems(changed([make_imported()], change))

    assert f"#/questions/0/body/{part}" in problem


def test_one_question_twice_is_refused(bank):
    found = problems(records_bytes([bank["kv-cache"], bank["kv-cache"]]))

    assert found == ("a.json: #/questions/1/slug: 'kv-cache' is here twice",)


@pytest.mark.parametrize(
    "data",
    [
        b"[]",
        b"{}",
        b'{"format": "inferview-questions", "schema": 1, "questions": []}',
        b'{"format": "inferview-questions", "schema": 9, "questions": [1]}',
        b'{"format": "inferview-questions", "schema": 1, "questions": {}}',
    ],
)
def test_another_json_is_refused(data):
    with pytest.raises(JsonRefused):
        read_records(data, "a.json", nobody)
