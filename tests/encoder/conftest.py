"""The real model, unpacked once into pytest's cache and loaded once a run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grading.text.loading import load_encoder
from grading.text.vectors import Remembering


@pytest.fixture(scope="session")
def home(request) -> Path:
    """A data folder that outlives the run, so that only the first one unpacks."""
    folder = os.environ.get("INFERVIEW_TEST_MODELS")
    return Path(folder) if folder else request.config.cache.mkdir("encoder")


@pytest.fixture(scope="session")
def real(home) -> Remembering:
    """The default model on the CPU; vectors of rubrics are kept beside it."""
    return Remembering(load_encoder("", device="cpu", home=home), home / "vectors")


@pytest.fixture(scope="session")
def exact(home) -> Remembering:
    """The same in float32, for what must come out alike on every machine."""
    return Remembering(
        load_encoder("", device="cpu", home=home, exact=True), home / "vectors"
    )
