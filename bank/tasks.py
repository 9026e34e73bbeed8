"""A speed task's folder to a value: what people read of it. Pure.

`question.yaml` says what the task is; its `speed` part, `inputs.py` and `checker.py`
are the judge's, which checks them when it loads the task. The format is described
in docs/tasks.md.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from bank.definitions import TOPICS, Kind, Source, SpeedQuestion, State
from bank.marked_yaml import read_text, read_yaml
from grading.inputs import LANGUAGES, task_digest

if TYPE_CHECKING:
    from pathlib import Path

    from bank.marked_yaml import Mapping

QUESTION_FILE: Final = "question.yaml"
SCHEMA: Final = 1
MOST_MINUTES: Final = 120
MOST_NUMBER: Final = 10_000  # of a question in its document
CODE_FILES: Final = ("baseline.py", "inputs.py", "checker.py", "reference.py")
METRICS: Final = ("time", "memory", "bytes")  # as grading.speed.metric has them
_KEYS: Final = (
    "schema",
    "kind",
    "state",
    "topic",
    "difficulty",
    "minutes",
    "title",
    "competency",
    "sources",
    "related",
    "speed",
)


def parse_task(folder: Path) -> SpeedQuestion:
    """Read one task's folder.

    Raises: `QuestionFormatError` with file, line and reason.
    """
    top = read_yaml(folder / QUESTION_FILE)
    top.only(_KEYS, "a speed task")
    top["schema"].whole("schema", low=SCHEMA, high=SCHEMA)
    if top["kind"].text("kind") != Kind.SPEED:
        top["kind"].refuse("a task's kind is speed")
    state = top["state"].text("state")
    if state not in set(State):
        top["state"].refuse(f"unknown state {state!r}; known: " + ", ".join(State))
    topic = top["topic"].text("topic")
    if topic not in TOPICS:
        top["topic"].refuse(f"unknown topic {topic!r}; known: " + ", ".join(TOPICS))
    _check_speed(top)
    for name in CODE_FILES:
        if not (folder / name).is_file():
            top.refuse(f"the task has no {name}")
    return SpeedQuestion(
        slug=folder.name,
        state=State(state),
        topic=topic,
        difficulty=top["difficulty"].whole("difficulty", low=1, high=5),
        minutes=top["minutes"].whole("minutes", low=1, high=MOST_MINUTES),
        title=_by_language(top["title"].mapping("title"), "title"),
        statement=_statements(folder, top),
        baseline=read_text(folder / "baseline.py"),
        folder=folder,
        digest=task_digest(folder),
        sources=_sources(top),
        related=_related(top),
        competency=_by_language(top["competency"].mapping("competency"), "competency"),
    )


def _by_language(texts: Mapping, what: str) -> dict[str, str]:
    texts.only(LANGUAGES, what)
    return {name: texts[name].text(f"{what}.{name}") for name in LANGUAGES}


def _statements(folder: Path, top: Mapping) -> dict[str, str]:
    statements = {}
    for language in LANGUAGES:
        path = folder / f"statement.{language}.md"
        if not path.is_file():
            top.refuse(f"the task has no {path.name}")
        text = unicodedata.normalize("NFC", read_text(path)).strip()
        if not text:
            top.refuse(f"{path.name} is empty")
        statements[language] = text
    return statements


def _check_speed(top: Mapping) -> None:
    speed = top["speed"].mapping("speed")
    for name in ("cases", "outputs"):
        if not speed[name].sequence(f"speed.{name}").items:
            speed[name].refuse(f"speed.{name} is empty")
    metric = speed.get("metric")
    if metric is not None and metric.text("speed.metric") not in METRICS:
        metric.refuse(f"unknown metric; known: {', '.join(METRICS)}")


def _sources(top: Mapping) -> tuple[Source, ...]:
    node = top.get("sources")
    if node is None:
        return ()
    sources = []
    for item in node.sequence("sources"):
        entry = item.mapping("a source")
        entry.only(("document", "number"), "a source")
        number = entry["number"].whole("number", low=1, high=MOST_NUMBER)
        source = Source(document=entry["document"].text("document"), number=number)
        if source in sources:
            entry.refuse(f"{source.document}, number {number}, is here twice")
        sources.append(source)
    return tuple(sources)


def _related(top: Mapping) -> tuple[str, ...]:
    node = top.get("related")
    if node is None:
        return ()
    return tuple(item.text("a related question") for item in node.sequence("related"))
