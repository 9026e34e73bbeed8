"""Vectors of texts that come again: key points and background, kept by (encoder, text).

Candidates' own words are never kept: only what `recall` is asked for is, and that
is the bank's and ours.
"""

from __future__ import annotations

import functools
import hashlib
import sqlite3
from typing import TYPE_CHECKING, Final

import numpy as np

from grading.text.pooling import encoded_parts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from grading.text.encoder import Encoder, Matrix
    from grading.text.pooling import Span

_MOST_REMEMBERED: Final = 40_000  # texts in memory: 60 MB at 384 numbers each
_STACKS: Final = 12  # lists of texts whose matrix is kept: an answer asks for 8
_ASKED_AT_ONCE: Final = 500  # of SQLite in one statement
_PATIENCE_SECONDS: Final = 5.0  # for another process that writes the same file


class Remembering:
    """An encoder that keeps the vectors of texts which are asked for again.

    In the process, and in one SQLite file per encoder when a folder is given. The
    file is a convenience: one that is damaged, locked or not writable is left
    alone, and the vectors are computed.
    """

    def __init__(self, encoder: Encoder, folder: Path | None = None) -> None:
        self._encoder = encoder
        self._known: dict[str, Matrix] = {}
        self._stack = functools.lru_cache(maxsize=_STACKS)(self._stacked)
        self._file: _VectorFile | None = None
        if folder is not None:
            self._file = _VectorFile(folder / f"{_safe(encoder.name)}.sqlite3")

    @property
    def name(self) -> str:
        """Say which model in which revision."""
        return self._encoder.name

    @property
    def device(self) -> str:
        """Say where it runs."""
        return self._encoder.device

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Return one unit row per text; nothing is kept."""
        return self._encoder.encode(texts)

    def encode_parts(
        self, texts: Sequence[str], parts: Sequence[Sequence[Span]]
    ) -> Matrix:
        """Return the rows of texts and their parts; nothing is kept."""
        return encoded_parts(self._encoder, texts, parts)

    def recall(self, texts: Sequence[str]) -> Matrix:
        """Return one unit row per text, and keep them; see `Encoder.encode`.

        The rows belong to this object: they cannot be written.
        """
        return self._stack(tuple(texts))

    def _stacked(self, texts: tuple[str, ...]) -> Matrix:
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        if missing:
            if len(self._known) + len(missing) > _MOST_REMEMBERED:
                self._known.clear()
                missing = list(dict.fromkeys(texts))
            self._known.update(self._found(missing))
        if not texts:
            return self._encoder.encode(())
        stack = np.stack([self._known[text] for text in texts])
        stack.flags.writeable = False
        return stack

    def _found(self, texts: list[str]) -> Mapping[str, Matrix]:
        stored = self._file.read(texts) if self._file is not None else {}
        fresh = [text for text in texts if text not in stored]
        if not fresh:
            return stored
        made = dict(zip(fresh, self._encoder.encode(fresh), strict=True))
        if self._file is not None:
            self._file.write(made)
        return {**stored, **made}


def recalled(encoder: Encoder, texts: Sequence[str]) -> Matrix:
    """Return the vectors of `texts`, from memory where the encoder has one."""
    if isinstance(encoder, Remembering):
        return encoder.recall(texts)
    return encoder.encode(texts)


class _VectorFile:
    """One SQLite file of text digest -> vector."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, texts: Sequence[str]) -> dict[str, Matrix]:
        by_digest = {_digest(text): text for text in texts}
        digests = list(by_digest)
        found: dict[str, Matrix] = {}
        if not self._path.is_file():
            return found
        try:
            with self._open() as connection:
                for first in range(0, len(digests), _ASKED_AT_ONCE):
                    part = digests[first : first + _ASKED_AT_ONCE]
                    marks = ",".join("?" * len(part))
                    rows = connection.execute(
                        f"SELECT digest, vector FROM vectors WHERE digest IN ({marks})",  # noqa: S608 - question marks only
                        part,
                    )
                    for digest, vector in rows:
                        found[by_digest[digest]] = np.frombuffer(vector, "<f4")
        except (sqlite3.Error, ValueError, KeyError, TypeError):
            return {}
        widths = {vector.size for vector in found.values()}
        return found if len(widths) == 1 else {}

    def write(self, vectors: Mapping[str, Matrix]) -> None:
        rows = [
            (_digest(text), np.asarray(vector, dtype="<f4").tobytes())
            for text, vector in vectors.items()
        ]
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._open() as connection:
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS vectors"
                    " (digest BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"
                )
                connection.executemany(
                    "INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows
                )
        except sqlite3.OperationalError:
            return  # locked, read-only or full: others go on, and so do we
        except sqlite3.DatabaseError:
            self._path.unlink(missing_ok=True)  # not a database; the next call writes
        except OSError:
            return

    def _open(self) -> _Closing:
        return _Closing(self._path)


class _Closing:
    """A connection that commits on success and is closed in any case."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, timeout=_PATIENCE_SECONDS)

    def __enter__(self) -> sqlite3.Connection:
        return self._connection

    def __exit__(self, kind: object, value: object, trace: object) -> None:
        try:
            if kind is None:
                self._connection.commit()
        finally:
            self._connection.close()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


def _safe(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-._@" else "-" for c in name)
