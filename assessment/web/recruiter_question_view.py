"""From a version's body to what the pages of one question show: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from assessment.reports.history import HistoryLine
from assessment.reports.marked_changes import Piece, marked_changes
from assessment.reports.words import PAGE_LANGUAGES
from bank.definitions import State
from bank.differences import differences
from grading.inputs import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

    from bank.differences import Difference
    from bank.models import QuestionMove

# Paths of more than one word: `phrasing 2`, `question 1`.
_NUMBERED: Final = {"phrasing", "contrast", "question", "slug", "item"}


# -- in which language ----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageLink:
    """One way to read a page's texts."""

    label: str
    lang: str  # a value for `lang` of the label; empty: the page's own
    href: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLanguages:
    """In which languages a question's texts are shown, and the other ways."""

    codes: tuple[str, ...]  # "zh", "en", the page's own first
    links: tuple[LanguageLink, ...]  # empty when there is only one way


def shown_languages(
    request: HttpRequest, texts: Mapping[str, str], *, together: bool = True
) -> ShownLanguages:
    """Return the languages of `?in=`; without it the page's own, if `texts` has it.

    `together`: both may be shown beside each other, by `?in=both`.
    """
    own = [language for language in page_first() if texts.get(language)]
    wanted = request.GET.get("in", "")
    if wanted == "both" and together:
        codes = tuple(own)
    else:
        codes = (wanted,) if wanted in own else tuple(own[:1])
    links: list[LanguageLink] = []
    if len(own) > 1:
        now = "both" if len(codes) > 1 else codes[0]
        ways = [("en", "English", "en"), ("zh", "中文", "zh-Hans")]
        if together:
            ways.append(("both", _("Both"), ""))
        for name, label, lang in ways:
            query = request.GET.copy()
            query["in"] = name
            links.append(
                LanguageLink(
                    label=label,
                    lang=lang,
                    href=f"?{query.urlencode()}",
                    current=name == now,
                )
            )
    return ShownLanguages(codes=codes, links=tuple(links))


def page_first() -> list[str]:
    """Return both languages, the page's own first."""
    own = "zh" if (get_language() or "").startswith("zh") else "en"
    return sorted(LANGUAGES, key=lambda language: language != own)


def _told(
    languages: Sequence[str], texts: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    """Return what is said in each shown language, with a value for `lang`."""
    return [
        {"code": PAGE_LANGUAGES[language], "said": texts[language]}
        for language in languages
        if texts and texts.get(language)
    ]


# -- parts of a question --------------------------------------------------------------


def rubric_view(body: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    """Return what an answer is held against, in the shown languages."""
    rubric = body.get("rubric") or {}
    points = rubric.get("key_points", ())
    total = sum(point["weight"] for point in points)
    return {
        "points": [
            {
                "id": point["id"],
                "number": number,
                "weight": f"{point['weight']:g}",
                "share": point["weight"] / total if total else None,
                "texts": [
                    {
                        "code": PAGE_LANGUAGES[language],
                        "statement": point["phrasings"][language][0],
                        "phrasings": point["phrasings"][language][1:],
                        "opposite": point["opposites"].get(language, ""),
                    }
                    for language in languages
                    if point["phrasings"].get(language)
                ],
            }
            for number, point in enumerate(points, start=1)
        ],
        "misconceptions": [
            {"id": wrong["id"], "texts": _told(languages, wrong["phrasings"])}
            for wrong in rubric.get("misconceptions", ())
        ],
        "contrasts": [
            {"texts": _told(languages, contrast["pairs"])}
            for contrast in rubric.get("contrasts", ())
        ],
    }


def erratum_view(
    erratum: Mapping[str, Any], languages: Sequence[str]
) -> dict[str, Any]:
    """Return one erratum in the shown languages."""
    return {
        **erratum,
        "texts": [
            {
                "code": PAGE_LANGUAGES[language],
                "says": erratum["says"].get(language, ""),
                "right": erratum["right"].get(language, ""),
            }
            for language in languages
        ],
    }


def background_view(
    body: Mapping[str, Any], languages: Sequence[str]
) -> dict[str, Any]:
    """Return what surrounds a question: what it shows, what to ask and read next."""
    return {
        "competency": _told(languages, body.get("competency")),
        "follow_ups": _told(languages, body.get("follow_ups")),
        "explanation": _told(languages, body.get("explanation")),
        "reading": body.get("reading", ()),
    }


STATES: Final[Mapping[str, StrOrPromise]] = {
    State.DRAFT: gettext_lazy("Draft"),
    State.REVIEWED: gettext_lazy("Checked, not live"),
    State.LIVE: gettext_lazy("Live"),
    State.RETIRED: gettext_lazy("Retired"),
}


def move_line(move: QuestionMove) -> HistoryLine:
    """Return one change of a question's state, ready for an audit line."""
    said = {
        "old": STATES.get(move.old, move.old),
        "new": STATES.get(move.new, move.new),
        "number": move.number,
    }
    what = (
        _("from “%(old)s” to “%(new)s”, at version %(number)s")
        if move.old
        else _("came in as “%(new)s”, at version %(number)s")
    ) % said
    if move.reason:
        what = _("%(what)s: %(reason)s") % {"what": what, "reason": move.reason}
    return HistoryLine(at=move.at, who=move.by, what=what)


# -- two versions ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDifference:
    """One place at which two versions differ."""

    place: str  # in words
    path: str
    kind: str  # "added", "removed" or "changed"
    lang: str  # a value for `lang`; empty where the text is in none
    pieces: tuple[Piece, ...]


def shown_differences(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[ShownDifference, ...]:
    """Return every difference with what changed in it marked."""
    return tuple(_shown(difference) for difference in differences(before, after))


def _shown(difference: Difference) -> ShownDifference:
    parts = difference.path.split("/")
    language = next((part for part in parts if part in LANGUAGES), "")
    return ShownDifference(
        place=" · ".join(map(_place_words, parts)),
        path=difference.path,
        kind=str(difference.kind),
        lang=PAGE_LANGUAGES.get(language, ""),
        pieces=marked_changes(difference.before, difference.after),
    )


def _place_words(part: str) -> str:
    """Return one step of a difference's path in the page's language."""
    words = {
        "kind": _("answered by"),
        "topic": _("topic"),
        "difficulty": _("difficulty"),
        "minutes": _("minutes"),
        "title": _("title"),
        "competency": _("what it shows"),
        "alias_of": _("shares its rubric with"),
        "sources": _("asked in"),
        "prompt": _("question as asked"),
        "statement": _("question as asked"),
        "baseline": _("baseline"),
        "folder": _("folder"),
        "digest": _("digest of the task’s files"),
        "key_points": _("key point"),
        "misconceptions": _("misconception"),
        "contrasts": _("contrast"),
        "weight": _("weight"),
        "opposites": _("made false"),
        "errata": _("erratum"),
        "says": _("what the document says"),
        "right": _("what is right"),
        "source": _("source"),
        "explanation": _("what the document adds"),
        "follow_ups": _("follow-up"),
        "reading": _("reading"),
        "authors": _("authors"),
        "year": _("year"),
        "related": _("related"),
        "order": _("order"),
        "phrasing": _("phrasing"),
        "question": _("question"),
        "zh": _("Chinese"),
        "en": _("English"),
    }
    name, _space, number = part.partition(" ")
    if name in _NUMBERED and number.isdecimal():
        said = words.get(name)
        return f"{said} {number}" if said and name != "contrast" else number
    return words.get(part, part)
