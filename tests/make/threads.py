"""A database that several threads use at once, as the processes of the service do."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def database_of_many_threads(folder: Path) -> Iterator[None]:
    """Let tests that start threads run on a database with real locks.

    SQLite's database in memory has one lock for a whole table and no patience, so
    where tests run on it, what runs in here runs on a copy in `folder`. Needs a test
    whose transactions are real (`transactional_db`).
    """
    settings = connections.settings["default"]
    first = connections["default"]
    if first.vendor != "sqlite" or "mode=memory" not in str(settings["NAME"]):
        yield
        return
    copy = folder / "copy.sqlite3"
    with first.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(copy)])
    in_memory = settings["NAME"]
    settings["NAME"] = str(copy)
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        settings["NAME"] = in_memory
        connections["default"] = first
