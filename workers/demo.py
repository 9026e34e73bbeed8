"""One organisation with a recruiter and an assessment, so that a first look works."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Final

from django.contrib.auth import get_user_model
from django.db import transaction

from assessment.models import Assessment, Organisation
from assessment.services.assessments import assessment_archive, assessment_create
from assessment.services.organisations import organisation_create, recruiter_create
from bank.definitions import State
from bank.selectors import set_by_slug, set_items
from bank.sets import DEMO

if TYPE_CHECKING:
    from pathlib import Path

SLUG: Final = "demo"
EMAIL: Final = "recruiter@example.org"
TITLE: Final = "Demo: fast inference"


@transaction.atomic
def demo_organisation() -> Organisation:
    """Return the demo organisation with its assessment, made when missing."""
    organisation = organisation_create(slug=SLUG, name="Demo organisation")
    demo_assessment(organisation)
    return organisation


def demo_assessment(organisation: Organisation) -> Assessment:
    """Return the demo assessment: the questions of the bank's demo set.

    One that asks for a question that is not live any more cannot be sat; it is put
    away and made anew.
    """
    there = Assessment.objects.filter(
        organisation=organisation, title=TITLE, archived_at__isnull=True
    ).first()
    if there is not None:
        if not there.items.exclude(question__state=State.LIVE).exists():
            return there
        assessment_archive(assessment=there)
    questions = [item.question for item in set_items(set_by_slug(DEMO).pk, live=True)]
    return assessment_create(
        organisation=organisation,
        title=TITLE,
        duration_minutes=sum(question.minutes for question in questions),
        languages=["zh", "en"],
        slugs=[question.slug for question in questions],
    )


def first_sign_in(organisation: Organisation, home: Path) -> str:
    """Make the demo recruiter once and return the sentence that says how to sign in.

    The password is generated, shown once, and kept in a file that only the owner
    of the data folder can read.
    """
    note = home / "first-sign-in.txt"
    if get_user_model().objects.filter(email=EMAIL).exists():
        return (
            f"Sign in as {EMAIL}; the password is in {note} "
            f"(a new one: manage.py create_recruiter {EMAIL})."
        )
    password = secrets.token_urlsafe(12)
    recruiter_create(organisation=organisation, email=EMAIL, password=password)
    note.unlink(missing_ok=True)
    handle = os.open(note, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(f"{EMAIL}\n{password}\n")
    return f"Sign in as {EMAIL} with the password {password} (kept in {note})."
