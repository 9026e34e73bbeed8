"""Make somebody who signs in as a recruiter, or give them a new password."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from assessment.models import Organisation
from assessment.services.organisations import organisation_create, recruiter_create

if TYPE_CHECKING:
    from argparse import ArgumentParser

FIRST_SLUG = "main"
PASSWORD_BYTES = 15


class Command(BaseCommand):
    """Make or reset a recruiter; the password is made here and printed once."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take an e-mail and, where there are several, the organisation."""
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument(
            "--organisation",
            metavar="SLUG",
            default="",
            help="whom they work for; may be left out while there is one at most",
        )

    def handle(self, *, email: str, organisation: str, **_options: Any) -> None:  # noqa: ANN401  # as Django passes them
        """Make the recruiter and print how to sign in."""
        email = email.strip()
        try:
            validate_email(email)
        except ValidationError:
            message = f"{email!r} is not an e-mail address."
            raise CommandError(message, returncode=2) from None
        employer = _organisation(organisation)
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        there = get_user_model().objects.filter(email__iexact=email).first()
        user = recruiter_create(
            organisation=employer,
            email=email,
            password=password,
            staff=bool(there and there.is_staff),  # a new password takes nothing away
        )
        self.stdout.write(f"organisation  {employer.name} ({employer.slug})")
        self.stdout.write(f"e-mail        {user.email}")
        self.stdout.write(f"password      {password}")
        self.stdout.write("It is shown this once; run the command again for a new one.")


def _organisation(slug: str) -> Organisation:
    """Return the organisation that was meant; the very first one is made.

    Raises: `CommandError` for an unknown slug, or none where there are several.
    """
    known = {row.slug: row for row in Organisation.objects.order_by("slug")}
    if slug in known:
        return known[slug]
    if not known:
        slug = slug or FIRST_SLUG
        return organisation_create(slug=slug, name=slug.replace("-", " ").capitalize())
    if not slug and len(known) == 1:
        return next(iter(known.values()))
    names = ", ".join(known)
    message = (
        f"There is no organisation {slug!r}; there are: {names}."
        if slug
        else f"Say which with --organisation; there are: {names}."
    )
    raise CommandError(message, returncode=2)
