"""What every page says alike: times, numbers with their intervals, Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.translation import get_language, gettext

from assessment.web.markdown import html_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.utils.safestring import SafeString

register = template.Library()

# The bar of a score is drawn from x = 2 to x = 102.
BAR_START = 2.0
BAR_WIDTH = 100.0
# A speed-up's bar ends here at the latest: more than that is all the same to see.
SPEEDUP_BAR_END = 4.0


@register.simple_tag
def support_email() -> str:
    """Return the address at which a person can be reached."""
    return str(settings.SUPPORT_EMAIL)


@register.simple_tag
def moment(at: datetime | None) -> SafeString | str:
    """Return a time with its zone; page.js puts it into the reader's own zone."""
    if at is None:
        return "–"
    return format_html(
        '<time datetime="{}" data-moment>{}</time>',
        at.isoformat(timespec="seconds"),
        plain_moment(at),
    )


@register.filter
def plain_moment(at: datetime) -> str:
    """Return a time with its zone as text, for e-mails."""
    local = at.astimezone(ZoneInfo(settings.DISPLAY_TIME_ZONE))
    return f"{local:%Y-%m-%d %H:%M} {local.tzname()}"


@register.filter
def markdown(text: str) -> SafeString:
    """Return Markdown as HTML that is safe to show."""
    return html_of(text)


@register.filter
def percent(value: float | None) -> str:
    """Return a share as whole per cent; a dash when there is none."""
    return "–" if value is None else f"{round(100 * value)} %"


@register.filter
def similarity(value: float | None) -> str:
    """Return a cosine with two decimals; a dash when there is none."""
    return "–" if value is None else f"{value:.2f}"


@register.filter
def lines(text: str) -> list[str]:
    """Return the lines of a program."""
    return text.split("\n")


@register.filter
def in_language(texts: Mapping[str, str] | str, language: str = "") -> str:
    """Return the text of a {zh, en} pair in `language`, else in the page's."""
    if isinstance(texts, str):
        return texts
    wanted = language or ("zh" if (get_language() or "").startswith("zh") else "en")
    return texts.get(wanted) or next(iter(texts.values()), "")


@register.inclusion_tag("parts/score.html")
def score(
    value: float | None,
    low: float | None = None,
    high: float | None = None,
    words: str = "",
    *,
    large: bool = False,
) -> dict[str, Any]:
    """Show a score in [0, 1] with its interval where there is one.

    No value reads "not graded yet" and has no bar: it is not a zero.
    """
    if value is None:
        return {
            "number": gettext("not graded yet"),
            "bar": None,
            "words": words,
            "large": large,
        }
    number = f"{value:.2f}"
    if low is not None and high is not None:
        number = _with_interval(number, f"{low:.2f}", f"{high:.2f}")
    return {
        "number": number,
        "bar": _bar(value, low, high),
        "words": words,
        "large": large,
    }


@register.inclusion_tag("parts/score.html")
def speedup(
    value: float | None,
    low: float | None = None,
    high: float | None = None,
    words: str = "",
    *,
    large: bool = False,
) -> dict[str, Any]:
    """Show a measured speed-up (baseline / candidate) with its interval."""
    if value is None or low is None or high is None:
        return {
            "number": gettext("not measured"),
            "bar": None,
            "words": words,
            "large": large,
        }
    return {
        "number": speedup_words(value, low, high),
        "bar": _bar(*(number / SPEEDUP_BAR_END for number in (value, low, high))),
        "words": words,
        "large": large,
    }


def speedup_words(value: float, low: float, high: float) -> str:
    """Return a speed-up as it is written everywhere: 1.48x (1.45 to 1.51)."""
    return _with_interval(f"{value:.2f}x", f"{low:.2f}", f"{high:.2f}")


def _with_interval(value: str, low: str, high: str) -> str:
    return gettext("%(value)s (%(low)s to %(high)s)") % {
        "value": value,
        "low": low,
        "high": high,
    }


def _bar(value: float, low: float | None, high: float | None) -> dict[str, str]:
    """Return the places of a bar's ends; as text, so that no locale changes them."""

    def place(share: float) -> float:
        return BAR_WIDTH * min(max(share, 0.0), 1.0)

    bar = {"value": f"{place(value):.1f}", "low": "", "high": ""}
    if low is not None and high is not None:
        bar["low"] = f"{BAR_START + place(low):.1f}"
        bar["high"] = f"{BAR_START + place(high):.1f}"
    return bar
