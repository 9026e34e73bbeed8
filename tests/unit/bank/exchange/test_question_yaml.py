from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bank.definitions import Review
from bank.exchange.errors import NotExportable
from bank.exchange.question_yaml import alias_yaml, question_yaml
from bank.marked_yaml import parse_yaml
from bank.parsing import parse_question
from tests.make.bank import make_text_question
from tests.make.exchange import make_bank


@pytest.fixture
def bank(tmp_path):
    return make_bank(tmp_path / "questions")


def reread(folder, *written):
    for slug, text in written:
        (folder / slug).mkdir(parents=True)
        (folder / slug / "question.yaml").write_text(text, encoding="utf-8")
    return parse_question(folder / written[-1][0])


def test_a_question_and_its_alias_are_read_as_they_were(bank, tmp_path):
    question, alias = bank["kv-cache"], bank["why-kv-cache"]
    own = ("kv-cache", question_yaml(question).text)
    other = ("why-kv-cache", alias_yaml(alias).text)

    assert reread(tmp_path / "again", own) == question
    assert reread(tmp_path / "both", own, other) == alias


def test_a_review_comes_along(bank, tmp_path):
    review = Review(by="Somebody", on=date(2026, 11, 26))
    question = dataclasses.replace(bank["kv-cache"], review=review)
    written = question_yaml(question).text

    assert reread(tmp_path / "again", ("kv-cache", written)) == question


def test_every_line_knows_what_it_holds(bank):
    written = question_yaml(bank["kv-cache"])
    lines = written.text.splitlines()

    assert len(written.places) == len(lines)
    place = ("key_points", 2, "en", 1)
    assert lines[written.places.index(place)].strip() == "- Point 2 said thus"
    assert written.place(10_000) == written.places[-1]


@pytest.mark.parametrize(
    "text",
    [
        "plain words",
        "no",
        "1.10",
        "~",
        "a: b",
        "a #b",
        "ends:",
        "- dash",
        "*star",
        "&and",
        "!bang",
        "'quoted'",
        '"quoted" \\ back',
        "{a}, [b]",
        "?",
        "% @ `",
        "a\u00a0b\u2028c\ufeffd".replace("\ufeff", ""),
        "\u4e2d\u6587\uff1a\u5192\u53f7",
    ],
)
def test_a_text_that_means_something_in_yaml_is_read_as_text(text):
    question = make_text_question(title={"zh": text, "en": text})
    title = parse_yaml(question_yaml(question).text, "q").get("title")

    assert title["en"].text("title") == text
    assert title["zh"].text("title") == text


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs"]), max_size=30),
        min_size=1,
        max_size=4,
    )
)
def test_any_prompt_is_read_as_it_was(lines):
    prompt = "\n".join(lines).strip()
    if not prompt:
        prompt = "?"
    question = make_text_question()
    rubric = dataclasses.replace(question.rubric, prompt={"en": prompt})
    written = question_yaml(dataclasses.replace(question, rubric=rubric)).text
    node = parse_yaml(written, "q")["prompt"]["en"]

    assert node.value.strip() == prompt


def test_a_weight_of_too_many_decimals_is_not_rounded(bank):
    question = bank["kv-cache"]
    first, *others = question.rubric.key_points
    points = (dataclasses.replace(first, weight=1 / 3), *others)
    odd = dataclasses.replace(
        question, rubric=dataclasses.replace(question.rubric, key_points=points)
    )

    with pytest.raises(NotExportable, match="decimals"):
        question_yaml(odd)
