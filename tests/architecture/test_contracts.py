"""A contract that nobody has broken is a comment: each is broken once, on a copy."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("assessment", "bank", "grading", "workers")

BREAKS = [
    ("assessment/services/jobs.py", "import workers.tasks.text", "packages"),
    ("bank/publishing.py", "import assessment.models", "packages"),
    ("grading/text/grade.py", "from django.conf import settings", "grading-pure"),
    ("grading/inputs.py", "import celery", "grading-pure"),
    ("assessment/reports/load.py", "import grading.text.encoder", "who-grades"),
    (
        "assessment/reports/words.py",
        "import assessment.reports.card_view",
        "reports-layers",
    ),
    ("assessment/selectors/jobs.py", "import assessment.services.jobs", "layers"),
    ("assessment/models/job.py", "import assessment.selectors.jobs", "layers"),
    ("assessment/webhooks/signing.py", "import rest_framework", "vendors-light"),
    ("assessment/helpers.py", "", "exhaustive"),
    ("grading/helpers.py", "", "exhaustive"),
    ("bank/helpers.py", "", "exhaustive"),
    ("bank/parsing.py", "import bank.models", "bank-layers"),
    ("grading/sandbox/guest.py", "import grading.results", "guest-alone"),
    ("grading/sandbox/command.py", "import numpy", "sandbox-light"),
    ("grading/sandbox/ways.py", "import grading.sandbox.run", "sandbox-layers"),
    ("grading/speed/task.py", "import grading.speed.judgement", "speed-layers"),
    ("grading/speed/grade.py", "import grading.text.grade", "grading-kinds"),
    ("grading/text/grade.py", "import subprocess", "one-starter"),
    ("assessment/states.py", "from django.db import models", "states-pure"),
    ("workers/translate.py", "import workers.tasks.text", "workers-layers"),
    ("assessment/web/health.py", "import torch", "web-light"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    folder: Path = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package,
            folder / package,
            ignore=shutil.ignore_patterns("__pycache__", "questions"),
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def kept(folder: Path) -> bool:
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [str(program), "--no-cache"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "contracts" in done.stdout.lower(), done.stdout + done.stderr
    return done.returncode == 0


def test_the_tree_as_it_is_keeps_every_contract(copy):
    assert kept(copy)


@pytest.mark.parametrize(
    ("file", "line", "contract"), BREAKS, ids=lambda value: str(value)[:40]
)
def test_a_contract_notices_when_it_is_broken(copy, file, line, contract):
    path = copy / file
    before = path.read_text() if path.exists() else None
    path.write_text(f"{before or ''}\n{line}\n")
    try:
        assert not kept(copy), contract
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before)
