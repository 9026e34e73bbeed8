"""JSON from strangers: only what every reader understands the same way.

Refused: depth, NaN and infinities, numbers of many digits, a key twice, NUL and half
a surrogate pair (no database stores them), anything that is not UTF-8.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from bank.exchange.archive import text_of
from bank.exchange.errors import JsonRefused

MAX_DEPTH: Final = 16  # a body has eight levels
MAX_DIGITS: Final = 15  # what a double holds exactly
# Possessive, so that an open quotation mark costs one pass and not its square.
_STRING: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")


def parse_json(data: bytes, path: str) -> Any:  # noqa: ANN401 # any JSON
    """Return the values of a JSON file; `path` is what errors call it.

    Raises: `JsonRefused`; `FileRefused` when it is not UTF-8 text.
    """
    text = text_of(data, path)
    if _depth(text) > MAX_DEPTH:
        _refuse(path, f"nested deeper than {MAX_DEPTH}")

    take = _Taker(path)
    try:
        values = json.loads(
            text,
            parse_int=take.whole,
            parse_float=take.fraction,
            parse_constant=take.constant,
            object_pairs_hook=take.pairs,
        )
    except json.JSONDecodeError as error:
        message = f"{path}:{error.lineno}: not JSON: {error.msg}"
        raise JsonRefused(message) from error
    except RecursionError as error:
        message = f"{path}: nested too deeply"
        raise JsonRefused(message) from error
    _check_strings(values, path)
    return values


@dataclass(frozen=True, slots=True)
class _Taker:
    """What the parser asks about each value."""

    path: str

    def whole(self, digits: str) -> int:
        if len(digits) > MAX_DIGITS:
            _refuse(self.path, f"a number of {len(digits)} digits")
        return int(digits)

    def fraction(self, digits: str) -> float:
        value = float(digits)
        if not math.isfinite(value):
            _refuse(self.path, f"the number {digits[:20]} is too large")
        return value

    def constant(self, name: str) -> NoReturn:
        _refuse(self.path, f"{name} is no number")

    def pairs(self, items: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in items:
            if key in found:
                _refuse(self.path, f"the key {key!a} is in one object twice")
            found[key] = value
        return found


def json_bytes(values: object) -> bytes:
    """Return values as JSON that a person can read; equal values, equal bytes."""
    text = json.dumps(values, ensure_ascii=False, indent=1, allow_nan=False)
    return text.encode() + b"\n"


def _depth(text: str) -> int:
    """Return how deep brackets nest, without building anything."""
    deepest = depth = 0
    for bracket in re.findall(r"[\[{}\]]", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _check_strings(values: object, path: str) -> None:
    if isinstance(values, str):
        if _UNSTORABLE.search(values):
            _refuse(path, "a text holds NUL or half a surrogate pair")
    elif isinstance(values, dict):
        for key, value in values.items():
            _check_strings(key, path)
            _check_strings(value, path)
    elif isinstance(values, list):
        for value in values:
            _check_strings(value, path)


def _refuse(path: str, reason: str) -> NoReturn:
    message = f"{path}: {reason}"
    raise JsonRefused(message)
