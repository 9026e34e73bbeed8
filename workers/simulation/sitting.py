"""One synthetic candidate from order to released scorecard, over HTTP only."""

from __future__ import annotations

import re
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import httpx

from bank.definitions import Kind
from workers.simulation.browser import Browser, Unexpected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workers.simulation.personas import Persona, Question
    from workers.simulation.receiver import Receiver

POLL_SECONDS: Final = 0.5
HOOK_SECONDS: Final = 30.0
OVERRIDE_SCORE: Final = 0.5
_SCORECARD: Final = re.compile(r'href="(/recruiter/attempts/[0-9a-f-]{36}/)"')


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What happened to one candidate; `lost` names everything that must not."""

    persona: str
    number: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    order_id: str = ""
    saves: int = 0
    grading_seconds: float = 0.0
    score: float | None = None
    text_marks: list[float] = field(default_factory=list)
    verdicts: list[str] = field(default_factory=list)
    status: str = "ordered"
    lost: list[str] = field(default_factory=list)


def _email(outcome: Outcome) -> str:
    return f"candidate-{outcome.number}@example.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """What all candidates of a simulation share."""

    base_url: str
    api_key: str
    assessment_id: str
    questions: Sequence[Question]  # in the order in which they are asked
    recruiter: Browser  # signed in
    receiver: Receiver
    grading_limit_seconds: float

    def api(self, method: str, path: str, **kwargs: Any) -> httpx.Response:  # noqa: ANN401  # httpx's own
        """Call the REST API with the simulation's key."""
        headers = {"Authorization": f"Bearer {self.api_key}"}
        headers |= kwargs.pop("headers", {})
        return httpx.request(
            method,
            f"{self.base_url}/api/v1{path}",
            headers=headers,
            timeout=60.0,
            **kwargs,
        )

    def run(self, persona: Persona, number: int) -> Outcome:
        """Let `persona` sit the assessment and return what happened."""
        outcome = Outcome(persona=persona.name)
        try:
            url = self._order(persona, number, outcome)
            sent = self._sit(persona, url, outcome)
            self._await_grades(outcome)
            self._review_and_release(outcome)
            self._check(persona, sent, outcome)
        except (Unexpected, httpx.HTTPError, KeyError, ValueError) as error:
            outcome.lost.append(f"{type(error).__name__}: {error}")
        return outcome

    def _order(self, persona: Persona, number: int, outcome: Outcome) -> str:
        request = {
            "assessment_id": self.assessment_id,
            "candidate": {
                "name": f"Simulated candidate {number}",
                "email": _email(outcome),
                "language": persona.language,
            },
            "external_id": f"simulation-{outcome.number}",
        }
        headers = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
        first = self.api("POST", "/orders", json=request, headers=headers)
        again = self.api("POST", "/orders", json=request, headers=headers)
        if first.status_code != httpx.codes.CREATED or again.json() != first.json():
            message = f"the order was answered {first.status_code}: {first.text[:200]}"
            raise Unexpected(message)
        order = first.json()
        outcome.order_id = order["id"]
        return str(order["invitation_url"])

    def _sit(self, persona: Persona, url: str, outcome: Outcome) -> list[str]:
        browser = Browser.open(self.base_url)
        landing = browser.page(url)
        lobby = browser.submit(landing, url, agree="on")
        base = lobby.url.path
        browser.submit(lobby, f"{base}start/")
        sent = []
        for position, question in enumerate(self.questions, start=1):
            text = persona.answer(question)
            self._write(browser, f"{base}{position}/", text, persona, outcome)
            sent.append(text)
        done = browser.submit(browser.page(f"{base}submit/"), f"{base}submit/")
        if done.url.path != f"{base}done/":
            message = f"after the hand-in the browser stands at {done.url.path}"
            raise Unexpected(message)
        outcome.status = "submitted"
        return sent

    def _write(
        self,
        browser: Browser,
        path: str,
        text: str,
        persona: Persona,
        outcome: Outcome,
    ) -> None:
        browser.page(path)
        revision = int(browser.draft(f"{path}draft")["revision"])
        half = text[: len(text) // 2]
        revision = browser.save(
            f"{path}draft", half, revision=revision, language=persona.language
        )
        if persona.crashes:
            browser.crash()
            browser.page(path)
            found = browser.draft(f"{path}draft")
            if found["text"] != half:
                outcome.lost.append(f"{path}: the text before the crash is gone")
            revision = int(found["revision"])
        browser.save(f"{path}draft", text, revision=revision, language=persona.language)
        outcome.saves += 2

    def _await_grades(self, outcome: Outcome) -> None:
        began = time.monotonic()
        while time.monotonic() - began < self.grading_limit_seconds:
            order = self.api("GET", f"/orders/{outcome.order_id}").json()
            if order["status"] == "in_review":
                outcome.grading_seconds = time.monotonic() - began
                outcome.status = "graded"
                return
            time.sleep(POLL_SECONDS)
        message = f"not graded within {self.grading_limit_seconds:.0f} s"
        raise Unexpected(message)

    def _review_and_release(self, outcome: Outcome) -> None:
        unreleased = self.api("GET", f"/orders/{outcome.order_id}/result")
        if unreleased.status_code != httpx.codes.CONFLICT:
            outcome.lost.append("a result left the house before its release")
        base = self._scorecard_path(outcome)
        page = self.recruiter.page(base)
        page = self.recruiter.submit(
            page,
            f"{base}items/1/mark/",
            score=f"{OVERRIDE_SCORE * 100:.0f}",
            reason="Simulation: a second reader saw it otherwise.",
        )
        self.recruiter.submit(page, f"{base}review/")
        self.recruiter.submit(self.recruiter.page(f"{base}release/"), f"{base}release/")
        outcome.status = "released"

    def _scorecard_path(self, outcome: Outcome) -> str:
        """Find the scorecard as a recruiter does: by searching for the candidate."""
        found = self.recruiter.http.get("/recruiter/", params={"q": _email(outcome)})
        paths = set(_SCORECARD.findall(found.text))
        if len(paths) != 1:
            message = f"the list of attempts shows {len(paths)} of this candidate"
            raise Unexpected(message)
        return str(paths.pop())

    def _check(self, persona: Persona, sent: list[str], outcome: Outcome) -> None:
        response = self.api("GET", f"/orders/{outcome.order_id}/result")
        if response.status_code != httpx.codes.OK:
            message = f"the released result gave {response.status_code}"
            raise Unexpected(message)
        result = response.json()
        outcome.score = result["score"]
        for text, item in zip(sent, result["items"], strict=True):
            if item["answer"] != text:
                outcome.lost.append(f"answer {item['position']} is not what was sent")
            self._check_item(persona, item, outcome)
        marks = outcome.text_marks
        mean = sum(marks) / len(marks) if marks else 0.0
        if not persona.least <= mean <= persona.most:
            outcome.lost.append(
                f"text marks of {mean:.2f}, expected "
                f"{persona.least:.2f} to {persona.most:.2f}"
            )
        if result["items"][0]["score"] != OVERRIDE_SCORE:
            outcome.lost.append("the recruiter's own mark does not count")
        if httpx.get(result["scorecard_url"], timeout=60.0).is_error:
            outcome.lost.append("the link to the scorecard does not open")
        self._check_hooks(outcome)

    def _check_item(
        self, persona: Persona, item: Mapping[str, Any], outcome: Outcome
    ) -> None:
        if item["automatic_score"] is None:
            outcome.lost.append(f"question {item['position']} was never graded")
        elif item["question"]["kind"] == Kind.SPEED:
            verdict = item["grade"]["verdict"]
            outcome.verdicts.append(verdict)
            if verdict != persona.verdict:
                outcome.lost.append(
                    f"question {item['position']}: verdict {verdict}, expected "
                    f"{persona.verdict}: {item['grade']['reason']}"
                )
        else:
            outcome.text_marks.append(item["automatic_score"])

    def _check_hooks(self, outcome: Outcome) -> None:
        wanted = ["attempt.submitted", "report.released"]
        end = time.monotonic() + HOOK_SECONDS
        while time.monotonic() < end:
            wanted = [
                event
                for event in wanted
                if not self.receiver.heard(outcome.order_id, event)
            ]
            if not wanted:
                return
            time.sleep(POLL_SECONDS)
        outcome.lost.append(f"no webhook for {', '.join(wanted)}")
