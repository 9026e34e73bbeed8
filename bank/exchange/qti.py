"""Text questions as a QTI 3.0 content package, and what that cannot say.

https://www.imsglobal.org/spec/qti/v3p0/

    imsmanifest.xml             one resource for each item, one for each extension
    items/<slug>.<language>.xml an item with one extended-text interaction
    inferview/<slug>.json       our record of the question, and its items' checksums

    title, prompt       title of the item, its prompt, a paragraph for each line
    key points          a rubric block for the scorer: "[weight] statement"
    sum of the weights  normal-maximum of SCORE, and MAXSCORE
    language            xml:lang; one item for each language of the prompt

Everything else has no place in an item. It travels in the extension, which other
systems carry along or drop; the report says what and how much.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, SubElement

from bank.exchange.archive import archive_of
from bank.exchange.errors import NotExportable
from bank.exchange.records import record_of
from bank.exchange.strict_json import json_bytes
from bank.exchange.strict_xml import sayable, xml_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bank.definitions import TextQuestion

ITEM_SPACE: Final = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
PACKAGE_SPACE: Final = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
XML_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
ITEM_TYPE: Final = "imsqti_item_xmlv3p0"
MANIFEST: Final = "imsmanifest.xml"
EXTENSION: Final = "inferview"  # the folder, and what its files are called
EXTENSION_FORMAT: Final = "inferview-qti"
EXTENSION_SCHEMA: Final = 1
EXPECTED_LINES: Final = 15
_FENCE: Final = re.compile(r"[ ]{0,3}(```|~~~)")


class Fate(StrEnum):
    """What became of something that QTI has no place for."""

    EXTENSION = "only in inferview/"
    CHANGED = "changed"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One line of the report."""

    fate: Fate
    where: str  # a file of the package, a slug, or how many questions
    what: str

    def __str__(self) -> str:
        return f"{self.fate}: {self.what} ({self.where})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A package and its report."""

    data: bytes
    items: int
    losses: tuple[Loss, ...]


def export_package(questions: Sequence[TextQuestion], *, created_by: str) -> Export:
    """Return a package of these questions; equal questions give equal bytes.

    Raises: `NotExportable` for a question without a prompt.
    """
    files: dict[str, bytes] = {}
    resources: list[Element] = []
    losses: list[Loss] = []
    for question in questions:
        items = dict(_items(question, created_by))
        if not items:
            message = f"{question.slug}: has no prompt in any language"
            raise NotExportable(message)
        extension = f"{EXTENSION}/{question.slug}.json"
        files.update(items)
        files[extension] = json_bytes(_extension(question, items))
        resources.extend(_resources(question.slug, items, extension))
        losses.extend(_changes(question))
    files[MANIFEST] = xml_bytes(_manifest(resources), layout=True)
    return Export(
        data=archive_of(files),
        items=sum(name.startswith("items/") for name in files),
        losses=(*losses, *_left_to_extension(questions)),
    )


def _extension(question: TextQuestion, items: dict[str, bytes]) -> dict[str, object]:
    return {
        "format": EXTENSION_FORMAT,
        "schema": EXTENSION_SCHEMA,
        "record": record_of(question),
        "items": [
            {"path": name, "sha256": hashlib.sha256(items[name]).hexdigest()}
            for name in sorted(items)
        ],
    }


def _manifest(resources: Iterable[Element]) -> Element:
    root = Element("manifest", {"xmlns": PACKAGE_SPACE, "identifier": "inferview"})
    about = SubElement(root, "metadata")
    SubElement(about, "schema").text = "QTI Package"
    SubElement(about, "schemaversion").text = "3.0.0"
    SubElement(root, "organizations")
    SubElement(root, "resources").extend(resources)
    return root


def _resources(slug: str, items: Iterable[str], extension: str) -> Iterator[Element]:
    ours = f"x-{slug}"
    for name in items:
        item = Element(
            "resource",
            {"identifier": _identifier(name), "type": ITEM_TYPE, "href": name},
        )
        SubElement(item, "file", {"href": name})
        SubElement(item, "dependency", {"identifierref": ours})
        yield item
    carried = Element(
        "resource", {"identifier": ours, "type": "webcontent", "href": extension}
    )
    SubElement(carried, "file", {"href": extension})
    yield carried


def _identifier(name: str) -> str:
    """Return an identifier for an item's file: it must begin with a letter."""
    stem = name.removeprefix("items/").removesuffix(".xml").replace(".", "-")
    return f"q-{stem}"


def _items(question: TextQuestion, created_by: str) -> Iterator[tuple[str, bytes]]:
    for language, prompt in question.rubric.prompt.items():
        name = f"items/{question.slug}.{language}.xml"
        title = question.title.get(language) or next(iter(question.title.values()))
        root = Element(
            "qti-assessment-item",
            {
                "xmlns": ITEM_SPACE,
                "identifier": _identifier(name),
                "title": sayable(title),
                "adaptive": "false",
                "time-dependent": "false",
                XML_LANGUAGE: language,
                "tool-name": "inferview",
                "tool-version": created_by,
            },
        )
        _declare(root, sum(point.weight for point in question.rubric.key_points))
        body = SubElement(root, "qti-item-body")
        _rubric(body, question, language)
        asked = SubElement(
            body,
            "qti-extended-text-interaction",
            {"response-identifier": "RESPONSE", "expected-lines": str(EXPECTED_LINES)},
        )
        _paragraphs(SubElement(asked, "qti-prompt"), sayable(prompt))
        yield name, xml_bytes(root, layout=True)


def _declare(root: Element, most: float) -> None:
    response = {"identifier": "RESPONSE", "cardinality": "single"}
    SubElement(root, "qti-response-declaration", {**response, "base-type": "string"})
    number = {"cardinality": "single", "base-type": "float"}
    SubElement(
        root,
        "qti-outcome-declaration",
        {
            "identifier": "SCORE",
            **number,
            "normal-minimum": "0",
            "normal-maximum": f"{most:g}",
            "external-scored": "human",
        },
    )
    maximum = SubElement(
        root, "qti-outcome-declaration", {"identifier": "MAXSCORE", **number}
    )
    default = SubElement(maximum, "qti-default-value")
    SubElement(default, "qti-value").text = f"{most:g}"


def _rubric(body: Element, question: TextQuestion, language: str) -> None:
    block = SubElement(body, "qti-rubric-block", {"use": "scoring", "view": "scorer"})
    points = SubElement(SubElement(block, "qti-content-body"), "ul")
    for point in question.rubric.key_points:
        statement = sayable(point.statement(language))
        SubElement(points, "li").text = f"[{point.weight:g}] {statement}"


def _paragraphs(parent: Element, text: str) -> None:
    """Write a paragraph for each line, and code as it stands."""
    code: list[str] | None = None
    for line in text.split("\n"):
        if _FENCE.match(line):
            if code is None:
                code = []
            else:
                SubElement(parent, "pre").text = "\n".join(code)
                code = None
        elif code is not None:
            code.append(line)
        elif line.strip():
            SubElement(parent, "p").text = line.strip()
    for line in code or ():  # a fence that nobody closed is text
        if line.strip():
            SubElement(parent, "p").text = line.strip()


# -- the report -----------------------------------------------------------------------


def _changes(question: TextQuestion) -> Iterator[Loss]:
    prompts = question.rubric.prompt.values()
    if any(sayable(prompt) != prompt for prompt in prompts):
        what = "characters that XML cannot hold, left out of the prompt"
        yield Loss(fate=Fate.CHANGED, where=question.slug, what=what)
    if any(re.search(r"[`*_]{1,3}\S|^#|\]\(", prompt) for prompt in prompts):
        what = "Markdown in the prompt, shown as it is typed"
        yield Loss(fate=Fate.CHANGED, where=question.slug, what=what)


def _left_to_extension(questions: Sequence[TextQuestion]) -> Iterator[Loss]:
    """Yield a line for each kind of content, with how much of it there is."""
    for what in _CONTENT:
        amounts = [_amounts(question)[what] for question in questions]
        holding = sum(amount > 0 for amount in amounts)
        if holding:
            where = f"{sum(amounts)} in {holding} questions"
            yield Loss(fate=Fate.EXTENSION, where=where, what=what)


_CONTENT: Final = (
    "state, topic, difficulty, minutes",
    "further phrasings of key points",
    "opposites",
    "phrasings of misconceptions",
    "contrasts",
    "competency",
    "errata",
    "sources",
    "related questions",
    "follow-ups",
    "reading",
    "explanation",
    "that it repeats another question",
)


def _amounts(question: TextQuestion) -> dict[str, int]:
    rubric = question.rubric
    phrasings = sum(
        len(texts) - 1
        for point in rubric.key_points
        for texts in point.phrasings.values()
    )
    misconceptions = sum(
        len(texts)
        for wrong in rubric.misconceptions
        for texts in wrong.phrasings.values()
    )
    amounts = (
        1,
        phrasings,
        sum(len(point.opposites) for point in rubric.key_points),
        misconceptions,
        len(rubric.contrasts),
        int(question.competency is not None),
        len(question.errata),
        len(question.sources),
        len(question.related),
        sum(map(len, (question.follow_ups or {}).values())),
        len(question.reading),
        int(question.explanation is not None),
        int(bool(question.alias_of)),
    )
    return dict(zip(_CONTENT, amounts, strict=True))
