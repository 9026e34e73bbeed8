from __future__ import annotations

import json

import pytest
from django.core import mail

from assessment.models import Assessment, Invitation
from assessment.services.assessments import assessment_archive
from assessment.services.attempts import invitation_open
from assessment.states import AttemptState
from tests.make.assessment import (
    make_assessment,
    make_attempt,
    make_question,
    make_set,
    make_speed_question,
)
from tests.web.recruiter.conftest import text_of

pytestmark = pytest.mark.django_db

NEW = "/recruiter/assessments/new/"


@pytest.fixture
def questions(db):
    return [
        make_question("soft-targets"),
        make_question("pruning", title={"zh": "剪枝", "en": "Pruning"}),
        make_question(
            "old-question",
            topic="memory",
            difficulty=1,
            title={"zh": "旧题", "en": "Old question"},
        ),
        make_speed_question("fused-norm"),
    ]


def filled(**changes):
    form = {"title": "Kernels", "duration_minutes": "45", "languages": ["zh", "en"]}
    form.update(changes)
    return {key: value for key, value in form.items() if value is not None}


def asked(assessment) -> list[str]:
    return [item.question.slug for item in assessment.items.all()]


def test_an_assessment_has_the_ticked_questions_in_the_wanted_order(
    client, ruth, questions
):
    answer = client.post(
        NEW,
        filled(
            **{
                "question": ["soft-targets", "pruning", "fused-norm"],
                "place-soft-targets": "3",
                "place-pruning": "",
                "place-fused-norm": "1",
                "draw-memory": "1",
            }
        ),
    )

    made = Assessment.objects.get()
    assert answer["Location"] == f"/recruiter/assessments/{made.uid}/"
    assert asked(made) == ["fused-norm", "soft-targets", "pruning"]
    assert [(d.topic, d.count) for d in made.draws.all()] == [("memory", 1)]
    assert (made.title, made.duration_minutes, made.languages, made.created_by) == (
        "Kernels",
        45,
        ["zh", "en"],
        ruth,
    )


def test_a_whole_set_is_ticked_at_once(client, questions):
    make_set("both", [questions[3], questions[0]])

    client.post(NEW, filled(set=["both"], question=["pruning"]))

    assert asked(Assessment.objects.get()) == ["pruning", "fused-norm", "soft-targets"]


def test_looking_for_questions_keeps_everything_that_was_typed(client, questions):
    page = client.post(
        NEW,
        filled(
            **{
                "duration_minutes": "",
                "question": ["pruning"],
                "draw-memory": "1",
                "find-q": "软标签",
                "look": "1",
            }
        ),
    )

    text = text_of(page)
    assert 'value="Kernels"' in text
    assert 'id="chosen-pruning" checked' in text
    assert 'id="found-soft-targets"' in text
    assert "found-old-question" not in text
    assert 'id="draw-memory" value="1"' in text
    assert "error-summary" not in text
    assert not Assessment.objects.exists()


@pytest.mark.parametrize(
    ("looked_for", "found"),
    [
        ({"find-q": "PRUNING"}, {"pruning"}),
        ({"find-topic": "memory"}, {"old-question"}),
        ({"find-difficulty": "1"}, {"old-question"}),
        ({"find-kind": "speed"}, {"fused-norm"}),
        (
            {"find-language": "zh"},
            {"soft-targets", "pruning", "old-question", "fused-norm"},
        ),
        ({"find-q": "nothing of this"}, set()),
    ],
)
def test_questions_are_found_by_words_topic_difficulty_and_kind(
    client, questions, looked_for, found
):
    text = text_of(client.post(NEW, filled(look="1", **looked_for)))

    slugs = ("soft-targets", "pruning", "old-question", "fused-norm")
    assert {slug for slug in slugs if f'id="found-{slug}"' in text} == found


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": " "}, "Give the assessment a title."),
        ({"title": "x" * 201}, "200"),
        ({"duration_minutes": "0"}, "1"),
        ({"duration_minutes": "long"}, "whole number"),
        ({"duration_minutes": "481"}, "480"),
        ({"languages": None}, "Choose Chinese, English or both."),
        ({"languages": ["fr"]}, "fr"),
        ({"question": None}, "Choose at least one question"),
        ({"question": ["gone"]}, "not live any more: gone"),
        ({"place-pruning": "first"}, "is not a place in the order"),
        ({"draw-memory": "9"}, "9 questions cannot be drawn"),
        ({"draw-memory": "-1"}, "-1 questions cannot be drawn"),
        ({"draw-memory": "two"}, "two questions cannot be drawn"),
    ],
)
def test_a_refused_form_says_why_and_loses_nothing(
    client, questions, changes, sentence
):
    page = client.post(NEW, filled(**({"question": ["pruning"]} | changes)))

    text = text_of(page)
    assert "error-summary" in text
    assert sentence in text
    if "question" not in changes:
        assert 'id="chosen-pruning" checked' in text
    for key, typed in changes.items():
        if key.startswith(("place", "draw")):
            assert f'value="{typed}"' in text
    assert not Assessment.objects.exists()


def test_more_than_sixty_questions_are_refused(client):
    slugs = [f"q-{number}" for number in range(61)]
    for slug in slugs:
        make_question(slug)

    page = client.post(NEW, filled(question=slugs))

    assert "60 questions at most" in text_of(page)
    assert not Assessment.objects.exists()


def test_an_empty_bank_says_who_can_fill_it(client):
    assert "manage.py load_bank" in text_of(client.get(NEW))


# -- one assessment --------------------------------------------------------------------


def invite(client, assessment, **changes):
    form = {
        "name": "李 威",
        "email": "li@example.org",
        "language": "zh",
        "days": "7",
    } | changes
    return client.post(f"/recruiter/assessments/{assessment.uid}/", form, follow=True)


def test_an_invited_candidate_gets_a_mail_and_the_recruiter_the_link_once(
    client, ruth, django_capture_on_commit_callbacks
):
    assessment = make_assessment()

    with django_capture_on_commit_callbacks(execute=True):
        page = text_of(invite(client, assessment))
    again = text_of(client.get(f"/recruiter/assessments/{assessment.uid}/"))

    invitation = Invitation.objects.get()
    token = page.split("/i/")[1].split("/")[0]
    assert invitation_open(token, now=invitation.created_at) == invitation
    assert "/i/" not in again
    assert (invitation.candidate_name, invitation.created_by) == ("李 威", ruth)
    assert (invitation.expires_at - invitation.created_at).days in {6, 7}
    (letter,) = mail.outbox
    assert letter.to == ["li@example.org"]
    assert token in letter.body


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"email": "not an address"},
        {"language": "fr"},
        {"days": "0"},
        {"days": "9999"},
    ],
)
def test_a_refused_invitation_says_why_and_invites_nobody(client, changes):
    page = text_of(invite(client, make_assessment(), **changes))

    assert "error-summary" in page
    if "email" not in changes:
        assert 'value="li@example.org"' in page
    assert not Invitation.objects.exists()
    assert not mail.outbox


def test_an_archived_assessment_invites_nobody_any_more(client):
    assessment = make_assessment(title="Old one")

    client.post(f"/recruiter/assessments/{assessment.uid}/archive/")
    page = invite(client, assessment)

    assert "archived" in text_of(page)
    assert not Invitation.objects.exists()
    assert "Old one" not in text_of(client.get("/recruiter/assessments/"))
    assert "Old one" in text_of(client.get("/recruiter/assessments/?archived"))


def test_the_list_counts_who_is_where(client):
    assessment = make_assessment(title="Kernels")
    make_attempt(assessment=assessment)
    make_attempt(AttemptState.GRADED, assessment=assessment)

    page = text_of(client.get("/recruiter/assessments/"))

    assert "Kernels" in page
    assert 'data-label="Invited">2<' in page
    assert 'data-label="Not handed in">1<' in page
    assert 'data-label="To review">1<' in page


def test_another_organisation_cannot_see_invite_or_archive(client, other):
    assessment = make_assessment(title="Ours")
    address = f"/recruiter/assessments/{assessment.uid}/"

    answers = [
        other.get(address),
        invite(other, assessment),
        other.post(f"{address}archive/"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert "Ours" not in text_of(other.get("/recruiter/assessments/"))
    assert not Invitation.objects.exists()
    assessment.refresh_from_db()
    assert assessment.archived_at is None


def test_a_refusal_of_the_service_is_shown_in_the_form(client, monkeypatch):
    assessment = make_assessment()
    assessment_archive(assessment=assessment)

    page = text_of(invite(client, assessment))

    assert "This assessment is archived. Choose another one." in page
    assert json.dumps(mail.outbox) == "[]"
