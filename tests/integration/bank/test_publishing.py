from __future__ import annotations

import dataclasses

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from bank import selectors
from bank.bodies import rubric_of
from bank.definitions import Kind, Source, State
from bank.errors import SlugTaken, UnknownQuestion, UnknownSet, VersionNeverChanges
from bank.models import Question, QuestionSet, QuestionVersion, SetItem
from bank.publishing import (
    Outcome,
    bank_publish,
    question_publish,
    set_create,
    set_replace,
)
from tests.make.bank import make_rubric, make_speed_question, make_text_question

pytestmark = pytest.mark.django_db


def reworded(**changes):
    return make_text_question(
        rubric=make_rubric(prompt={"zh": "何为缓存？", "en": "Why a cache?"}), **changes
    )


def test_a_new_question_becomes_version_one():
    result = question_publish(make_text_question())

    assert (result.outcome, result.number) == (Outcome.CREATED, 1)
    question = selectors.question_by_slug("kv-cache")
    assert (question.topic, question.state) == ("memory", "live")
    assert (question.difficulty, question.minutes) == (2, 6)
    version = selectors.current_version(question)
    assert version.pk == result.version_id
    assert rubric_of(version.body) == make_rubric()


def test_publishing_the_same_again_changes_nothing():
    question_publish(make_text_question())
    before = Question.objects.get().changed_at

    result = question_publish(make_text_question())

    assert (result.outcome, result.number) == (Outcome.UNCHANGED, 1)
    assert QuestionVersion.objects.count() == 1
    assert Question.objects.get().changed_at == before


def test_a_new_wording_becomes_the_next_version_and_leaves_the_old_one():
    first = question_publish(make_text_question())

    result = question_publish(reworded())

    assert (result.outcome, result.number) == (Outcome.NEW_VERSION, 2)
    old = QuestionVersion.objects.get(pk=first.version_id)
    assert rubric_of(old.body) == make_rubric()
    question = selectors.question_by_slug("kv-cache")
    assert [version.number for version in selectors.versions(question)] == [1, 2]
    assert selectors.current_version(question).number == 2


def test_an_earlier_wording_becomes_the_current_one_again():
    question_publish(make_text_question())
    question_publish(reworded())

    result = question_publish(make_text_question())

    assert (result.outcome, result.number) == (Outcome.REVERTED, 1)
    assert QuestionVersion.objects.count() == 2
    assert selectors.current_versions().get().number == 1


def test_a_new_state_is_no_new_version():
    question_publish(make_text_question())

    result = question_publish(make_text_question(state=State.RETIRED))

    assert (result.outcome, result.number) == (Outcome.MOVED, 1)
    assert not selectors.live_questions().exists()


def test_sources_follow_the_question():
    question_publish(make_text_question())
    moved = (Source(document="b.md", number=1), Source(document="a.md", number=7))
    question_publish(make_text_question(sources=moved))

    stored = [str(source) for source in Question.objects.get().sources.all()]
    assert stored == ["a.md, 7", "b.md, 1"]


def test_a_slug_keeps_its_kind(tmp_path):
    question_publish(make_text_question())

    with pytest.raises(SlugTaken, match="is a text question"):
        question_publish(make_speed_question(tmp_path / "kv-cache"))

    assert QuestionVersion.objects.count() == 1
    assert Question.objects.get().kind == Kind.TEXT


def test_values_come_back_from_a_version(tmp_path):
    speed = make_speed_question(tmp_path / "fused-norm")
    text = make_text_question()
    for question in (speed, text):
        stored = QuestionVersion.objects.get(pk=question_publish(question).version_id)
        assert selectors.question_of(stored, bank_folder=tmp_path) == question


# -- a version never changes ----------------------------------------------------------


@pytest.fixture
def version():
    return QuestionVersion.objects.get(
        pk=question_publish(make_text_question()).version_id
    )


@pytest.mark.parametrize(
    "attack",
    [
        lambda version: version.save(),
        lambda version: version.delete(),
        lambda version: QuestionVersion.objects.update(number=9),
        lambda version: QuestionVersion.objects.filter(pk=version.pk).delete(),
        lambda version: QuestionVersion.objects.all().delete(),
        lambda version: QuestionVersion.objects.bulk_update([version], ["body"]),
        lambda version: version.question.versions.update(number=9),
        lambda version: version.question.versions.all().delete(),
        lambda version: QuestionVersion.objects.update_or_create(
            pk=version.pk, defaults={"number": 9}
        ),
    ],
    ids=range(9),
)
def test_models_refuse_to_change_or_delete_a_version(version, attack):
    body = dict(version.body)
    version.body = {}

    with pytest.raises(VersionNeverChanges):
        attack(version)

    stored = QuestionVersion.objects.get()
    assert (stored.number, stored.body) == (1, body)


def test_the_database_refuses_what_goes_past_the_models(version):
    with (
        pytest.raises(IntegrityError, match="never changes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE bank_questionversion SET number = 9")

    assert QuestionVersion.objects.get().number == 1


def test_a_question_with_versions_cannot_be_deleted(version):
    with pytest.raises(ProtectedError):
        version.question.delete()

    assert Question.objects.count() == 1


def test_two_versions_share_neither_number_nor_wording(version):
    for changes in ({"number": 1, "digest": "x"}, {"number": 2}):
        twin = {"number": 1, "digest": version.digest, "body": {}} | changes
        with pytest.raises(IntegrityError), transaction.atomic():
            QuestionVersion.objects.create(question=version.question, **twin)


# -- sets -----------------------------------------------------------------------------


@pytest.fixture
def three():
    slugs = ["alpha", "beta", "gamma"]
    for slug in slugs:
        question_publish(make_text_question(slug=slug, sources=()))
    return slugs


def order(slug):
    items = selectors.set_items(selectors.set_by_slug(slug).pk)
    return [(item.position, item.question.slug) for item in items]


def test_a_set_keeps_its_order(three):
    result = set_create(
        slug="mine", name={"en": "Mine"}, questions=["gamma", "alpha", "gamma"]
    )

    assert (result.outcome, result.questions) == (Outcome.CREATED, 2)
    assert order("mine") == [(1, "gamma"), (2, "alpha")]


def test_the_same_set_again_changes_nothing(three):
    set_create(slug="mine", name={"en": "Mine"}, questions=three)
    ids = set(SetItem.objects.values_list("pk", flat=True))

    result = set_create(slug="mine", name={"en": "Mine"}, questions=three)

    assert result.outcome is Outcome.UNCHANGED
    assert set(SetItem.objects.values_list("pk", flat=True)) == ids


def test_a_set_is_replaced_whole(three):
    set_create(slug="mine", name={"en": "Mine"}, questions=three)

    assert set_replace("mine", ["beta", "alpha"])
    assert not set_replace("mine", ["beta", "alpha"])

    assert order("mine") == [(1, "beta"), (2, "alpha")]
    assert (
        set_create(slug="mine", name={"en": "Ours"}, questions=["beta"]).outcome
        is Outcome.MOVED
    )


def test_an_unknown_question_leaves_the_set_as_it_was(three):
    set_create(slug="mine", name={"en": "Mine"}, questions=three)

    with pytest.raises(UnknownQuestion, match="'nowhere'"):
        set_replace("mine", ["alpha", "nowhere"])
    with pytest.raises(UnknownQuestion):
        set_create(slug="other", name={"en": "O"}, questions=["nowhere"])

    assert [slug for _, slug in order("mine")] == three
    assert QuestionSet.objects.count() == 1
    with pytest.raises(UnknownSet):
        selectors.set_by_slug("other")


def test_a_retired_question_stays_in_its_set_and_is_not_asked(three):
    set_create(slug="mine", name={"en": "Mine"}, questions=three)
    question_publish(make_text_question(slug="beta", sources=(), state=State.RETIRED))
    mine = selectors.set_by_slug("mine")

    assert selectors.set_items(mine.pk).count() == 3
    assert selectors.set_items(mine.pk, live=True).count() == 2


# -- what is read ---------------------------------------------------------------------


def test_live_questions_are_found_by_topic_and_kind(three, tmp_path):
    question_publish(make_speed_question(tmp_path / "fused-norm"))
    question_publish(make_text_question(slug="draft", sources=(), state=State.DRAFT))

    assert [q.slug for q in selectors.live_questions(kind=Kind.SPEED)] == ["fused-norm"]
    assert selectors.live_questions(topic="memory").count() == 3
    assert {
        topic: [question.slug for question in questions]
        for topic, questions in selectors.live_by_topic().items()
    } == {"kernels": ["fused-norm"], "memory": three}


def test_the_banks_own_rubric_comes_before_an_import_of_the_same_place(tmp_path):
    sources = make_text_question().sources
    question_publish(make_speed_question(tmp_path / "a-task", sources=sources))
    imported = make_text_question(slug="a-first-by-name", topic="imported")
    question_publish(imported)
    assert selectors.question_by_source("questions.md", 4).slug == "a-first-by-name"

    question_publish(make_text_question())

    assert selectors.question_by_source("questions.md", 4).slug == "kv-cache"
    with pytest.raises(UnknownQuestion):
        selectors.question_by_source("questions.md", 5)
    with pytest.raises(UnknownQuestion):
        selectors.question_by_slug("nowhere")


def test_a_bank_is_published_whole_or_not_at_all(tmp_path):
    question_publish(make_text_question())
    good = make_text_question(slug="alpha", sources=())
    bad = make_speed_question(tmp_path / "kv-cache")

    with pytest.raises(SlugTaken):
        bank_publish({"alpha": good, "kv-cache": bad})

    assert [question.slug for question in Question.objects.all()] == ["kv-cache"]


def test_publishing_takes_a_handful_of_queries(django_assert_max_num_queries):
    question = dataclasses.replace(make_text_question())
    question_publish(question)

    with django_assert_max_num_queries(8):
        question_publish(question)
