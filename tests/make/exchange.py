"""Questions that go through files: a finished one, its alias, an imported one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bank.bodies import body_of, digest_of
from bank.definitions import Source, State, TextQuestion
from bank.parsing import load_bank
from grading.inputs import KeyPoint, Rubric
from tests.make.bank import alias_file, question_file, write_question

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import Any

    from bank.definitions import SpeedQuestion


SPEED = """\
schema: 1
kind: speed
state: live
topic: kernels
difficulty: 3
minutes: 30
title: {zh: 快一点, en: Faster}
competency: {zh: 会优化, en: Optimises}
speed:
  cases: [{name: one}]
  outputs: [{name: y}]
"""


def write_task(root: Path, slug: str) -> Path:
    """Write the folder of a speed task that nobody could solve, and return it."""
    folder = root / slug
    (folder / "wrong").mkdir(parents=True)
    (folder / "question.yaml").write_text(SPEED, encoding="utf-8")
    for name in ("baseline", "inputs", "checker", "reference", "wrong/lazy"):
        (folder / f"{name}.py").write_text(f"# {name}\n")
    for language in ("zh", "en"):
        (folder / f"statement.{language}.md").write_text("Do it.\n")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "inputs.pyc").write_bytes(b"\0")
    return folder


def make_bank(root: Path, **changes: Any) -> dict[str, TextQuestion]:
    """Return a finished question and its alias, read from folders."""
    write_question(root, "kv-cache", question_file(**changes))
    write_question(root, "why-kv-cache", alias_file())
    return {
        slug: question
        for slug, question in load_bank(root).items()
        if isinstance(question, TextQuestion)
    }


def make_imported() -> TextQuestion:
    """Return what a document gave: one language, a tab, no misconceptions."""
    return TextQuestion(
        slug="doc-made-up-q01",
        state=State.LIVE,
        topic="imported",
        difficulty=2,
        minutes=5,
        title={"en": "Why?"},
        rubric=Rubric(
            prompt={"en": "Why?\n\n```\nif x:\n\treturn\n```"},
            key_points=(
                KeyPoint(id="p1", weight=1.0, phrasings={"en": ("=1+1", "1+1")}),
                KeyPoint(id="p2", weight=1.0, phrasings={"en": ("1+1",)}),
            ),
        ),
        sources=(Source(document="made up.md", number=1),),
        explanation={"en": "Because.\nReally."},
    )


def told(
    questions: Iterable[TextQuestion | SpeedQuestion],
) -> dict[str, tuple[str, str]]:
    """Return what a round trip must keep: slug -> state and digest of the body."""
    return {
        question.slug: (str(question.state), digest_of(body_of(question)))
        for question in questions
    }


def nobody(_slug: str) -> None:
    """Know no question of the bank."""
