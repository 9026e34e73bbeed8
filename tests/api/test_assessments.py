from __future__ import annotations

import pytest

from assessment.services.assessments import Draw, assessment_archive
from tests.make.assessment import make_assessment, make_question, make_speed_question

pytestmark = pytest.mark.django_db


def test_assessments_are_listed_with_what_an_order_needs(api, organisation):
    make_question("drawn-1")
    make_question("drawn-2")
    row = make_assessment(
        organisation=organisation,
        title="Kernel engineer",
        questions=[make_speed_question()],
        draws=[Draw(topic="compression", count=2)],
        duration_minutes=45,
        languages=["en"],
    )

    (listed,) = api.get("/assessments").json()["results"]

    assert listed == {
        "id": str(row.uid),
        "title": "Kernel engineer",
        "duration_minutes": 45,
        "languages": ["en"],
        "question_count": 3,
        "created_at": listed["created_at"],
        "archived_at": None,
    }
    assert api.get(f"/assessments/{row.uid}").json() == listed


def test_an_archived_assessment_leaves_the_list_but_can_be_looked_up(api, assessment):
    assessment_archive(assessment=assessment)

    assert api.get("/assessments").json()["results"] == []
    assert api.get(f"/assessments/{assessment.uid}").json()["archived_at"]


def test_another_organisations_assessments_do_not_exist(stranger, assessment):
    assert stranger.get("/assessments").json()["results"] == []
    assert stranger.get(f"/assessments/{assessment.uid}").status_code == 404


def test_no_question_is_told_before_it_is_asked(api, assessment):
    said = api.get(f"/assessments/{assessment.uid}").content.decode()

    assert "soft-targets" not in said
    assert "Training on soft targets" not in said
