"""Only live questions are asked, and what was asked once stays what it was."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from assessment import dispatch
from assessment.errors import AssessmentInvalid, NotReady
from assessment.reports.build import as_json as card_json
from assessment.reports.load import scorecard_of
from assessment.selectors.questions import question_lines
from assessment.services.assessments import Draw
from assessment.services.attempts import attempt_enter, attempt_start
from assessment.states import AttemptState
from bank.bodies import rubric_of
from bank.definitions import Review, State
from bank.errors import MoveNotAllowed, UnknownQuestion, UnknownVersion
from bank.models import Question, QuestionMove, QuestionVersion
from bank.publishing import Outcome, bank_publish, question_move, question_publish
from bank.selectors import (
    live_questions,
    moves,
    question_by_slug,
    set_items,
    version_by_number,
)
from bank.sets import DEMO, DEMO_TEXTS
from tests.make.assessment import (
    job_of,
    make_assessment,
    make_attempt,
    make_grade,
    make_invitation,
    make_question,
    make_set,
    text_question,
)
from tests.make.bank import make_text_question
from workers.demo import demo_organisation
from workers.translate import text_answer_of

pytestmark = pytest.mark.django_db

NOT_LIVE = [State.DRAFT, State.REVIEWED, State.RETIRED]


@pytest.fixture(autouse=True)
def _nothing_is_sent(monkeypatch):
    monkeypatch.setattr(dispatch.app, "send_task", lambda *args, **options: None)


def retire(slug="soft-targets"):
    return question_move(slug, State.RETIRED, by="Li Lei", reason="out of date")


def history(slug):
    return [(row.old, row.new) for row in moves(question_by_slug(slug))]


# -- moving ---------------------------------------------------------------------------


def test_a_question_goes_the_whole_way_and_may_be_looked_at_again():
    question_publish(make_text_question(state=State.DRAFT))
    way = [
        State.REVIEWED,
        State.DRAFT,
        State.REVIEWED,
        State.LIVE,
        State.RETIRED,
        State.REVIEWED,
        State.LIVE,
    ]

    for state in way:
        assert question_move("kv-cache", state).new is state

    old = ["", State.DRAFT, *way[:-1]]
    assert history("kv-cache") == list(zip(old, [State.DRAFT, *way], strict=True))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (State.DRAFT, State.LIVE),
        (State.DRAFT, State.RETIRED),
        (State.REVIEWED, State.RETIRED),
        (State.LIVE, State.DRAFT),
        (State.LIVE, State.REVIEWED),
        (State.RETIRED, State.LIVE),
        (State.RETIRED, State.DRAFT),
        *((state, state) for state in State),
    ],
)
def test_every_other_move_is_refused_and_changes_nothing(old, new):
    question_publish(make_text_question(state=old))
    before = Question.objects.get().changed_at

    with pytest.raises(MoveNotAllowed, match=f"is {old} and cannot become {new}"):
        question_move("kv-cache", new)

    question = Question.objects.get()
    assert (question.state, question.changed_at) == (old, before)
    assert history("kv-cache") == [("", old)]


def test_a_move_says_who_when_why_and_which_version_was_current():
    question_publish(make_text_question())
    question_publish(make_text_question(minutes=9))
    before = timezone.now()

    question_move("kv-cache", State.RETIRED, by="Li Lei", reason="out of date")

    move = moves(question_by_slug("kv-cache")).last()
    assert (move.by, move.reason, move.number) == ("Li Lei", "out of date", 2)
    assert before <= move.at <= timezone.now()


def test_an_unknown_question_cannot_be_moved():
    with pytest.raises(UnknownQuestion, match="'nowhere'"):
        question_move("nowhere", State.LIVE)

    assert not QuestionMove.objects.exists()


@pytest.mark.parametrize(
    "states", [{"old": "live", "new": "live"}, {"old": "", "new": ""}, {"new": "gone"}]
)
def test_the_database_knows_the_states_too(states):
    question_publish(make_text_question())
    row = {"question": Question.objects.get(), "old": "draft", "number": 1} | states

    with pytest.raises(IntegrityError), transaction.atomic():
        QuestionMove.objects.create(**row)


def test_a_version_that_is_not_there_is_named():
    question_publish(make_text_question())
    question = Question.objects.get()

    assert version_by_number(question, 1).number == 1
    with pytest.raises(UnknownVersion, match="has no version 2; it has 1"):
        version_by_number(question, 2)


# -- what authors say -----------------------------------------------------------------


def test_an_author_may_say_any_state_and_the_history_tells():
    for state in (State.DRAFT, State.LIVE, State.RETIRED, State.LIVE):
        bank_publish({"kv-cache": make_text_question(state=state)}, by="load_bank")

    assert history("kv-cache") == [
        ("", "draft"),
        ("draft", "live"),
        ("live", "retired"),
        ("retired", "live"),
    ]
    assert {row.by for row in QuestionMove.objects.all()} == {"load_bank"}
    assert moves(Question.objects.get()).last().reason == "its folder says live"


def test_who_reviewed_a_question_stands_in_its_history():
    review = Review(by="韩梅梅", on=date(2026, 11, 26))

    bank_publish({"kv-cache": make_text_question(review=review)})

    assert QuestionMove.objects.get().reason == (
        "its folder says live; reviewed by 韩梅梅 on 2026-11-26"
    )


def test_loading_again_does_not_undo_what_a_person_did():
    question_publish(make_text_question())
    retire("kv-cache")

    again = question_publish(make_text_question())
    reworded = question_publish(make_text_question(minutes=9))

    assert (again.outcome, reworded.outcome) == (Outcome.UNCHANGED, Outcome.NEW_VERSION)
    assert question_by_slug("kv-cache").state == "retired"
    assert len(history("kv-cache")) == 2


def test_an_author_who_says_something_new_is_heard():
    question_publish(make_text_question())
    retire("kv-cache")
    question_publish(make_text_question(state=State.REVIEWED))

    assert question_by_slug("kv-cache").state == "reviewed"
    assert history("kv-cache")[-1] == ("retired", "reviewed")


# -- what is asked --------------------------------------------------------------------


@pytest.mark.parametrize("state", NOT_LIVE)
def test_what_is_not_live_is_in_no_list_that_can_be_asked_from(state):
    make_question()
    make_question("other", state=state)
    both = make_set("both", list(Question.objects.order_by("slug")))

    assert [line.slug for line in question_lines(live=True)] == ["soft-targets"]
    assert [item.question.slug for item in set_items(both.pk, live=True)] == [
        "soft-targets"
    ]
    assert live_questions().count() == 1


@pytest.mark.parametrize("state", NOT_LIVE)
def test_an_assessment_is_not_made_of_what_is_not_live(state):
    question = make_question(state=state)

    with pytest.raises(AssessmentInvalid, match="not live: soft-targets"):
        make_assessment(questions=[question])
    with pytest.raises(AssessmentInvalid, match="cannot be drawn"):
        make_assessment(questions=[], draws=[Draw(topic="compression", count=1)])


@pytest.mark.parametrize("state", NOT_LIVE)
def test_a_draw_passes_over_what_is_not_live(state):
    for number in range(3):
        make_question(f"pool-{number}")
    make_question("hidden", state=state)
    assessment = make_assessment(
        questions=[], draws=[Draw(topic="compression", count=2)]
    )
    retire("pool-0")

    for _ in range(4):
        attempt = make_attempt(AttemptState.STARTED, assessment=assessment)
        asked = {item.version.question.slug for item in attempt.items.all()}
        assert asked == {"pool-1", "pool-2"}


def test_imported_questions_are_drawn_only_by_their_name():
    make_question("ours")
    make_question("theirs", topic="imported")

    with pytest.raises(AssessmentInvalid, match="it has 1 that"):
        make_assessment(questions=[], draws=[Draw(topic="compression", count=2)])

    named = make_assessment(questions=[], draws=[Draw(topic="imported", count=1)])
    attempt = make_attempt(AttemptState.STARTED, assessment=named)
    assert attempt.items.get().version.question.slug == "theirs"


def test_a_retired_question_is_not_asked_and_costs_a_candidate_no_time():
    kept, gone = make_question("kept"), make_question()
    assessment = make_assessment(questions=[kept, gone])
    _, token = make_invitation(assessment=assessment)
    attempt, _ = attempt_enter(token=token, now=timezone.now())
    retire()

    with pytest.raises(NotReady, match="your time has not started"):
        attempt_start(attempt=attempt, now=timezone.now())

    attempt.refresh_from_db()
    assert attempt.state == AttemptState.INVITED
    assert attempt.deadline is None
    assert not attempt.items.exists()


def test_what_was_asked_before_is_graded_and_shown_by_its_version():
    asked = make_question()
    assessment = make_assessment(questions=[asked])
    attempt = make_attempt(AttemptState.SUBMITTED, assessment=assessment)
    before = rubric_of(attempt.items.get().version.body)
    question_publish(text_question(minutes=30, title={"zh": "新", "en": "New"}))
    retire()

    item = attempt.items.get()
    assert text_answer_of(job_of(item).pk).rubric == before
    make_grade(item)

    attempt.refresh_from_db()
    assert attempt.state == AttemptState.GRADED
    assert item.version.number == 1
    assert "Training on soft targets" in str(card_json(scorecard_of(attempt)))


def test_the_demo_is_made_anew_when_one_of_its_questions_is_retired():
    questions = {slug: make_text_question(slug=slug, sources=()) for slug in DEMO_TEXTS}
    bank_publish(questions)
    first = demo_organisation().assessments.get()
    assert demo_organisation().assessments.get() == first

    retire(DEMO_TEXTS[0])
    (second,) = demo_organisation().assessments.filter(archived_at__isnull=True)

    assert [item.question.slug for item in second.items.all()] == [*DEMO_TEXTS[1:]]
    assert first.items.count() == len(DEMO_TEXTS)
    attempt = make_attempt(AttemptState.STARTED, assessment=second)
    assert attempt.items.count() == len(DEMO_TEXTS) - 1
    assert set_items(Question.objects.get(slug=DEMO_TEXTS[0]).sets.get(slug=DEMO).pk)


# -- a database from before -----------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_questions_from_before_keep_their_state_and_their_versions():
    executor = MigrationExecutor(connection)
    executor.migrate([("bank", "0002_versions_never_change")])
    old = executor.loader.project_state(
        [("bank", "0002_versions_never_change")]
    ).apps.get_model("bank", "Question")
    facts = {"kind": "text", "difficulty": 2, "minutes": 5}
    for slug, topic, state in [
        ("ours", "memory", "retired"),
        ("theirs", "imported", "live"),
    ]:
        old.objects.create(slug=slug, topic=topic, state=state, **facts)

    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())

    assert list(
        Question.objects.values_list("slug", "state", "declared", "shipped")
    ) == [("ours", "retired", "retired", True), ("theirs", "live", "live", False)]
    QuestionVersion.objects.create(
        question=Question.objects.first(), number=1, digest="d", body={}
    )
    with (
        pytest.raises(IntegrityError, match="never changes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE bank_questionversion SET number = 9")
