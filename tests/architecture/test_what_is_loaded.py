"""What imports cannot show: a lazy import, `importlib`, a library's own habits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "transformers", "sentence_transformers", "numpy")


def loaded_by(code: str, **variables: str) -> set[str]:
    """The heavy modules that a fresh interpreter holds after running `code`."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        cwd=ROOT,
        env={
            "PATH": "/usr/bin:/bin",
            "DJANGO_SETTINGS_MODULE": "assessment.config.settings",
            "SECRET_KEY": "not-written-anywhere",
            **variables,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split()) & set(HEAVY)


def test_the_web_process_loads_no_model():
    urls = "from django.urls import get_resolver\nget_resolver().url_patterns"

    assert loaded_by(f"import assessment.config.wsgi\n{urls}") == set()


def test_the_worker_that_delivers_webhooks_loads_no_model():
    assert loaded_by("import workers.celery", WORKER_QUEUE="hooks") == set()


@pytest.mark.parametrize("queue", ["text", "speed"])
def test_a_worker_that_grades_loads_what_it_needs(queue):
    assert "numpy" in loaded_by("import workers.celery", WORKER_QUEUE=queue)
