"""The judge's sentences in the reader's language.

The judge speaks English, and its sentence is stored in the grade and given out by the
API as it is. A page shows it in the page's language: the sentence is held against the
forms that the judge has, and the form's translation gets the sentence's own numbers. A
sentence of no known form, which an older grade may hold, stays English and says so.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Final

from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from assessment.reports.words import PAGE_LANGUAGES, Words

if TYPE_CHECKING:
    from collections.abc import Mapping

# From the special to the general: the first form that fits is taken.
FORMS: Final = (
    gettext_noop("The file is too large; at most %(most)s KiB are accepted."),
    gettext_noop("The file contains NUL bytes; hand in one Python file as plain text."),
    gettext_noop("The file is not UTF-8 (byte %(byte)s); save it as UTF-8."),
    gettext_noop("The file is empty."),
    gettext_noop("The file does not parse: %(told)s."),
    gettext_noop(
        "The machine was too busy, or has too few cores, to measure wall time; "
        "measure again."
    ),
    # Of grades that were stored before the sentence named cores.
    gettext_noop("The machine was too busy to measure wall time; measure again."),
    gettext_noop("Too few calls fitted into the measuring time to say anything."),
    gettext_noop(
        "All outputs are right; it is between %(low)s and %(high)s times as fast as "
        "the baseline."
    ),
    gettext_noop(
        "All outputs are right, but it is only between %(low)s and %(high)s times as "
        "fast as the baseline."
    ),
    gettext_noop(
        "All outputs are right; it is between %(low)s and %(high)s times as fast as "
        "the baseline, which is too wide a span to credit anything."
    ),
    gettext_noop(
        "All outputs are right; it is between %(low)s and %(high)s times as fast as "
        "the baseline, with the sending."
    ),
    gettext_noop(
        "All outputs are right, but it is only between %(low)s and %(high)s times as "
        "fast as the baseline, with the sending."
    ),
    gettext_noop(
        "All outputs are right; it is between %(low)s and %(high)s times as fast as "
        "the baseline, with the sending, which is too wide a span to credit anything."
    ),
    gettext_noop(
        "All outputs are right; the baseline needs between %(low)s and %(high)s times "
        "its memory."
    ),
    gettext_noop(
        "All outputs are right, but the baseline needs only between %(low)s and "
        "%(high)s times its memory."
    ),
    gettext_noop(
        "All outputs are right; the baseline needs between %(low)s and %(high)s times "
        "its memory, which is too wide a span to credit anything."
    ),
    gettext_noop("Its calls took so long that too few could be measured."),
    gettext_noop("The program left work running on the GPU after its call."),
    gettext_noop("%(what)s was in system calls that could not be stopped."),
    gettext_noop("%(what)s took more than %(seconds)s s and was stopped."),
    gettext_noop("%(what)s needed more than the %(most)s MiB that the task allows."),
    gettext_noop("The program ended by itself during %(what)s."),
    gettext_noop("The program disturbed the judge's channel during %(what)s."),
    gettext_noop("Loading the file failed: %(told)s."),
    gettext_noop("prepare() failed: %(told)s."),
    gettext_noop("solve() raised an error: %(told)s."),
    gettext_noop("Wrong result: case %(case)s has a length outside its buffer."),
    gettext_noop(
        "Wrong result: case %(case)s, output %(output)s of shape %(shape)s is wrong in "
        "%(off)s of %(values)s values."
    ),
    gettext_noop(
        "Wrong result: case %(case)s, output %(output)s of shape %(shape)s has values "
        "that are not finite."
    ),
    gettext_noop(
        "Wrong result: case %(case)s, output %(output)s of shape %(shape)s is off by "
        "up to %(worst)s times the tolerance, in %(off)s of %(values)s values."
    ),
    gettext_noop("Wrong result: case %(case)s: %(told)s."),
    gettext_noop("Wrong result: %(told)s."),
)
STEPS: Final[Mapping[str, str]] = {
    "loading the file": gettext_noop("loading the file"),
    "prepare()": "prepare()",
    "solve()": "solve()",
}
_NUMBER: Final = r"[\d.,e+-]+"
_WORD: Final = r"[^,:]+"
_VALUES: Final[Mapping[str, str]] = {
    "what": "|".join(map(re.escape, STEPS)),
    "told": r".+",
    "case": _WORD,
    "output": _WORD,
    "shape": r"[\dx]*",
}


@functools.cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return each form with the pattern of its sentences."""
    return tuple((re.compile(_pattern(form), re.DOTALL), form) for form in FORMS)


def _pattern(form: str) -> str:
    parts = re.split(r"%\((\w+)\)s", form)
    return "".join(
        f"(?P<{part}>{_VALUES.get(part, _NUMBER)})" if place % 2 else re.escape(part)
        for place, part in enumerate(parts)
    )


def judge_words(said: str) -> Words:
    """Return a sentence of the judge in the page's language, if it has that form."""
    for pattern, form in _patterns():
        found = pattern.fullmatch(said)
        if found is None:
            continue
        own = _(form)
        if own == form:
            break
        values = {
            name: _(STEPS[value]) if name == "what" else value
            for name, value in found.groupdict().items()
        }
        language = (get_language() or "en").partition("-")[0]
        return Words(text=own % values, lang=PAGE_LANGUAGES.get(language, language))
    return Words(text=said, lang="en")
