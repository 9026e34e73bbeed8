"""What two published wordings of a question differ in, place by place. Pure.

Two bodies (see `bank.bodies`) go in. Key points and misconceptions are matched by
their id, errata and sources by their place, works by their title, and texts in a
list by what they say, so a key point that moved up or a phrasing put in front is
not reported as a change of everything behind it.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from grading.inputs import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

# The order in which people read a question; a database may have sorted the keys.
_ORDER: Final = (
    "schema",
    "kind",
    "topic",
    "difficulty",
    "minutes",
    "title",
    "competency",
    "alias_of",
    "sources",
    "rubric",
    "prompt",
    "statement",
    "baseline",
    "folder",
    "digest",
    "key_points",
    "misconceptions",
    "contrasts",
    "id",
    "weight",
    "phrasings",
    *LANGUAGES,
    "opposites",
    "errata",
    "explanation",
    "follow_ups",
    "reading",
    "related",
)
# Left out of paths: each thing is at one place without them.
_SILENT: Final = frozenset({"rubric", "phrasings", "pairs"})
_ONE_OF: Final = {
    "phrasings": "phrasing",
    "contrasts": "contrast",
    "follow_ups": "question",
    "related": "slug",
}
_CONTEXT: Final = 2  # unchanged lines shown around a change in a long text


class Change(StrEnum):
    """What happened at one place."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place at which two wordings differ."""

    path: str  # as in `key_points/online-softmax/zh/phrasing 2`
    kind: Change
    before: str  # empty when added
    after: str  # empty when removed


def differences(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[Difference, ...]:
    """Return where the body `after` differs from `before`, in reading order.

    A text in a list is numbered from 1 as it stands in `after`, a removed one as it
    stood in `before`. An absent value and an empty one are the same: nothing.
    """
    return tuple(_compared((), before, after))


def unified(difference: Difference) -> tuple[str, ...]:
    """Return one difference as lines: its path, then `- ` before and `+ ` after.

    Of a text of several lines only the changed ones are returned, with two
    unchanged lines around them that begin with two spaces.
    """
    before, after = difference.before.splitlines(), difference.after.splitlines()
    lines = [f"{difference.kind}: {difference.path}"]
    if len(before) > 1 and len(after) > 1:
        found = difflib.unified_diff(before, after, n=_CONTEXT, lineterm="")
        # The first two lines name files, of which there are none.
        lines += [
            line if line.startswith("@@") else f"{line[0]} {line[1:]}"
            for line in list(found)[2:]
        ]
    else:
        lines += [f"- {line}" for line in before]
        lines += [f"+ {line}" for line in after]
    return tuple(lines)


_Path = tuple[str, ...]


def _compared(path: _Path, before: object, after: object) -> Iterator[Difference]:
    if before == after:
        return
    if _is_mapping(before, after):
        yield from _mappings(path, _mapping(before), _mapping(after))
    elif _is_list(before, after):
        yield from _lists(path, _list(before), _list(after))
    elif _is_text(before) and _is_text(after):
        yield from _values(path, _said(before), _said(after))
    else:
        # Another form altogether: all of the one goes, all of the other comes.
        yield from _compared(path, before, None)
        yield from _compared(path, None, after)


def _values(path: _Path, before: str, after: str) -> Iterator[Difference]:
    if before == after:
        return
    kind = Change.CHANGED
    if not before:
        kind = Change.ADDED
    elif not after:
        kind = Change.REMOVED
    yield Difference(path=_shown(path), kind=kind, before=before, after=after)


def _mappings(
    path: _Path, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Difference]:
    for key in sorted({*before, *after}, key=_place):
        yield from _compared((*path, key), before.get(key), after.get(key))


def _lists(
    path: _Path, before: Sequence[Any], after: Sequence[Any]
) -> Iterator[Difference]:
    first, second = _named(path, before), _named(path, after)
    if first is not None and second is not None:
        yield from _by_name(path, first, second)
    else:
        yield from _aligned(path, before, after)


def _by_name(
    path: _Path, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Difference]:
    """Compare items that say who they are, and the order of those in both."""
    for name in dict.fromkeys((*before, *after)):
        yield from _compared((*path, name), before.get(name), after.get(name))
    was = [name for name in before if name in after]
    now = [name for name in after if name in before]
    if was != now:
        yield Difference(
            path=_shown((*path, "order")),
            kind=Change.CHANGED,
            before=", ".join(was),
            after=", ".join(now),
        )


def _aligned(
    path: _Path, before: Sequence[Any], after: Sequence[Any]
) -> Iterator[Difference]:
    """Compare items that are only what they say."""
    first = [_said(item) for item in before]
    second = [_said(item) for item in after]
    one = next((_ONE_OF[key] for key in reversed(path) if key in _ONE_OF), "item")
    matcher = difflib.SequenceMatcher(a=first, b=second, autojunk=False)
    for tag, start, end, low, high in matcher.get_opcodes():
        if tag == "equal":
            continue
        for offset in range(max(end - start, high - low)):
            old, new = start + offset, low + offset
            was = before[old] if old < end else None
            now = after[new] if new < high else None
            number = (new if now is not None else old) + 1
            yield from _compared((*path, f"{one} {number}"), was, now)


def _named(path: _Path, items: Sequence[Any]) -> dict[str, Any] | None:
    """Return items under their names, or nothing when they have none."""
    named: dict[str, Any] = {}
    seen: Counter[str] = Counter()
    for item in items:
        name = _name(path, item)
        if name is None:
            return None
        seen[name] += 1
        named[name if seen[name] == 1 else f"{name} ({seen[name]})"] = item
    return named


def _name(path: _Path, item: object) -> str | None:
    if not isinstance(item, Mapping):
        return None
    if "id" in item:
        return str(item["id"])
    if "document" in item and "number" in item:
        return f"{item['document']} {item['number']}"
    if path[-1:] == ("reading",) and "title" in item:
        return str(item["title"])
    return None


def _is_mapping(before: object, after: object) -> bool:
    return all(value is None or isinstance(value, Mapping) for value in (before, after))


def _is_list(before: object, after: object) -> bool:
    """Say whether these are lists to look into."""
    return all(
        value is None or (isinstance(value, list) and not _is_pairs(value))
        for value in (before, after)
    )


def _is_text(value: object) -> bool:
    """Say whether there is nothing to look into; a contrast's pairs are one text."""
    return not isinstance(value, Mapping | list) or _is_pairs(value)


def _is_pairs(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, list) for item in value)
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _said(value: object) -> str:
    """Return a value as text: `a: b / c: d` for a contrast's pairs."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "\n".join(
            f"{key}: {_said(value[key])}" for key in sorted(value, key=_place)
        )
    if isinstance(value, list):
        if _is_pairs(value):
            return " / ".join(": ".join(map(_said, pair)) for pair in value)
        return "\n".join(map(_said, value))
    return str(value)


def _place(key: str) -> tuple[int, str]:
    return (_ORDER.index(key) if key in _ORDER else len(_ORDER), key)


def _shown(path: _Path) -> str:
    # An item that says who it is may hold a slash; only our own words separate.
    return "/".join(part for part in path if part not in _SILENT)
