"""Read what the bank's source documents get wrong, as the questions now say it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bank.selectors import current_versions

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class ErratumLine:
    """One thing that a document gets wrong, with the question that says so."""

    document: str  # base name of its file
    number: int  # of the question in it
    says: Mapping[str, str]
    right: Mapping[str, str]
    source: str
    slug: str
    title: Mapping[str, str]


def errata_lines() -> list[ErratumLine]:
    """Return every erratum of the questions as they stand, in the documents' order."""
    lines = [
        ErratumLine(
            document=erratum["document"],
            number=erratum["number"],
            says=erratum["says"],
            right=erratum["right"],
            source=erratum["source"],
            slug=version.question.slug,
            title=version.body["title"],
        )
        for version in current_versions().order_by("question__slug")
        for erratum in version.body.get("errata", ())
    ]
    return sorted(lines, key=lambda line: (line.document, line.number))
