"""Recruiters look through the bank: search, filters, order, and the errata."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessment.reports.words import in_own_words, words_of
from assessment.selectors.errata import ErratumLine, errata_lines
from assessment.selectors.questions import (
    Part,
    QuestionLine,
    asked_documents,
    question_lines,
)
from assessment.web.forms import QuestionFilterForm
from assessment.web.recruiter_access import for_recruiters
from assessment.web.recruiter_question_view import erratum_view, shown_languages
from bank.definitions import TOPICS
from bank.selectors import question_sets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpRequest, HttpResponse, QueryDict

    from assessment.models import Organisation
    from assessment.selectors.questions import QuestionFilter

ROWS: Final = 50


@for_recruiters
@require_safe
def question_list(request: HttpRequest, organisation: Organisation) -> HttpResponse:  # noqa: ARG001  # all see the bank
    """Show the bank's questions, searched, filtered, ordered and paged."""
    sets = {row.slug: in_own_words(row.name) for row in question_sets()}
    form = QuestionFilterForm(request.GET, sets=sets, documents=asked_documents())
    wanted = form.wanted()
    lines = question_lines()
    found = [line for line in lines if wanted.matches(line)]
    sort = form.cleaned_data.get("sort", "")
    page = Paginator(_ordered(found, sort), ROWS).get_page(request.GET.get("page"))
    query = _without(request.GET, "page")
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
                    "found_in": _places(wanted, line),
                }
                for line in page
            ],
            "columns": _columns(request.GET, sort),
            "chosen": form.chosen(),
            "ways_out": [] if found else _ways_out(request.GET, form, lines),
            "query": f"{query}&" if query else "",
            "all": len(lines),
            "bank_is_empty": not lines,
        },
    )


@for_recruiters
@require_safe
def errata_list(request: HttpRequest, organisation: Organisation) -> HttpResponse:  # noqa: ARG001  # all see the bank
    """Show what the source documents get wrong, by document and number."""
    lines = errata_lines()
    documents = Counter(line.document for line in lines)
    chosen = request.GET.get("document", "")
    if chosen not in documents:
        chosen = ""
    languages = shown_languages(request, {"zh": "-", "en": "-"})
    return render(
        request,
        "recruiter/errata.html",
        {
            "languages": languages,
            "chosen": chosen,
            "count": documents[chosen] if chosen else len(lines),
            "choices": [
                {"name": name, "count": count, "href": f"?{_with(request, name)}"}
                for name, count in documents.items()
            ],
            "every": f"?{_with(request, '')}",
            "all": len(lines),
            "documents": [
                {
                    "name": name,
                    "questions": _by_question(
                        [line for line in lines if line.document == name],
                        languages.codes,
                    ),
                }
                for name in documents
                if chosen in ("", name)
            ],
        },
    )


def _by_question(
    lines: Sequence[ErratumLine], languages: Sequence[str]
) -> list[dict[str, Any]]:
    """Return a document's errata under the question that each belongs to."""
    questions: dict[tuple[int, str], dict[str, Any]] = {}
    for line in lines:
        entry = questions.setdefault(
            (line.number, line.slug),
            {
                "number": line.number,
                "slug": line.slug,
                "title": words_of(line.title),
                "errata": [],
            },
        )
        entry["errata"].append(
            erratum_view(
                {"says": line.says, "right": line.right, "source": line.source},
                languages,
            )
        )
    return list(questions.values())


# -- order ----------------------------------------------------------------------------


def _ordered(lines: list[QuestionLine], sort: str) -> list[QuestionLine]:
    """Return lines, which come by topic and slug, in the order asked for."""
    keys: dict[str, Callable[[QuestionLine], Any]] = {
        "title": lambda line: _place_of(in_own_words(line.title)),
        "difficulty": lambda line: line.difficulty,
        "minutes": lambda line: line.minutes,
        "topic": lambda line: (
            list(TOPICS).index(line.topic) if line.topic in TOPICS else len(TOPICS)
        ),
    }
    name = sort.removeprefix("-") or "topic"
    # Sorting is stable, also in reverse: equals keep the order that they came in.
    return sorted(lines, key=keys[name], reverse=sort.startswith("-"))


def _place_of(title: str) -> bytes:
    """Return what sorts a title: Chinese by sound, which is the order of GB 2312.

    Its first 3,755 signs, all that titles are made of in practice, stand by pinyin.
    """
    return title.casefold().encode("gb18030")


def _columns(data: QueryDict, sort: str) -> list[dict[str, Any]]:
    """Return the heads of the table; those that sort carry their link."""
    columns: list[dict[str, Any]] = []
    for name, label, number in (
        ("title", _("Question"), False),
        ("topic", _("Topic"), False),
        ("difficulty", _("Difficulty"), True),
        ("minutes", _("Minutes"), True),
        ("", _("Answered by"), False),
        ("", _("Languages"), False),
        ("", _("State"), False),
    ):
        up = (sort or "topic") == name
        down = sort == f"-{name}"
        query = _without(data, "page", "sort")
        wanted = f"-{name}" if up else name
        columns.append(
            {
                "label": label,
                "number": number,
                "href": f"?{query}&sort={wanted}".replace("?&", "?") if name else "",
                "sort": "ascending" if up else "descending" if down and name else "",
            }
        )
    return columns


# -- what was looked for --------------------------------------------------------------


def _places(wanted: QuestionFilter, line: QuestionLine) -> list[str]:
    """Return in words where a question has what was looked for, unless in its title."""
    if not wanted.words.strip():
        return []
    words = {
        Part.TITLE: _("title"),
        Part.SLUG: _("name"),
        Part.TOPIC: _("topic"),
        Part.PROMPT: _("question as asked"),
        Part.KEY_POINTS: _("key points"),
        Part.ERRATA: _("errata"),
    }
    return [words[part] for part in wanted.found_in(line)]


def _ways_out(
    data: QueryDict, form: QuestionFilterForm, lines: Sequence[QuestionLine]
) -> list[dict[str, Any]]:
    """Return for each filter what would be found without it, where that is anything."""
    wanted = form.wanted()
    empty: dict[str, Any] = {"difficulty": None}
    fields = {"q": "words", "set": "set_slug"}
    ways = []
    for name, said in form.chosen().items():
        without = replace(wanted, **{fields.get(name, name): empty.get(name, "")})
        count = sum(without.matches(line) for line in lines)
        if count:
            ways.append(
                {
                    "said": said,
                    "count": count,
                    "href": f"?{_without(data, 'page', name)}",
                }
            )
    return ways


def _without(data: QueryDict, *names: str) -> str:
    """Return the query without these and without what is empty."""
    query = data.copy()
    for name in list(query):
        if name in names or not query.get(name):
            query.pop(name, None)
    return query.urlencode()


def _with(request: HttpRequest, document: str) -> str:
    query = request.GET.copy()
    query.pop("document", None)
    if document:
        query["document"] = document
    return query.urlencode()
