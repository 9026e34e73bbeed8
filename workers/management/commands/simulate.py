"""Let synthetic candidates sit the demo assessment, from order to release."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from assessment.services.organisations import (
    api_key_create,
    api_key_revoke,
    recruiter_create,
)
from bank.selectors import current_versions
from workers.demo import demo_assessment, demo_organisation
from workers.simulation.browser import Browser, Unexpected
from workers.simulation.personas import PERSONAS, Question
from workers.simulation.receiver import Receiver
from workers.simulation.sitting import Outcome, Sitting
from workers.supervisor.children import Child

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from assessment.models import Organisation

START_SECONDS = 600.0
EMAIL = "simulation@example.org"
MOST_CANDIDATES = 200


class Command(BaseCommand):
    """Run candidates through the real endpoints and the real workers."""

    help = (
        "Let synthetic candidates sit the demo assessment through the real pages, "
        "API and workers, to a released scorecard. Uses the service that runs here; "
        "starts one with a data folder of its own when none does."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--candidates", type=int, default=len(PERSONAS))
        parser.add_argument(
            "--seconds",
            type=float,
            default=0.0,
            help="longest wait for one candidate's marks (default: by their number)",
        )

    def handle(self, *_: Any, **options: Any) -> None:  # noqa: ANN401  # Django's
        """Run, print the table; exit status 1 when anything was lost."""
        count = options["candidates"]
        if not 1 <= count <= MOST_CANDIDATES:
            message = f"--candidates lies between 1 and {MOST_CANDIDATES}."
            raise CommandError(message, returncode=2)
        if not _running():
            sys.exit(self._with_own_service(count, options["seconds"]))
        limit = options["seconds"] or 180.0 + 120.0 * count
        outcomes = self._simulate(count, limit)
        self._print(outcomes)
        lost = [line for outcome in outcomes for line in outcome.lost]
        if lost:
            message = f"{len(lost)} things were lost or wrong; see the table."
            raise CommandError(message, returncode=1)

    def _simulate(self, count: int, limit: float) -> list[Outcome]:
        organisation = demo_organisation()
        password = secrets.token_urlsafe(16)
        recruiter_create(organisation=organisation, email=EMAIL, password=password)
        row, key = api_key_create(
            organisation=organisation,
            name="simulation",
            expires_at=timezone.now() + timedelta(days=1),
        )
        receiver = Receiver()
        address = receiver.start()
        endpoint = ""
        try:
            sitting = Sitting(
                base_url=settings.BASE_URL,
                api_key=key,
                assessment_id=str(demo_assessment(organisation).uid),
                questions=_questions(organisation),
                recruiter=_signed_in(password),
                receiver=receiver,
                grading_limit_seconds=limit,
            )
            made = sitting.api("POST", "/webhook-endpoints", json={"url": address})
            made.raise_for_status()
            receiver.secret, endpoint = made.json()["secret"], made.json()["id"]
            self.stdout.write(
                f"{count} candidates sit {len(sitting.questions)} questions at "
                f"{settings.BASE_URL} ..."
            )
            with ThreadPoolExecutor(max_workers=min(count, 8)) as pool:
                outcomes = list(
                    pool.map(
                        lambda number: sitting.run(
                            PERSONAS[number % len(PERSONAS)], number + 1
                        ),
                        range(count),
                    )
                )
            sitting.api("DELETE", f"/webhook-endpoints/{endpoint}")
        except (httpx.HTTPError, Unexpected) as error:
            raise CommandError(str(error), returncode=1) from error
        finally:
            receiver.stop()
            api_key_revoke(key=row)
        if receiver.refused:
            outcomes[0].lost.append(f"{receiver.refused} webhooks had a bad signature")
        return outcomes

    def _print(self, outcomes: list[Outcome]) -> None:
        head = ("#", "persona", "status", "saves", "graded s", "score", "text", "code")
        rows = [
            (
                str(number),
                outcome.persona,
                outcome.status,
                str(outcome.saves),
                f"{outcome.grading_seconds:.1f}",
                "-" if outcome.score is None else f"{outcome.score:.2f}",
                " ".join(f"{mark:.2f}" for mark in outcome.text_marks) or "-",
                " ".join(outcome.verdicts) or "-",
            )
            for number, outcome in enumerate(outcomes, start=1)
        ]
        widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
        for row in [head, *rows]:
            line = "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True))
            self.stdout.write(line.rstrip())
        for number, outcome in enumerate(outcomes, start=1):
            for line in outcome.lost:
                self.stdout.write(f"LOST OR WRONG, candidate {number}: {line}")
        released = sum(outcome.status == "released" for outcome in outcomes)
        self.stdout.write(f"{released} of {len(outcomes)} scorecards released.")

    def _with_own_service(self, count: int, seconds: float) -> int:
        """Start a service in a folder of its own, simulate there, stop it."""
        self.stdout.write("No service runs here: starting one of its own ...")
        self.stdout.flush()
        home = Path(tempfile.mkdtemp(prefix="inferview-simulation-"))
        unpacked = settings.INFERVIEW_HOME / "models"
        if unpacked.is_dir():  # half a gigabyte that need not be made again
            (home / "models").symlink_to(unpacked)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        env = {
            **os.environ,
            "INFERVIEW_HOME": str(home),
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "BASE_URL": f"http://127.0.0.1:{port}",
        }
        manage = str(settings.BASE_DIR / "manage.py")
        log = home / "up.txt"
        service = Child(
            name="up", argv=(sys.executable, manage, "up"), env=env, log=log
        )
        service.start()
        try:
            _await_ready(f"http://127.0.0.1:{port}/readyz", service)
            simulation = Child(
                name="simulate",
                argv=(
                    sys.executable, manage, "simulate",
                    "--candidates", str(count), "--seconds", str(seconds),
                ),
                env=env,
                log=home / "simulate.txt",
            )  # fmt: skip
            status = simulation.run()
            self.stdout.write(simulation.log.read_text())
        except CannotSimulate as reason:
            raise CommandError(str(reason), returncode=1) from None
        finally:
            service.stop(60.0)
        if status == 0:
            shutil.rmtree(home, ignore_errors=True)
        else:
            self.stdout.write(f"The logs of this run are in {home}.")
        return status


class CannotSimulate(Exception):
    """The service for the simulation did not come up."""


def _running() -> bool:
    try:
        return httpx.get(f"{settings.BASE_URL}/readyz", timeout=5.0).is_success
    except httpx.HTTPError:
        return False


def _await_ready(url: str, service: Child) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if not service.running:
            message = f"the service did not start:\n{service.last_lines()}"
            raise CannotSimulate(message)
        try:
            if httpx.get(url, timeout=5.0).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    message = f"the service was not ready after {START_SECONDS:.0f} s"
    raise CannotSimulate(message)


def _questions(organisation: Organisation) -> list[Question]:
    items = demo_assessment(organisation).items.select_related("question")
    versions = {version.question_id: version for version in current_versions()}
    return [
        Question(
            kind=item.question.kind,
            body=versions[item.question_id].body,
            folder=settings.BANK_FOLDER / item.question.slug,
        )
        for item in items
    ]


def _signed_in(password: str) -> Browser:
    browser = Browser.open(settings.BASE_URL)
    page = browser.page(settings.LOGIN_URL)
    browser.submit(page, settings.LOGIN_URL, login=EMAIL, password=password)
    browser.page("/recruiter/")
    return browser
