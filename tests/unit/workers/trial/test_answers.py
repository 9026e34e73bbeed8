from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from bank.definitions import TextQuestion
from bank.parsing import load_bank
from grading.inputs import LANGUAGES
from tests.make.bank import make_rubric, make_text_question
from workers.trial.answers import Column, halves, strangers, tries

ROOT = Path(__file__).parents[4] / "bank" / "questions"
SLUG = "operator-fusion"


@pytest.fixture(scope="module")
def texts():
    return {s: q for s, q in load_bank(ROOT).items() if isinstance(q, TextQuestion)}


def of(column, made):
    return [one for one in made if one.column is column]


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture(scope="module")
def made(texts, language):
    return tries(texts[SLUG], language, strangers(texts[SLUG], texts))


def test_a_question_is_tried_in_every_way(made):
    assert {one.column for one in made} == set(Column)
    assert all(one.text.strip() for one in made)


def test_answers_are_the_same_every_time(texts, language, made):
    again = tries(texts[SLUG], language, strangers(texts[SLUG], texts))

    assert again == made


def test_own_answers_hold_every_phrasing_once_or_more(texts, language, made):
    said = "\n".join(one.text for one in of(Column.OWN, made))

    for point in texts[SLUG].rubric.key_points:
        for text in point.phrasings[language]:
            assert text.rstrip(" .。;；") in said


def test_each_misconception_is_tried_alone_and_all_together(texts, language, made):
    wrongs = texts[SLUG].rubric.misconceptions
    found = of(Column.WRONG, made)
    alone = [one.text for one in found if not one.name.startswith("all")]
    together = [one for one in found if one.name.startswith("all")]

    assert alone == [text for w in wrongs for text in w.phrasings[language]]
    assert together
    assert wrongs[-1].phrasings[language][0].rstrip(" .。") in together[0].text


def test_the_prompt_is_repeated_as_it_is_asked(texts, language, made):
    (prompt,) = of(Column.PROMPT, made)

    assert prompt.text == texts[SLUG].rubric.prompt[language]


def test_lists_hold_terms_and_no_sentence(language, made):
    commas = {"en": ", ", "zh": "，"}
    for one in of(Column.NOUNS, made):
        terms = one.text.split(commas[language])

        assert len(terms) >= 12
        assert max(map(len, terms)) <= 60
        assert len(terms) == len(set(terms))


@pytest.mark.parametrize(
    "weights", [[1, 1], [1, 2, 3], [2, 1, 1.5, 1.5, 1, 2], [1.0] * 9, [5, 1, 1]]
)
def test_halves_hold_about_half_of_the_weight(weights):
    found = halves(weights)
    near = min(
        abs(
            sum(w for at, w in enumerate(weights) if bits >> at & 1) / sum(weights)
            - 0.5
        )
        for bits in range(1, 2 ** len(weights) - 1)
    )

    assert 1 <= len(found) <= 3
    for chosen in found:
        share = sum(weights[at] for at in chosen) / sum(weights)
        assert abs(share - 0.5) <= max(0.05, near + 1e-9)


def test_halves_differ_and_reach_every_point():
    first, second, third = halves([1.0, 1, 1.5, 1, 2, 1.5, 1, 1])

    assert min(len(first ^ second), len(second ^ third), len(first ^ third)) >= 2
    assert halves([3.0]) == []


def test_strangers_are_neither_kin_nor_twins(texts):
    for question in texts.values():
        own = question.alias_of or question.slug
        found = strangers(question, texts)

        assert own not in found
        assert not any(other.alias_of for other in found.values())
        assert not set(question.related) & set(found)
        assert not any(own in other.related for other in found.values())
        assert len(found) >= 20


def test_an_alias_has_the_strangers_of_its_question(texts):
    alias = texts["operator-fusion-inference"]

    assert strangers(alias, texts) == strangers(texts[alias.alias_of], texts)


def test_what_names_an_alias_as_related_means_its_question():
    question = make_text_question(related=("twin",))
    other = make_text_question(slug="paging", related=())
    twin = make_text_question(slug="twin", alias_of="paging", related=())
    texts = {q.slug: q for q in (question, other, twin)}

    assert strangers(question, texts) == {}
    assert strangers(other, texts) == {}


def test_what_a_draft_lacks_is_not_tried():
    draft = make_text_question(rubric=make_rubric(misconceptions=(), contrasts=()))
    english = dataclasses.replace(
        draft.rubric.key_points[0], phrasings={"en": ("It keeps keys",)}, opposites={}
    )
    bare = dataclasses.replace(
        draft, rubric=dataclasses.replace(draft.rubric, key_points=(english,))
    )

    columns = {one.column for one in tries(bare, "en", {})}

    assert columns == {Column.OWN, Column.PROMPT, Column.COPIED}
    assert tries(bare, "zh", {}) == ()
