"""YAML that remembers its lines: a file becomes nodes that can say where they stand.

Stricter than YAML itself. Scalars stay the text that the author typed (`no` is a
word, `1.10` keeps its zero) until somebody asks for a number. Anchors, aliases,
tags, a second document, duplicate keys, deep nesting and large files are refused,
so reading takes time and memory in proportion to the file.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

import yaml

from bank.errors import QuestionFormatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MAX_BYTES: Final = 512 * 1024  # the longest question we have is a tenth of it
MAX_DEPTH: Final = 12
_WHOLE: Final = re.compile(r"\d{1,9}")
_DECIMAL: Final = re.compile(r"\d{1,9}(\.\d{1,9})?")
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a file. `line` counts from 1."""

    path: str
    line: int

    def refuse(self, reason: str) -> NoReturn:
        """Raise `QuestionFormatError` at this node's place."""
        raise QuestionFormatError(self.path, self.line, reason)

    def mapping(self, what: str) -> Mapping:
        """Return this node as a mapping, or refuse it."""
        if not isinstance(self, Mapping):
            self.refuse(f"{what} must be a mapping (key: value)")
        return self

    def sequence(self, what: str) -> Sequence:
        """Return this node as a list, or refuse it."""
        if not isinstance(self, Sequence):
            self.refuse(f"{what} must be a list")
        return self

    def text(self, what: str, *, lines: bool = False) -> str:
        """Return this node as text without outer white space; never empty.

        `lines` says whether it may hold line breaks.
        """
        if not isinstance(self, Scalar):
            self.refuse(f"{what} must be text; quote it if it holds ': ' or '['")
        value = unicodedata.normalize("NFC", self.value.strip())
        if not value:
            self.refuse(f"{what} is empty")
        if not lines and "\n" in value:
            self.refuse(f"{what} must be one line")
        for character in value:
            if character != "\n" and unicodedata.category(character) in {"Cc", "Cf"}:
                self.refuse(f"{what} holds the control character {character!a}")
        return value

    def whole(self, what: str, *, low: int, high: int) -> int:
        """Return this node as an integer in [low, high]."""
        text = self.value if isinstance(self, Scalar) else ""
        if not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
            self.refuse(f"{what} must be a whole number from {low} to {high}")
        return int(text)

    def positive(self, what: str) -> float:
        """Return this node as a number above zero."""
        text = self.value if isinstance(self, Scalar) else ""
        if not _DECIMAL.fullmatch(text) or float(text) <= 0:
            self.refuse(f"{what} must be a number above 0")
        return float(text)


@dataclass(frozen=True, slots=True)
class Scalar(Node):
    """One text, as typed."""

    value: str


@dataclass(frozen=True, slots=True)
class Sequence(Node):
    """A list of nodes."""

    items: tuple[Node, ...]

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)


@dataclass(frozen=True, slots=True)
class Mapping(Node):
    """Nodes by key, each key once, with the line of every key."""

    values: dict[str, Node]
    key_lines: dict[str, int]

    def __getitem__(self, key: str) -> Node:
        """Return the node at `key`, or refuse the mapping."""
        if key not in self.values:
            self.refuse(f"{key!r} is missing")
        return self.values[key]

    def get(self, key: str) -> Node | None:
        """Return the node at `key`, if any."""
        return self.values.get(key)

    def only(self, allowed: Iterable[str], what: str) -> None:
        """Refuse a key that is not among `allowed`."""
        known = tuple(allowed)
        for key, line in self.key_lines.items():
            if key not in known:
                reason = f"{what} has the unknown key {key!r}; known: "
                raise QuestionFormatError(self.path, line, reason + ", ".join(known))


def read_yaml(path: Path) -> Mapping:
    """Read a file whose top is a mapping.

    Raises: `QuestionFormatError` with file, line and reason, whatever is wrong.
    """
    return parse_yaml(read_text(path), str(path))


def read_text(path: Path) -> str:
    """Read one UTF-8 file of at most `MAX_BYTES`.

    Raises: `QuestionFormatError` when it is missing, too large or not UTF-8.
    """
    name = str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        raise QuestionFormatError(name, 1, reason) from error
    if len(data) > MAX_BYTES:
        raise QuestionFormatError(name, 1, f"larger than {MAX_BYTES // 1024} KiB")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        reason = f"not UTF-8 at byte {error.start}"
        raise QuestionFormatError(name, line, reason) from error


def parse_yaml(text: str, path: str) -> Mapping:
    """Turn YAML text into nodes; `path` is what errors call the file.

    Raises: `QuestionFormatError`.
    """
    loader = _LOADER(text)
    try:
        return _Composer(path).compose(iter(loader.get_event, None))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise QuestionFormatError(path, line, f"not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        first = str(error).splitlines()[0]
        raise QuestionFormatError(path, 1, f"not YAML: {first}") from error
    finally:
        loader.dispose()


class _Composer:
    """Build nodes out of parser events, refusing what the format does not use."""

    def __init__(self, path: str) -> None:
        self.path = path

    def compose(self, events: Iterator[yaml.Event]) -> Mapping:
        top: Node | None = None
        for event in events:
            if isinstance(event, yaml.StreamStartEvent | yaml.DocumentEndEvent):
                continue
            if isinstance(event, yaml.StreamEndEvent):
                break
            if isinstance(event, yaml.DocumentStartEvent):
                if top is not None:
                    self._refuse(event, "a second YAML document in one file")
                continue
            top = self._node(event, events, depth=1)
        if top is None:
            raise QuestionFormatError(self.path, 1, "the file is empty")
        return top.mapping("the file")

    def _node(
        self, event: yaml.Event, events: Iterator[yaml.Event], *, depth: int
    ) -> Node:
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, "aliases (*name) are not allowed; quote a leading *")
        if getattr(event, "anchor", None) is not None:
            self._refuse(event, "anchors (&name) are not allowed; quote a leading &")
        if getattr(event, "tag", None) not in {None, "!"}:
            self._refuse(event, "tags (!name) are not allowed; quote a leading !")
        if depth > MAX_DEPTH:
            self._refuse(event, f"nested deeper than {MAX_DEPTH}")
        line = _line(event)
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(self.path, line, event.value)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(item := next(events), yaml.SequenceEndEvent):
                items.append(self._node(item, events, depth=depth + 1))
            return Sequence(self.path, line, tuple(items))
        return self._mapping(line, events, depth=depth)

    def _mapping(
        self, line: int, events: Iterator[yaml.Event], *, depth: int
    ) -> Mapping:
        values: dict[str, Node] = {}
        key_lines: dict[str, int] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key_node = self._node(event, events, depth=depth + 1)
            key = key_node.text("a key")
            if key in values:
                key_node.refuse(
                    f"the key {key!r} is here twice, first in line {key_lines[key]}"
                )
            key_lines[key] = key_node.line
            values[key] = self._node(next(events), events, depth=depth + 1)
        return Mapping(self.path, line, values, key_lines)

    def _refuse(self, event: yaml.Event, reason: str) -> NoReturn:
        raise QuestionFormatError(self.path, _line(event), reason)


def _line(event: yaml.Event) -> int:
    mark = event.start_mark
    return mark.line + 1 if mark else 1
