"""A recruiter's pages offer the ready-made sets and nothing that is not live."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from assessment.models import Assessment
from bank.definitions import State
from bank.publishing import question_move
from bank.sets import CHOSEN
from tests.make.assessment import make_question, make_set
from tests.web.recruiter.conftest import text_of

pytestmark = pytest.mark.django_db

NEW = "/recruiter/assessments/new/"
FORM = {"title": "Kernels", "duration_minutes": "45", "languages": ["zh", "en"]}


def asked():
    return [item.question.slug for item in Assessment.objects.get().items.all()]


def test_every_ready_made_set_is_offered(client):
    call_command("load_bank", verbosity=0)

    text = text_of(client.get(NEW))
    for chosen in CHOSEN:
        assert chosen.name["en"] in text

    client.post(NEW, FORM | {"set": ["mixed-45"]})
    (mixed,) = [chosen for chosen in CHOSEN if chosen.slug == "mixed-45"]
    assert asked() == list(mixed.questions)


def test_a_retired_question_leaves_the_picker_and_the_sets(client):
    both = [make_question("soft-targets"), make_question("pruning")]
    make_set("both", both)
    question_move("pruning", State.RETIRED)

    assert 'id="found-pruning"' not in text_of(client.get(NEW))
    client.post(NEW, FORM | {"set": ["both"]})

    assert asked() == ["soft-targets"]


def test_a_question_retired_meanwhile_is_refused_by_name(client):
    make_question("soft-targets")
    make_question("pruning")
    question_move("pruning", State.RETIRED)

    answer = client.post(NEW, FORM | {"question": ["soft-targets", "pruning"]})

    assert "not live any more: pruning" in text_of(answer)
    assert not Assessment.objects.exists()
