"""A QTI 3.0 content package to text questions, and what was left behind.

A package of ours brings its questions whole, in its extension. An item of anybody
else becomes a draft: its prompt is the question, what it tells the scorer (else its
sample response) are the key points, and a person makes a question of it. Only items
with one extended-text interaction are questions for us; the report names the others.
Nothing outside the package is ever looked at.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NoReturn
from urllib.parse import unquote, urlsplit

from bank.definitions import Source, State, TextQuestion
from bank.documents import (
    IMPORTED_DIFFICULTY,
    IMPORTED_MINUTES,
    IMPORTED_TOPIC,
    MAX_HEADING,
    MAX_LINE,
    MAX_POINTS,
    MAX_TEXT,
    document_slug,
)
from bank.exchange.archive import entries_of, unsafe
from bank.exchange.errors import PackageRefused, QuestionsRefused
from bank.exchange.qti import (
    EXTENSION,
    EXTENSION_FORMAT,
    EXTENSION_SCHEMA,
    ITEM_TYPE,
    MANIFEST,
    XML_LANGUAGE,
    Fate,
    Loss,
)
from bank.exchange.records import check_rules, question_of_record
from bank.exchange.strict_json import parse_json
from bank.exchange.strict_xml import local, namespace, parse_xml, within
from grading.inputs import LANGUAGES, KeyPoint, Rubric

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from xml.etree.ElementTree import Element

    from bank.exchange.checking import Known

MAX_ITEMS: Final = 1_000
MAX_DOCUMENT: Final = 200  # characters of the package's name, as long as the column
_EXTENSION_KEYS: Final = frozenset({"format", "schema", "record", "items"})
_BASE: Final = "{http://www.w3.org/XML/1998/namespace}base"
_OLD: Final = re.compile(r"imsqti_(item_)?(v2|xmlv2|xmlv1)|ims_qtiasiv1|qti_v2")
_HAN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN: Final = re.compile(r"[A-Za-z]")
_HAN_SHARE: Final = 0.2  # of the letters, from which a text counts as Chinese
_WEIGHT: Final = re.compile(r"\[(\d{1,3}(?:\.\d{1,3})?)\]\s*(\S.*)")
_SENTENCE_END: Final = re.compile(r"(?<=[。！？；])|(?<=[.!?;])\s+")
_KEPT: Final = "\0"  # a space of code, until lines are made; no XML holds one
_BLOCKS: Final = frozenset(
    {
        "p",
        "div",
        "li",
        "br",
        "pre",
        "tr",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "table",
        "section",
        "article",
        "qti-prompt",
        "qti-content-body",
        "qti-item-body",
    }
)
_MEDIA: Final = frozenset(
    {
        "img",
        "object",
        "audio",
        "video",
        "picture",
        "svg",
        "math",
        "iframe",
        "embed",
        "include",
    }
)
_APART: Final = frozenset(
    {
        "qti-rubric-block",
        "qti-feedback-block",
        "qti-feedback-inline",
        "qti-template-block",
        "qti-template-inline",
        "qti-stylesheet",
        "qti-catalog-info",
        "script",
        "style",
    }
)
_UNUSED: Final = {
    "qti-response-processing": "response processing",
    "qti-modal-feedback": "feedback",
    "qti-feedback-block": "feedback",
    "qti-feedback-inline": "feedback",
    "qti-template-declaration": "template variables",
    "qti-stylesheet": "a style sheet",
    "qti-catalog-info": "catalogues",
    "qti-companion-materials-info": "companion materials",
    "qti-assessment-stimulus-ref": "a shared stimulus",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What a package holds."""

    whole: tuple[TextQuestion, ...]  # ours, as they were exported
    drafts: tuple[TextQuestion, ...]  # anybody's items
    losses: tuple[Loss, ...]


def read_package_bytes(data: bytes, path: str, known: Known) -> Package:
    """Return a package's questions, all that can be read or nothing.

    `known` gives questions of the bank, for aliases of what is not in the package.

    Raises: `ArchiveRefused` and its kinds, `XmlRefused`, `JsonRefused`;
        `PackageRefused` when it is no QTI 3 package, refers outside of itself, or
        holds items that were changed after we exported them; `QuestionsRefused`.
    """
    files = entries_of(data, path)
    if MANIFEST not in files:
        _refuse(path, f"no {MANIFEST} in it; not a QTI package")
    manifest = parse_xml(files[MANIFEST], f"{path}/{MANIFEST}")
    losses: list[Loss] = []
    items = _listed(manifest, files, path, losses)
    whole, covered = _extended(files, path, known)
    drafts = []
    for number, name in enumerate(items, start=1):
        if name not in covered:
            item = _Item(name, number, path, losses)
            draft = item.question(parse_xml(files[name], f"{path}/{name}"))
            drafts.extend([draft] if draft else [])
    names = [draft.slug for draft in drafts]
    for name in names:
        if names.count(name) > 1:
            _refuse(path, f"two items have the same identifier (slug {name})")
    if not whole and not drafts:
        said = f"; {losses[0]}" if losses else ""
        _refuse(path, f"no question in it that we can ask{said}")
    return Package(whole=whole, drafts=tuple(drafts), losses=tuple(losses))


def _listed(
    manifest: Element, files: Mapping[str, bytes], path: str, losses: list[Loss]
) -> tuple[str, ...]:
    """Return the items that the manifest names, in its order."""
    if local(manifest) != "manifest":
        _refuse(path, f"{MANIFEST} is no manifest of a content package")
    items: dict[str, None] = {}
    for resource in within(manifest, "resource"):
        kind = resource.get("type", "")
        href = resource.get("href", "")
        if _OLD.match(kind.casefold()):
            _refuse(path, f"holds {kind!a}: QTI 1 and 2 are not read; make it QTI 3")
        if not kind.startswith(ITEM_TYPE):
            if not href.startswith(f"{EXTENSION}/"):
                what = f"a resource of the type {kind[:60]!a}"
                losses.append(Loss(fate=Fate.LOST, where=ascii(href[:200]), what=what))
            continue
        if resource.get(_BASE) or manifest.get(_BASE):
            _refuse(path, f"{MANIFEST} uses xml:base, which is not read")
        items[_inner(href, files, path)] = None
        if len(items) > MAX_ITEMS:
            _refuse(path, f"more than {MAX_ITEMS} items")
    return tuple(items)


def _inner(href: str, files: Mapping[str, bytes], path: str) -> str:
    """Return the file of the package that a reference means."""
    try:
        parts = urlsplit(href)
        name = unquote(parts.path, errors="strict")
    except ValueError:
        _refuse(path, f"{href[:100]!a} is no reference")
    if parts.scheme or parts.netloc or unsafe(name):
        _refuse(path, f"refers to {href[:100]!a}, outside the package")
    if name not in files:
        _refuse(path, f"{MANIFEST} names {name!a}, which is not in the package")
    return name


def _refuse(path: str, reason: str) -> NoReturn:
    message = f"{path}: {reason}"
    raise PackageRefused(message)


# -- packages of ours -----------------------------------------------------------------


def _extended(
    files: Mapping[str, bytes], path: str, known: Known
) -> tuple[tuple[TextQuestion, ...], frozenset[str]]:
    """Return the questions that come whole, and the items that they stand for."""
    questions: dict[str, TextQuestion] = {}
    covered: set[str] = set()
    problems: list[tuple[str, str]] = []
    for name, content in files.items():
        if not name.startswith(f"{EXTENSION}/"):
            continue
        place = f"{path}/{name}"
        extension = parse_json(content, place)
        if not isinstance(extension, dict) or set(extension) != _EXTENSION_KEYS:
            _refuse(path, f"{name} is not our extension")
        if extension["format"] != EXTENSION_FORMAT:
            _refuse(path, f"{name}: the format is not {EXTENSION_FORMAT!r}")
        if extension["schema"] != EXTENSION_SCHEMA:
            _refuse(path, f"{name}: the schema is not {EXTENSION_SCHEMA}")
        covered.update(_same_items(extension["items"], files, name, path))
        question = question_of_record(extension["record"], f"{name}#/record", problems)
        if question is not None:
            if name != f"{EXTENSION}/{question.slug}.json":
                problems.append((f"{name}#/record/slug", "is not the file's name"))
            questions[f"{name}#/record/body"] = question
    check_rules(questions, known, problems)
    if problems:
        raise QuestionsRefused(
            [f"{path}/{pointer}: {reason}" for pointer, reason in problems]
        )
    return tuple(questions.values()), frozenset(covered)


def _same_items(
    listed: Any,  # noqa: ANN401 # any JSON
    files: Mapping[str, bytes],
    extension: str,
    path: str,
) -> Iterator[str]:
    if not isinstance(listed, list) or not listed:
        _refuse(path, f"{extension}: items must be a list")
    for item in listed:
        if not isinstance(item, dict) or set(item) != {"path", "sha256"}:
            _refuse(path, f"{extension}: an item has exactly path and sha256")
        name = item["path"]
        content = files.get(name) if isinstance(name, str) else None
        if content is None or hashlib.sha256(content).hexdigest() != item["sha256"]:
            _refuse(
                path,
                f"{name!a} is not the item that we exported; take the folder "
                f"{EXTENSION}/ out of the package to read its items as drafts",
            )
        yield name


# -- anybody's items ------------------------------------------------------------------


@dataclass(slots=True)
class _Item:
    """One item on its way to a draft."""

    name: str
    number: int  # in the manifest
    path: str
    losses: list[Loss] = field(repr=False)

    def lose(self, what: str, fate: Fate = Fate.LOST) -> None:
        self.losses.append(Loss(fate=fate, where=self.name, what=what))

    def question(self, root: Element) -> TextQuestion | None:
        """Return the draft, or None after saying why there is none."""
        if _OLD.search(namespace(root).casefold()) or local(root) == "assessmentItem":
            _refuse(
                self.path, f"{self.name} is QTI 2, which is not read; make it QTI 3"
            )
        if local(root) != "qti-assessment-item" or "v3p0" not in namespace(root):
            _refuse(self.path, f"{self.name} is no QTI 3 item")
        body = next(within(root, "qti-item-body"), None)
        found = [e for e in root.iter() if local(e).endswith("-interaction")]
        kinds = [local(interaction) for interaction in found]
        if body is None or kinds != ["qti-extended-text-interaction"]:
            listed = ", ".join(dict.fromkeys(kinds)) or "no interaction"
            self.lose(f"an item with {listed[:200]}, left out")
            return None
        self._note_unused(root)
        prompt = self._cut("\n".join(_lines(body, _APART)), MAX_TEXT, "the prompt")
        points = self._points(root)
        if not prompt or not points:
            missing = "a prompt" if not prompt else "a rubric or a sample response"
            self.lose(f"an item without {missing}, left out")
            return None
        language = self._language(root, prompt)
        return self._draft(root, prompt, points, language) if language else None

    def _draft(
        self, root: Element, prompt: str, points: list[tuple[float, str]], language: str
    ) -> TextQuestion:
        title = " ".join(_clean(root.get("title", "")).split())
        title = title or prompt.partition("\n")[0]
        identifier = root.get("identifier", "") or str(self.number)
        package = re.split(r"[/\\]", self.path)[-1]
        stem = re.sub(r"\.zip$", "", package, flags=re.IGNORECASE)
        return TextQuestion(
            slug=document_slug(f"{stem} {identifier}"),
            state=State.DRAFT,
            topic=IMPORTED_TOPIC,
            difficulty=IMPORTED_DIFFICULTY,
            minutes=IMPORTED_MINUTES,
            title={language: self._cut(title, MAX_HEADING, "the title")},
            rubric=Rubric(
                prompt={language: prompt},
                key_points=tuple(
                    KeyPoint(
                        id=f"p{place}", weight=weight, phrasings={language: (text,)}
                    )
                    for place, (weight, text) in enumerate(points, start=1)
                ),
            ),
            sources=(Source(document=package[:MAX_DOCUMENT], number=self.number),),
        )

    def _note_unused(self, root: Element) -> None:
        for element in root.iter():
            name = local(element)
            if name in _UNUSED:
                self.lose(_UNUSED[name])
            elif name in _MEDIA:
                self.lose(f"<{name}>")
        for block in within(root, "qti-rubric-block"):
            if "scorer" not in _views(block):
                self.lose(f"a rubric block for {block.get('view', 'nobody')[:60]!a}")

    def _points(self, root: Element) -> list[tuple[float, str]]:
        """Return weight and text of what the scorer, or the sample, says."""
        lines = [
            line
            for block in within(root, "qti-rubric-block")
            if "scorer" in _views(block)
            for line in _lines(block, frozenset({"script", "style"}))
        ]
        if not lines:
            lines = [
                line
                for response in within(root, "qti-correct-response")
                for line in _lines(response, frozenset())
            ]
            if lines:
                self.lose("a sample response, now key points", Fate.CHANGED)
        if len(lines) == 1:
            lines = [part.strip() for part in _SENTENCE_END.split(lines[0])]
        points: dict[str, float] = {}
        for line in lines:
            weighed = _WEIGHT.fullmatch(line)
            text = weighed[2] if weighed else line
            weight = float(weighed[1]) if weighed else 1.0
            if any(map(str.isalnum, text)) and weight > 0:
                points.setdefault(self._cut(text, MAX_LINE, "a key point"), weight)
        if len(points) > MAX_POINTS:
            self.lose(f"key points beyond the first {MAX_POINTS}")
        return [(weight, text) for text, weight in points.items()][:MAX_POINTS]

    def _language(self, root: Element, prompt: str) -> str:
        declared = root.get(XML_LANGUAGE, "").casefold().partition("-")[0]
        if declared in LANGUAGES:
            return declared
        if declared:
            self.lose(f"an item in the language {declared[:20]!a}, left out")
            return ""
        han, latin = len(_HAN.findall(prompt)), len(_LATIN.findall(prompt))
        return "zh" if han and han >= _HAN_SHARE * (han + latin) else "en"

    def _cut(self, text: str, most: int, what: str) -> str:
        if len(text) > most:
            self.lose(f"{what} beyond {most} characters")
        return text[:most].rstrip()


def _views(block: Element) -> list[str]:
    return block.get("view", "").replace(",", " ").split()


def _lines(element: Element, apart: frozenset[str]) -> list[str]:
    """Return an element's text, a line for each block, without what stands apart."""
    text = re.sub(r" *\n *", "\n", "".join(_pieces(element, apart, code=False)))
    lines = (_clean(line.replace(_KEPT, " ")).rstrip() for line in text.split("\n"))
    return [line for line in lines if line.strip()]


def _pieces(element: Element, apart: frozenset[str], *, code: bool) -> Iterator[str]:
    name = local(element)
    code = code or name == "pre"
    edge = "\n" if name in _BLOCKS else ""
    yield edge
    yield _spaced(element.text, code=code)
    for child in element:
        if local(child) not in apart:
            yield from _pieces(child, apart, code=code)
        yield _spaced(child.tail, code=code)
    yield edge


def _spaced(text: str | None, *, code: bool) -> str:
    if code:
        return (text or "").replace(" ", _KEPT)
    return re.sub(r"\s+", " ", text or "")


def _clean(text: str) -> str:
    """Return the text in normal form C without control characters."""
    kept = (
        character
        for character in unicodedata.normalize("NFC", text)
        if character == "\t" or unicodedata.category(character) not in {"Cc", "Cf"}
    )
    return "".join(kept)
