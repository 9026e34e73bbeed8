"""Markdown of questions and statements as HTML that is safe to show."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

# Headings of a text begin below the page's own.
HEADING_SHIFT: Final = 2
DEEPEST_HEADING: Final = 6
TAGS: Final = {
    *("p", "br", "hr", "strong", "em", "del", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "a", "h3", "h4", "h5", "h6", "sub", "sup"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES: Final = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES: Final = {"http", "https", "mailto"}

_parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


@lru_cache(maxsize=512)
def html_of(text: str) -> SafeString:
    """Return Markdown as HTML without scripts, styles, images or foreign schemes."""
    tokens = _parser.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            level = min(int(token.tag[1]) + HEADING_SHIFT, DEEPEST_HEADING)
            token.tag = f"h{level}"
    made = _parser.renderer.render(tokens, _parser.options, {})
    clean = nh3.clean(
        made,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    # Code wider than the page is scrolled, also by who has no mouse.
    clean = clean.replace("<pre>", '<pre tabindex="0">')
    return mark_safe(clean)  # noqa: S308  # nh3 has just cleaned it
