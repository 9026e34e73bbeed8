"""Every text of a page exists in Chinese too, with the same places to fill."""

from __future__ import annotations

import ast
import re
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = ROOT / "frontend" / "templates"
PLURALS: dict[str, str] = {}  # of texts that count something; filled as they are read
CALLS = {"gettext", "gettext_lazy", "_"}
PLACE = re.compile(r"%\((\w+)\)s|(?<!\{)\{(\w+)\}(?!\})")
HAN = re.compile(r"[\u4e00-\u9fff]")
LATIN_BESIDE_HAN = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9%][\u4e00-\u9fff]")
HALF_WIDTH_AFTER_HAN = re.compile(r"[\u4e00-\u9fff][,;:?!](?!//)")


def template_texts(name):
    """Return what a template asks the catalogue for, as it asks at run time."""
    nodes = engines["django"].engine.get_template(name).nodelist
    for node in nodes.get_nodes_by_type(TranslateNode):
        text = node.filter_expression.var.literal or node.filter_expression.var
        yield str(text).replace("%", "%%")  # as Django looks it up
    for node in nodes.get_nodes_by_type(BlockTranslateNode):
        singular, _ = node.render_token_list(node.singular)
        yield singular
        if node.plural:
            plural, _ = node.render_token_list(node.plural)
            PLURALS[singular] = plural
    yield from re.findall(r'_\("([^"]+)"\)', (TEMPLATES / name).read_text())


def python_texts(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in CALLS | {"ngettext"}
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            yield node.args[0].value


def every_text():
    names = sorted(
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*")
        if path.suffix in {".html", ".txt"}
    )
    found = [(name, text) for name in names for text in template_texts(name)]
    for package in ("assessment", "bank", "workers"):
        for path in sorted((ROOT / package).rglob("*.py")):
            where = str(path.relative_to(ROOT))
            found += [(where, text) for text in python_texts(path)]
    return [(where, text) for where, text in found if text.strip(" ·:–")]


class Missing(NullTranslations):
    """What the catalogue answers for a text that it does not have."""

    def gettext(self, message):
        return ""

    def ngettext(self, msgid1, msgid2, n):
        return ""


@cache
def catalogue():
    path = settings.LOCALE_PATHS[0] / "zh_Hans/LC_MESSAGES/django.mo"
    with path.open("rb") as file:
        made = GNUTranslations(file)
    made.add_fallback(Missing())
    return made


def in_chinese(text):
    return catalogue().gettext(text) or catalogue().ngettext(text, "", 1)


def places(text):
    return {old or new for old, new in PLACE.findall(text)}


def test_every_text_of_a_page_has_a_chinese_one():
    missing = sorted(
        {f"{where}: {text}" for where, text in every_text() if not in_chinese(text)}
    )

    assert missing == []


def test_a_chinese_text_fills_the_same_places():
    wrong = []
    for where, text in every_text():
        chinese = in_chinese(text) or ""
        # Chinese has one form, which says what the plural says.
        if chinese and places(chinese) != places(PLURALS.get(text, text)):
            wrong.append(f"{where}: {text}")

    assert wrong == []


def test_chinese_is_set_as_chinese():
    """Full-width punctuation after Han, a space between Han and Latin or digits."""
    wrong = set()
    for _, text in every_text():
        chinese = PLACE.sub("", in_chinese(text) or "")
        if not HAN.search(chinese):
            continue
        chinese = re.sub(r"<[^>]+>", "", chinese)
        if LATIN_BESIDE_HAN.search(chinese) or HALF_WIDTH_AFTER_HAN.search(chinese):
            wrong.add(chinese)

    assert sorted(wrong) == []


@pytest.mark.parametrize(
    "part", sorted((settings.LOCALE_PATHS[0] / "parts").glob("*.po"))
)
def test_the_committed_catalogue_holds_every_part(part):
    joined = (settings.LOCALE_PATHS[0] / "zh_Hans/LC_MESSAGES/django.po").read_text()

    for text in re.findall(r'^msgid "(.+)"$', part.read_text(), re.MULTILINE):
        assert f'msgid "{text}"' in joined
