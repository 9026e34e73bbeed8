"""Make an API key for a hiring system."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from assessment.models import Organisation
from assessment.services.organisations import SCOPES, api_key_create

LONGEST_NAME = 100
LONGEST_DAYS = 3_650


class Command(BaseCommand):
    """Prints the key on stdout, once, and what it may do on stderr."""

    help = "Make an API key. The key is printed once; only its digest is stored."
    requires_migrations_checks = False

    def create_parser(
        self,
        prog_name: str,
        subcommand: str,
        **kwargs: Any,  # noqa: ANN401  # as Django has it
    ) -> CommandParser:
        """Return a parser whose complaints are one line."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.print_usage = _nothing  # type: ignore[method-assign]  # one line
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the arguments."""
        parser.add_argument("name", type=_name, help="what the key is for")
        parser.add_argument(
            "--organisation", default="", help="slug; needed where there are several"
        )
        parser.add_argument(
            "--scopes",
            default=",".join(SCOPES),
            help="what it may do, separated by commas (default: everything)",
        )
        parser.add_argument(
            "--days", type=_days, help="after how many days it expires (default: never)"
        )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401, ARG002  # as Django has it
        """Make the key.

        Raises: `CommandError` with exit status 2 for arguments that name nothing.
        """
        organisation = _organisation(options["organisation"])
        scopes = [scope.strip() for scope in options["scopes"].split(",")]
        if not any(scopes):
            message = f"a key needs a scope; there are: {', '.join(SCOPES)}"
            raise CommandError(message, returncode=2)
        days: int | None = options["days"]
        try:
            row, key = api_key_create(
                organisation=organisation,
                name=options["name"],
                scopes=[scope for scope in scopes if scope],
                expires_at=timezone.now() + timedelta(days=days) if days else None,
            )
        except ValueError as error:
            message = f"{error}; there are: {', '.join(SCOPES)}"
            raise CommandError(message, returncode=2) from error
        until = f"{row.expires_at:%Y-%m-%d}" if row.expires_at else "it is revoked"
        self.stderr.write(
            f"key {row.prefix} of {organisation.slug}, valid until {until}, "
            f"may: {', '.join(row.scopes)}"
        )
        self.stdout.write(key)


def _organisation(slug: str) -> Organisation:
    rows = list(Organisation.objects.order_by("slug"))
    if slug:
        rows = [row for row in rows if row.slug == slug]
    if len(rows) == 1:
        return rows[0]
    if slug:
        message = f"there is no organisation {slug!r}"
    elif rows:
        slugs = ", ".join(row.slug for row in rows)
        message = f"say which with --organisation: {slugs}"
    else:
        message = "there is no organisation yet; `make run` makes one"
    raise CommandError(message, returncode=2)


def _name(text: str) -> str:
    name = text.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        message = f"a name has 1 to {LONGEST_NAME} printable characters"
        raise ArgumentTypeError(message)
    return name


def _days(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= LONGEST_DAYS):
        message = f"days lie between 1 and {LONGEST_DAYS:,}"
        raise ArgumentTypeError(message)
    return int(text)


def _nothing(file: object = None) -> None:  # as argparse calls it
    """Print no usage."""
