"""The judge's place in the kernel's queue."""

from __future__ import annotations

import contextlib
import os

from grading.speed.priority import STEP, ahead_of_others


class Ended(Exception):
    """What a judgement may end with."""


def judged():
    with ahead_of_others():
        raise Ended


def test_the_judge_goes_first_while_it_judges_and_no_longer(monkeypatch):
    before, asked = os.getpriority(os.PRIO_PROCESS, 0), []
    monkeypatch.setattr(os, "setpriority", lambda *wanted: asked.append(wanted))

    with contextlib.suppress(Ended):
        judged()

    assert asked == [
        (os.PRIO_PROCESS, 0, before - STEP),
        (os.PRIO_PROCESS, 0, before),
    ]


def test_who_may_not_go_first_judges_all_the_same(monkeypatch):
    def refused(*_):
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", refused)

    with ahead_of_others():
        done = True

    assert done
