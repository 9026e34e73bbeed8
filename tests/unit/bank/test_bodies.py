from __future__ import annotations

import json
from datetime import date

from bank.bodies import (
    body_of,
    digest_of,
    kind_of,
    rubric_of,
    speed_question_of,
    text_question_of,
)
from bank.definitions import Kind, Review, State
from tests.make.bank import make_rubric, make_speed_question, make_text_question


def shuffled(value):
    """As a database may give it back: keys in another order."""
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [shuffled(item) for item in value]
    return value


def test_a_text_question_comes_back_as_it_was():
    question = make_text_question()
    body = json.loads(json.dumps(shuffled(body_of(question))))

    assert kind_of(body) is Kind.TEXT
    assert text_question_of(body, slug="kv-cache", state=State.LIVE) == question
    assert rubric_of(body) == question.rubric


def test_a_bare_text_question_comes_back_as_it_was():
    question = make_text_question(
        rubric=make_rubric(misconceptions=(), contrasts=()),
        competency=None,
        follow_ups=None,
        errata=(),
        explanation={"en": "Because."},
    )

    assert (
        text_question_of(body_of(question), slug="kv-cache", state=State.LIVE)
        == question
    )


def test_a_speed_question_comes_back_with_the_folder_of_this_machine(tmp_path):
    question = make_speed_question(tmp_path / "there" / "fused-norm")
    body = json.loads(json.dumps(body_of(question)))

    assert kind_of(body) is Kind.SPEED
    assert body["folder"] == "fused-norm"
    back = speed_question_of(
        body, slug="fused-norm", state=State.LIVE, bank_folder=tmp_path / "here"
    )
    assert back == make_speed_question(tmp_path / "here" / "fused-norm")


def test_the_order_of_languages_survives_a_database_that_sorts_keys():
    rubric = rubric_of(shuffled(body_of(make_text_question())))

    assert list(rubric.key_points[0].phrasings) == ["zh", "en"]
    assert rubric.key_points[0].statement("fr") == "缓存保存过去的键和值"


def test_equal_wordings_have_equal_digests_whatever_the_order_of_keys():
    body = body_of(make_text_question())

    assert digest_of(body) == digest_of(shuffled(body))
    assert digest_of(body) != digest_of(body_of(make_text_question(minutes=7)))


def test_a_state_is_no_part_of_the_wording():
    live = body_of(make_text_question(state=State.LIVE))

    assert live == body_of(make_text_question(state=State.RETIRED))
    assert "slug" not in live


def test_a_review_is_no_part_of_the_wording():
    review = Review(by="A. Reader", on=date(2026, 11, 26))

    assert body_of(make_text_question(review=review)) == body_of(make_text_question())
