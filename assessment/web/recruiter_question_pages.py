"""The pages of one question: rubric, preview, errata, background, numbers, versions.

Each part has its own address and needs no script. `?version=` shows an older one,
`?in=` chooses the language of the question's texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.http import Http404
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from assessment.models import Answer, AttemptItem
from assessment.reports.item_statistics import FEWEST, item_statistics
from assessment.reports.words import PAGE_LANGUAGES, VERDICTS, in_own_words, words_of
from assessment.selectors.item_results import answers_by_version, item_results
from assessment.selectors.questions import (
    aliases_of,
    prompt_of,
    question_line,
    titles_by_slug,
)
from assessment.web.candidate_view import question_page as candidate_page
from assessment.web.recruiter_access import for_recruiters
from assessment.web.recruiter_question_view import (
    background_view,
    erratum_view,
    move_line,
    page_first,
    rubric_view,
    shown_differences,
    shown_languages,
)
from bank.definitions import TOPICS, Kind
from bank.errors import UnknownQuestion
from bank.selectors import moves, question_by_slug, question_sets, versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import HttpRequest, HttpResponse
    from django_stubs_ext import StrOrPromise

    from assessment.models import Organisation
    from assessment.reports.item_statistics import Estimate
    from bank.models import Question, QuestionVersion

TABS: Final[Mapping[str, StrOrPromise]] = {
    "question": gettext_lazy("Rubric"),
    "question_preview": gettext_lazy("As candidates see it"),
    "question_errata": gettext_lazy("Errata"),
    "question_background": gettext_lazy("Background"),
    "question_statistics": gettext_lazy("Statistics"),
    "question_versions": gettext_lazy("Versions"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Which question and which version of it somebody looks at."""

    question: Question
    published: list[QuestionVersion]  # oldest first, bodies not loaded
    version: QuestionVersion
    chosen: bool  # the version was named, also when it is the present one

    @property
    def body(self) -> Mapping[str, Any]:
        body: Mapping[str, Any] = self.version.body
        return body


def _asked(request: HttpRequest, slug: str) -> _Asked:
    try:
        question = question_by_slug(slug)
    except UnknownQuestion as unknown:
        raise Http404 from unknown
    published = list(versions(question).select_related("question").defer("body"))
    asked_for = request.GET.get("version", "")
    chosen = asked_for.isdecimal()
    number = int(asked_for) if chosen else question.current_number
    return _Asked(
        question=question,
        published=published,
        version=_numbered(published, number),
        chosen=chosen,
    )


def _numbered(published: Iterable[QuestionVersion], number: int) -> QuestionVersion:
    version = next((row for row in published if row.number == number), None)
    if version is None:
        raise Http404
    return version


def _page(
    request: HttpRequest, tab: str, asked: _Asked, context: dict[str, Any]
) -> HttpResponse:
    """Show one part with what stands above all of them."""
    question, body = asked.question, asked.body
    kept = {
        name: value
        for name, value in (
            ("version", str(asked.version.number) if asked.chosen else ""),
            ("in", request.GET.get("in", "")),
        )
        if value
    }
    counts = {
        "question_errata": len(body.get("errata", ())),
        "question_versions": len(asked.published),
    }
    return render(
        request,
        f"recruiter/{tab}.html",
        {
            "question": question,
            "version": asked.version,
            "body": body,
            "title": words_of(body["title"]),
            "topic": in_own_words(TOPICS.get(question.topic, {"en": question.topic})),
            "speed": question.kind == Kind.SPEED,
            "complete": question_line(asked.version).complete,
            "tabs": [
                {
                    "label": label,
                    "count": counts.get(name),
                    "href": reverse(
                        f"recruiter:{name}", args=[question.slug], query=kept
                    ),
                    "current": name == tab,
                }
                for name, label in TABS.items()
            ],
            "current_href": reverse(f"recruiter:{tab}", args=[question.slug]),
            **context,
        },
    )


@for_recruiters
@require_safe
def rubric(
    request: HttpRequest,
    organisation: Organisation,  # noqa: ARG001  # all see the bank
    slug: str,
) -> HttpResponse:
    """Show everything that an answer is held against."""
    asked = _asked(request, slug)
    languages = shown_languages(request, prompt_of(asked.body))
    return _page(
        request,
        "question",
        asked,
        {"languages": languages, **rubric_view(asked.body, languages.codes)},
    )


@for_recruiters
@require_safe
def preview(
    request: HttpRequest,
    organisation: Organisation,  # noqa: ARG001  # all see the bank
    slug: str,
) -> HttpResponse:
    """Show the question as a candidate's page does, in that page's language."""
    asked = _asked(request, slug)
    prompt = prompt_of(asked.body)
    languages = shown_languages(request, prompt, together=False)
    own = languages.codes[0]
    order = [own, *(code for code in page_first() if code != own and prompt.get(code))]
    # Rows of a sitting that is never stored: its page is made by the same code.
    item = AttemptItem(version=asked.version, position=1)
    answer = Answer(item=item, text="", language=own)
    page = candidate_page(answer.item, order)
    with translation.override(PAGE_LANGUAGES[own].lower()):
        seen = render_to_string(
            "candidate/question_preview.html",
            {
                "page": page,
                "line": page.line,
                "shown_text": page.text,
                "heading": "h3",
            },
        )
    return _page(
        request,
        "question_preview",
        asked,
        {"languages": languages, "seen": seen, "seen_lang": PAGE_LANGUAGES[own]},
    )


@for_recruiters
@require_safe
def errata(
    request: HttpRequest,
    organisation: Organisation,  # noqa: ARG001  # all see the bank
    slug: str,
) -> HttpResponse:
    """Show what the source documents get wrong about the question."""
    asked = _asked(request, slug)
    languages = shown_languages(request, prompt_of(asked.body))
    return _page(
        request,
        "question_errata",
        asked,
        {
            "languages": languages,
            "errata": [
                erratum_view(erratum, languages.codes)
                for erratum in asked.body.get("errata", ())
            ],
            "sources": list(asked.question.sources.all()),
        },
    )


@for_recruiters
@require_safe
def background(
    request: HttpRequest,
    organisation: Organisation,  # noqa: ARG001  # all see the bank
    slug: str,
) -> HttpResponse:
    """Show where the question comes from, what is near it and what to ask next."""
    asked = _asked(request, slug)
    body = asked.body
    languages = shown_languages(request, prompt_of(body))
    related, alias_of = body.get("related", ()), body.get("alias_of") or ""
    aliases = aliases_of(slug)
    titles = titles_by_slug([*related, *aliases, alias_of])

    def linked(slugs: Iterable[str]) -> list[dict[str, Any]]:
        return [
            {"slug": slug, "title": words_of(titles[slug]) if slug in titles else None}
            for slug in slugs
        ]

    return _page(
        request,
        "question_background",
        asked,
        {
            "languages": languages,
            **background_view(body, languages.codes),
            "sources": list(asked.question.sources.all()),
            "related": linked(related),
            "alias_of": linked([alias_of] if alias_of else []),
            "aliases": linked(aliases),
            "sets": [
                {"slug": row.slug, "name": words_of(row.name)}
                for row in question_sets().filter(items__question=asked.question)
            ],
        },
    )


@for_recruiters
@require_safe
def statistics(
    request: HttpRequest, organisation: Organisation, slug: str
) -> HttpResponse:
    """Show what this organisation's own sittings say about the question."""
    asked = _asked(request, slug)
    number = asked.version.number if asked.chosen else None
    points = (asked.body.get("rubric") or {}).get("key_points", ())
    numbers = item_statistics(
        item_results(organisation, asked.question, version=number),
        [point["id"] for point in points],
    )
    statements = {
        point["id"]: words_of(
            {
                language: phrasings[0]
                for language, phrasings in point["phrasings"].items()
                if phrasings
            }
        )
        for point in points
    }
    answers = answers_by_version(organisation, asked.question)
    return _page(
        request,
        "question_statistics",
        asked,
        {
            "numbers": numbers,
            "fewest": FEWEST,
            "missing": max(0, FEWEST - numbers.count),
            "organisation": organisation,
            "points": [
                {"statement": statements[line.point], "line": line}
                for line in numbers.points
            ],
            "verdicts": [
                {"name": VERDICTS.get(name, name), "count": count}
                for name, count in (numbers.verdicts or {}).items()
            ],
            "separates": _separates(numbers.discrimination),
            "number": number,
            "by_version": [
                {
                    "number": row.number,
                    "count": answers[row.number],
                    "current": row.number == number,
                }
                for row in asked.published
            ],
            "answers": sum(answers.values()),
        },
    )


def _separates(estimate: Estimate | None) -> str:
    """Return what the correlation with the rest of the sitting lets one say."""
    if estimate is None:
        return ""
    if estimate.low > 0:
        return _("Who does well elsewhere does better here too.")
    if estimate.high < 0:
        return _(
            "Who does well elsewhere does worse here. Something is wrong with the "
            "question or its rubric: look at both."
        )
    return _(
        "The interval holds zero: whether the question tells candidates apart as "
        "the others do is not known yet."
    )


@for_recruiters
@require_safe
def version_list(
    request: HttpRequest,
    organisation: Organisation,  # noqa: ARG001  # all see the bank
    slug: str,
) -> HttpResponse:
    """Show every version; with `?from=` and `?to=`, what two of them differ in."""
    asked = _asked(request, slug)
    old, new = (
        _numbered(asked.published, int(typed)) if typed.isdecimal() else None
        for typed in (request.GET.get("from", ""), request.GET.get("to", ""))
    )
    return _page(
        request,
        "question_versions",
        asked,
        {
            "versions": [
                {
                    "number": row.number,
                    "created_at": row.created_at,
                    "digest": row.digest,
                    "earlier": row.number - 1,
                }
                for row in reversed(asked.published)
            ],
            "previous": len(asked.published) - 1,
            "history": [move_line(move) for move in moves(asked.question)],
            "old": old,
            "new": new,
            "differences": (
                shown_differences(old.body, new.body) if old and new else ()
            ),
        },
    )
