"""Run the whole service on this machine."""

from __future__ import annotations

import os
import signal
import time
from io import StringIO
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.utils import DatabaseError

from assessment.config.env import embedded_socket
from assessment.dispatch import WORKER_QUEUES, heartbeat_key
from grading.sandbox.ways import missing
from workers.demo import demo_organisation, first_sign_in
from workers.supervisor.errors import CannotStart
from workers.supervisor.service import Place, Service

if TYPE_CHECKING:
    from types import FrameType


class Command(BaseCommand):
    """Migrate, start broker, web server, workers and clock, and watch them."""

    help = "Run the whole service on this machine until Ctrl-C."
    requires_system_checks: list[str] = []

    def handle(self, **_options: Any) -> None:  # noqa: ANN401  # Django's signature
        """Start, print where to go, wait for a signal, stop."""
        began = time.monotonic()
        signals: list[int] = []

        def note(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  # signature
            signals.append(number)
            raise KeyboardInterrupt

        # Before the first child: a signal in between must not leave one behind.
        signal.signal(signal.SIGTERM, note)
        signal.signal(signal.SIGINT, note)
        service = Service(place=_place(), say=self._say)
        try:
            self._start(service, began)
            service.watch(lambda: bool(signals))
        except KeyboardInterrupt:
            pass
        except CannotStart as reason:
            raise CommandError(str(reason), returncode=1) from None
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            self._say("Stopping ...")
            service.stop()
            self._say("Stopped. Your data stays in " + str(settings.INFERVIEW_HOME))

    def _start(self, service: Service, began: float) -> None:
        home = settings.INFERVIEW_HOME
        service.prepare_folder()
        service.check_port()
        self._say("Preparing the database ...")
        try:
            call_command("migrate", verbosity=0, interactive=False)
        except DatabaseError as error:
            reason = " ".join(str(error).split())
            message = (
                f"The database cannot be used ({reason}). Check DATABASE_URL, or leave "
                "it out to use the embedded one."
            )
            raise CannotStart(message) from error
        self._say("Starting the broker ...")
        service.start_broker()
        # A worker of an earlier run must not answer for one that is starting.
        cache.delete_many([heartbeat_key(queue) for queue in WORKER_QUEUES])
        self._say("Loading the question bank ...")
        told = StringIO()
        call_command("load_bank", stdout=told)
        self._say(f"  {told.getvalue().strip().splitlines()[-1]}")
        sign_in = first_sign_in(demo_organisation(), home)
        connection.close()
        service.start_web()
        self._say("Preparing the language model ...")
        service.run_step("prepare_encoder")
        self._say("Starting web server and workers ...")
        service.start_workers()
        service.wait_ready()
        self._say(
            f"\nInferview is ready after {time.monotonic() - began:.0f} s.\n\n"
            f"  Recruiters   {settings.BASE_URL}/recruiter/\n"
            f"  REST API     {settings.BASE_URL}/api/v1/docs\n"
            f"  Data, logs   {home}\n\n"
            f"  {sign_in}\n"
            f"  {_mail()}\n"
        )
        lacking = missing()
        if lacking:
            self._say(f"  Code cannot be run on this machine: {lacking}\n")
        self._say("Ctrl-C stops it.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _place() -> Place:
    home = settings.INFERVIEW_HOME
    return Place(
        root=settings.BASE_DIR,
        home=home,
        host=settings.HOST,
        port=settings.PORT,
        own_broker=not os.environ.get("REDIS_URL"),
        socket=embedded_socket(home),
        redis_url=settings.REDIS_URL,
    )


def _mail() -> str:
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        return f"E-mails to candidates are written to {settings.EMAIL_FILE_PATH}."
    return f"E-mails to candidates are sent from {settings.DEFAULT_FROM_EMAIL}."
