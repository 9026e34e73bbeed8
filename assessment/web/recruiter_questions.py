"""Recruiters look through the bank. Its authors write elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from assessment.reports.render import in_own_words, words_of
from assessment.selectors.questions import (
    prompt_of,
    published_slugs,
    question_line,
    question_lines,
)
from assessment.web.forms import QuestionFilterForm
from assessment.web.recruiter_access import for_recruiters
from bank.definitions import TOPICS, Kind
from bank.errors import UnknownQuestion
from bank.selectors import question_by_slug, question_sets, versions
from grading.inputs import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from assessment.models import Organisation

ROWS: Final = 50


@for_recruiters
@require_safe
def question_list(request: HttpRequest, organisation: Organisation) -> HttpResponse:  # noqa: ARG001  # all see the bank
    """Show the bank's questions, searched, filtered and paged."""
    sets = {row.slug: in_own_words(row.name) for row in question_sets()}
    form = QuestionFilterForm(request.GET, sets=sets)
    wanted = form.wanted()
    lines = question_lines()
    page = Paginator([line for line in lines if wanted.matches(line)], ROWS).get_page(
        request.GET.get("page")
    )
    query = request.GET.copy()
    query.pop("page", None)
    text = query.urlencode()
    return render(
        request,
        "recruiter/questions.html",
        {
            "form": form,
            "page": page,
            "rows": [
                {
                    "line": line,
                    "title": words_of(line.title),
                    "topic": in_own_words(TOPICS.get(line.topic, {"en": line.topic})),
                    "sets": [sets[slug] for slug in line.sets if slug in sets],
                }
                for line in page
            ],
            "query": f"{text}&" if text else "",
            "bank_is_empty": not lines,
        },
    )


@for_recruiters
@require_safe
def question_page(
    request: HttpRequest,
    organisation: Organisation,  # noqa: ARG001  # all see the bank
    slug: str,
) -> HttpResponse:
    """Show one question with everything an answer is held against."""
    try:
        question = question_by_slug(slug)
    except UnknownQuestion as unknown:
        raise Http404 from unknown
    published = list(versions(question))
    asked_for = request.GET.get("version", "")
    number = int(asked_for) if asked_for.isdecimal() else question.current_number
    version = next((row for row in published if row.number == number), None)
    if version is None:
        raise Http404
    body = version.body
    prompt = prompt_of(body)
    slugs = published_slugs()
    return render(
        request,
        "recruiter/question.html",
        {
            "question": question,
            "version": version,
            "versions": list(reversed(published)),
            "body": body,
            "title": words_of(body["title"]),
            "topic": in_own_words(TOPICS.get(question.topic, {"en": question.topic})),
            "speed": question.kind == Kind.SPEED,
            "complete": question_line(version).complete,
            "known": {
                slug
                for slug in (*body.get("related", ()), body.get("alias_of") or "")
                if slug in slugs
            },
            "languages": [
                _in_language(language, body, prompt)
                for language in _page_first()
                if prompt.get(language)
            ],
            "sets": [
                {"slug": row.slug, "name": words_of(row.name)}
                for row in question_sets().filter(items__question=question)
            ],
            "sources": list(question.sources.all()),
        },
    )


def _page_first() -> list[str]:
    own = "zh" if (get_language() or "").startswith("zh") else "en"
    return sorted(LANGUAGES, key=lambda language: language != own)


def _in_language(
    language: str, body: Mapping[str, Any], prompt: Mapping[str, str]
) -> dict[str, Any]:
    """Return everything that the question says in one language."""
    rubric = body.get("rubric") or {}
    return {
        "code": "zh-Hans" if language == "zh" else language,
        "language": language,
        "prompt": prompt[language],
        "competency": (body.get("competency") or {}).get(language, ""),
        "points": [
            {
                "id": point["id"],
                "weight": point["weight"],
                "statement": point["phrasings"][language][0],
                "phrasings": point["phrasings"][language][1:],
                "opposite": point["opposites"].get(language, ""),
            }
            for point in rubric.get("key_points", ())
            if point["phrasings"].get(language)
        ],
        "misconceptions": [
            wrong["phrasings"][language]
            for wrong in rubric.get("misconceptions", ())
            if wrong["phrasings"].get(language)
        ],
        "contrasts": [
            contrast["pairs"][language]
            for contrast in rubric.get("contrasts", ())
            if contrast["pairs"].get(language)
        ],
        "errata": [
            {
                "document": erratum["document"],
                "number": erratum["number"],
                "says": erratum["says"].get(language, ""),
                "right": erratum["right"].get(language, ""),
                "source": erratum["source"],
            }
            for erratum in body.get("errata", ())
        ],
        "follow_ups": (body.get("follow_ups") or {}).get(language, ()),
        "explanation": (body.get("explanation") or {}).get(language, ""),
    }
