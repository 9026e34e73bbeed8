"""Organisations, assessments and attempts in any state, with boring defaults.

Everything goes through the services, so what stands in the database is what a real
sitting leaves there. Grades are stored as a worker would, without any model:

    attempt = make_attempt(state=AttemptState.GRADED)
    item = attempt.items.first()
"""

from __future__ import annotations

import dataclasses
import itertools
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from assessment.models import Attempt, Job
from assessment.reports.build import as_json as card_json
from assessment.reports.load import scorecard_of
from assessment.services.answers import Draft, answer_save
from assessment.services.assessments import Draw, assessment_create
from assessment.services.attempts import (
    attempt_enter,
    attempt_expire,
    attempt_review,
    attempt_start,
    attempt_submit,
)
from assessment.services.grades import grade_store
from assessment.services.invitations import (
    Candidate,
    invitation_cancel,
    invitation_create,
)
from assessment.services.jobs import job_claim, job_give_back, job_move
from assessment.services.organisations import organisation_create, recruiter_create
from assessment.services.reports import report_release
from assessment.states import AttemptState, JobKind, JobState
from bank.definitions import Kind, SpeedQuestion, State, TextQuestion
from bank.models import Question
from bank.publishing import question_publish, set_create
from grading.inputs import KeyPoint, Misconception, Rubric
from grading.results import (
    CaseCheck,
    PointGrade,
    SpeedGrade,
    TextGrade,
    Verdict,
    as_json,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.contrib.auth.models import User

    from assessment.models import Assessment, AttemptItem, Invitation, Organisation
    from bank.models import QuestionSet

PASSWORD = "a-quiet-morning-7"  # made up for tests

TEXT_ANSWER = (
    "The large model's soft outputs are the targets of the small one. "
    "A temperature above 1 shows how likely the runners-up are. "
    "Serving is faster because only the small network runs."
)
TEXT_ANSWER_ZH = (
    "教师的软标签是学生的训练目标。温度大于 1 会让次优选项也有信号。"
    "部署时只运行小网络，所以更快。"
)
CODE_ANSWER = (
    "import torch\n\n\n"
    "def solve(x, residual, weight):\n"
    "    h = x + residual\n"
    "    scale = torch.rsqrt(h.square().mean(-1, keepdim=True) + 1e-6)\n"
    "    return h * scale * weight\n"
)

_numbers = itertools.count(1)


# -- the bank -------------------------------------------------------------------------


def text_question(slug: str = "soft-targets", **changes: Any) -> TextQuestion:
    """Return a text question with three key points and two misconceptions."""
    question = TextQuestion(
        slug=slug,
        state=State.LIVE,
        topic="compression",
        difficulty=3,
        minutes=8,
        title={"zh": "软标签训练", "en": "Training on soft targets"},
        rubric=Rubric(
            prompt={
                "zh": "怎样用一个大模型训练出更快的小模型？",
                "en": "How do you train a small, faster model from a large one?",
            },
            key_points=(
                _point("targets", 2.0, "教师的输出是训练目标", "Outputs are targets"),
                _point("temperature", 1.0, "温度让分布变平缓", "Temperature flattens"),
                _point("speed", 1.0, "更快是因为小", "It is fast because it is small"),
            ),
            misconceptions=(
                _wrong(
                    "teacher-serves", "部署时教师也在运行", "The teacher also serves"
                ),
                _wrong("copies-weights", "学生复制教师的权重", "Weights are copied"),
            ),
        ),
    )
    return dataclasses.replace(question, **changes)


def _point(name: str, weight: float, zh: str, en: str) -> KeyPoint:
    return KeyPoint(
        id=name,
        weight=weight,
        phrasings={"zh": (zh, f"{zh}，换句话说"), "en": (en, f"{en}, in other words")},
        opposites={"zh": f"并非{zh}", "en": f"It is not so that {en.lower()}"},
    )


def _wrong(name: str, zh: str, en: str) -> Misconception:
    return Misconception(id=name, phrasings={"zh": (zh,), "en": (en,)})


def speed_question(slug: str = "fused-norm", **changes: Any) -> SpeedQuestion:
    """Return a speed task; its folder need not exist to be sat."""
    question = SpeedQuestion(
        slug=slug,
        state=State.LIVE,
        topic="kernels",
        difficulty=4,
        minutes=20,
        title={"zh": "融合归一化", "en": "Fused normalisation"},
        statement={
            "zh": "让 `solve` 更快，结果不变。\n\n- 输入：`x`、`residual`、`weight`",
            "en": "Make `solve` faster without changing what it returns.\n\n"
            "- Inputs: `x`, `residual`, `weight`",
        },
        baseline="def solve(x, residual, weight):\n    ...\n",
        folder=Path(slug),
        digest="0" * 64,
    )
    return dataclasses.replace(question, **changes)


def make_question(slug: str = "soft-targets", **changes: Any) -> Question:
    """Publish a text question, unless it is there, and return its row."""
    return _published(text_question(slug, **changes))


def make_speed_question(slug: str = "fused-norm", **changes: Any) -> Question:
    """Publish a speed task, unless it is there, and return its row."""
    return _published(speed_question(slug, **changes))


def _published(question: TextQuestion | SpeedQuestion) -> Question:
    result = question_publish(question)
    return Question.objects.get(pk=result.question_id)


def make_set(slug: str = "both", questions: Sequence[Question] = ()) -> QuestionSet:
    """Store a set of these questions, or of one text question and one task."""
    chosen = list(questions) or [make_question(), make_speed_question()]
    set_create(
        slug=slug,
        name={"zh": "两道题", "en": "Two questions"},
        questions=[question.slug for question in chosen],
    )
    return chosen[0].sets.get(slug=slug)


# -- people and assessments -----------------------------------------------------------


def make_organisation(slug: str = "acme", name: str = "Acme") -> Organisation:
    """Return the organisation, made when it is not there."""
    return organisation_create(slug=slug, name=name)


def make_recruiter(
    email: str = "ruth@acme.example",
    *,
    organisation: Organisation | None = None,
    password: str = PASSWORD,
    staff: bool = False,
) -> User:
    """Return a person who works for the organisation, made when not there.

    Somebody who is there keeps the password, or their browser would be signed out.
    """
    found = get_user_model().objects.filter(email=email).first()
    if found is not None:
        return found
    return recruiter_create(
        organisation=organisation or make_organisation(),
        email=email,
        password=password,
        staff=staff,
    )


def make_assessment(  # noqa: PLR0913  # each has a default
    *,
    organisation: Organisation | None = None,
    title: str = "Inference engineer",
    questions: Sequence[Question] | None = None,
    draws: Sequence[Draw] = (),
    duration_minutes: int = 60,
    languages: Sequence[str] = ("zh", "en"),
) -> Assessment:
    """Return an assessment, by default of one text question and one speed task."""
    if questions is None:
        questions = [make_question(), make_speed_question()]
    return assessment_create(
        organisation=organisation or make_organisation(),
        title=title,
        duration_minutes=duration_minutes,
        languages=languages,
        slugs=[question.slug for question in questions],
        draws=draws,
    )


def make_invitation(  # noqa: PLR0913  # each has a default
    *,
    assessment: Assessment | None = None,
    name: str = "Li Wei",
    email: str | None = None,
    language: str = "en",
    external_id: str = "",
    expires_at: datetime | None = None,
) -> tuple[Invitation, str]:
    """Return an invitation and its link's token; no mail is written."""
    return invitation_create(
        assessment=assessment or make_assessment(),
        candidate=Candidate(
            name=name,
            email=email or f"candidate{next(_numbers)}@example.org",
            language=language,
            external_id=external_id,
        ),
        expires_at=expires_at,
        send_mail=False,
    )


# -- attempts -------------------------------------------------------------------------


def make_attempt(
    state: AttemptState = AttemptState.INVITED,
    *,
    assessment: Assessment | None = None,
    by: User | None = None,
    answers: Sequence[str] | None = None,
    bodies: Sequence[dict[str, Any]] | None = None,
    **invited: Any,
) -> Attempt:
    """Return an attempt that went all the way to `state`.

    `answers` and `bodies` (of grades) are by position; by default every text
    question gets `TEXT_ANSWER` and every task `CODE_ANSWER`, with fitting grades.
    `by` reviews and releases. Further arguments are those of `make_invitation`.
    """
    invitation, token = make_invitation(assessment=assessment, **invited)
    attempt = invitation.attempt
    if state is AttemptState.EXPIRED:
        later = invitation.expires_at + timedelta(seconds=1)
        attempt_expire(attempt=attempt, now=later)
    if state is AttemptState.CANCELLED:
        invitation_cancel(invitation=invitation)
    if state in {AttemptState.INVITED, AttemptState.EXPIRED, AttemptState.CANCELLED}:
        return _again(attempt)

    now = timezone.now()
    attempt, _secret = attempt_enter(token=token, now=now)
    attempt = attempt_start(attempt=attempt, now=now)
    for place, item in enumerate(attempt.items.select_related("version__question")):
        write(item, answers[place] if answers is not None else default_answer(item))
    if state is AttemptState.STARTED:
        return _again(attempt)
    attempt_submit(attempt=attempt, now=now + timedelta(minutes=42))
    if state is AttemptState.SUBMITTED:
        return _again(attempt)
    for place, item in enumerate(attempt.items.select_related("version__question")):
        make_grade(item, bodies[place] if bodies is not None else None)
    person = by or make_recruiter(organisation=invitation.organisation)
    if state in {AttemptState.REVIEWED, AttemptState.RELEASED}:
        attempt_review(attempt=_again(attempt), by=person)
    if state is AttemptState.RELEASED:
        reviewed = _again(attempt)
        report_release(
            attempt=reviewed,
            body=card_json(scorecard_of(reviewed)),
            by=person,
            now=timezone.now(),
        )
    return _again(attempt)


def _again(attempt: Attempt) -> Attempt:
    return Attempt.objects.select_related("invitation__assessment__organisation").get(
        pk=attempt.pk
    )


def default_answer(item: AttemptItem) -> str:
    """Return the usual answer to an item's question."""
    return CODE_ANSWER if item.version.question.kind == Kind.SPEED else TEXT_ANSWER


def write(item: AttemptItem, text: str, *, language: str = "en") -> None:
    """Save a text as the candidate's browser would, in a started attempt."""
    answer_save(
        item=item,
        draft=Draft(
            text=text,
            base_revision=item.answer.revision,
            client_id=f"tab{next(_numbers)}",
            client_seq=1,
            language=language,
        ),
        code=item.version.question.kind == Kind.SPEED,
        now=timezone.now(),
    )


# -- grades ---------------------------------------------------------------------------


def job_of(item: AttemptItem) -> Job:
    """Return the latest grading job of an item that was handed in."""
    return (
        Job.objects.filter(answer__item=item).exclude(kind=JobKind.TRIAL).latest("pk")
    )


def make_grade(item: AttemptItem, body: dict[str, Any] | None = None) -> None:
    """Grade an item's job as a worker would; the last one makes the attempt graded."""
    item.answer.refresh_from_db()
    if body is None:
        speed = item.version.question.kind == Kind.SPEED
        body = speed_body() if speed else text_body(item.answer.text)
    job = job_of(item)
    job_claim(job.pk)
    grade_store(job.pk, score=body["score"], body=body)


def hold_job(item: AttemptItem, code: str = "bank.no_reference") -> Job:
    """End an item's job with the author's fault: it waits for a person."""
    job = job_of(item)
    job_claim(job.pk)
    job_move(job.pk, old=JobState.RUNNING, new=JobState.HELD, code=code)
    return job_of(item)


def fail_job(item: AttemptItem, code: str = "service.guest_protocol") -> Job:
    """End an item's job with our own fault."""
    job = job_of(item)
    job_claim(job.pk)
    job_give_back(job.pk, code=code, retryable=False)
    return job_of(item)


def text_body(
    answer: str = TEXT_ANSWER, *, score: float | None = None, **changes: Any
) -> dict[str, Any]:
    """Return a text grade as JSON: the first and last sentence earn, one does not.

    Without `score` it is the weighted mean of the points' credits.
    """
    pieces = [piece for piece in answer.replace("。", "。\n").splitlines() if piece]
    if len(pieces) == 1:
        pieces = [f"{piece}." for piece in answer.rstrip(".").split(". ") if piece]
    plan = [
        ("targets", "The large model's outputs are the training target", 2.0, 1.0, ""),
        ("temperature", "Temperature flattens the distribution", 1.0, 0.0, "below"),
        ("speed", "It serves faster because it is small", 1.0, 0.8, ""),
        ("mixed-loss", "The loss mixes soft and hard targets", 1.0, 0.0, ""),
    ]
    points = []
    for place, (name, statement, weight, credit, note) in enumerate(plan):
        piece = pieces[place] if place < min(3, len(pieces)) else ""
        start = answer.find(piece) if piece else -1
        points.append(
            PointGrade(
                point=name,
                statement=statement,
                weight=weight,
                credit=credit if piece else 0.0,
                sentence=piece,
                start=start,
                end=start + len(piece) if piece else -1,
                similarity=0.91 - 0.04 * place if piece else 0.0,
                note="misconception:teacher-serves" if note and piece else "",
            )
        )
    earned = sum(point.weight * point.credit for point in points)
    mean = earned / sum(point.weight for point in points)
    grade = TextGrade(
        score=mean if score is None else score,
        points=tuple(points),
        flags=(),
        engine="rubric-1",
        encoder="multilingual-e5-small@test",
        device="cpu",
        language="en",
    )
    return as_json(dataclasses.replace(grade, **changes))


def judged_body(answer: str = TEXT_ANSWER, **changes: Any) -> dict[str, Any]:
    """Return a text grade as a calibrated encoder makes it: with interval and doubt.

    It wants a person; each point has what stood for and against its words.
    """
    plain = text_body(answer)
    judged: dict[str, Any] = {
        "low": 0.41,
        "high": 0.72,
        "doubt": 0.83,
        "review": True,
        "reasons": ("doubt", "copied_rubric"),
        "flags": ("copied_rubric", "repetition"),
        "details": {
            "head": "multilingual-e5-small/1",
            "calibration": "multilingual-e5-small/1",
            "features": {"coverage": 0.5},
            "factor": 1.0,
            "coverage": 0.5125,
            "complete": True,
            "guards": {"copied_rubric": True, "repetition": True},
            "points": [
                {
                    "point": point["point"],
                    "background_mean": 0.7765,
                    "standing": 4.21 - place,
                    "net": 3.94 - 2 * place,
                    "misconception": "teacher-serves",
                    "misconception_standing": 1.24,
                    "opposite": 1.3 - place,
                }
                for place, point in enumerate(plain["points"])
            ],
        },
    }
    return text_body(answer, **(judged | changes))


def speed_body(
    *, verdict: Verdict = Verdict.FASTER, device: str = "cpu", **changes: Any
) -> dict[str, Any]:
    """Return a speed grade as JSON: measured 1.48x (1.45 to 1.51), or a failure."""
    measured = verdict in {Verdict.FASTER, Verdict.NOT_FASTER, Verdict.INCONCLUSIVE}
    faster = verdict is Verdict.FASTER
    low, middle, high = {
        Verdict.FASTER: (1.4513, 1.4821, 1.5108),
        Verdict.NOT_FASTER: (0.9712, 0.9893, 1.0054),
        Verdict.INCONCLUSIVE: (0.9421, 1.0734, 1.2211),
    }.get(verdict, (None, None, None))
    grade = SpeedGrade(
        verdict=verdict,
        reason={
            Verdict.FASTER: "All outputs are right and it is faster than the baseline.",
            Verdict.NOT_FASTER: "All outputs are right, but it is not faster.",
            Verdict.INCONCLUSIVE: "All outputs are right; the noise hides the rest.",
        }.get(verdict, "It did not get as far as being measured."),
        score=0.57 if faster else 0.0,
        speedup=middle,
        low=low,
        high=high,
        credited=low if faster else (1.0 if measured else None),
        cases=()
        if verdict in {Verdict.LOAD_FAILED, Verdict.REFUSED}
        else (
            CaseCheck(case="small", calls=4, correct=True, worst_error=0.12),
            CaseCheck(
                case="odd width",
                calls=4,
                correct=verdict is not Verdict.WRONG_OUTPUT,
                worst_error=0.31 if verdict is not Verdict.WRONG_OUTPUT else 182.0,
            ),
        ),
        pairs=200 if measured else 0,
        baseline_seconds=tuple(0.00148 + 0.00001 * (n % 7) for n in range(200))
        if measured
        else (),
        candidate_seconds=tuple(0.00100 + 0.00001 * (n % 5) for n in range(200))
        if measured
        else (),
        clock="cpu" if device == "cpu" else "wall",
        device=device,
        machine={
            "cpu": "AMD EPYC 7R32",
            "cores": 2,
            "gpu": "" if device == "cpu" else "NVIDIA H100 80GB HBM3",
            "torch": "2.13.0",
            "load": [0.42, 0.40, 0.31],
        },
        seconds=21.4,
        output="",
        engine="paired-1",
        task_digest="0" * 64,
    )
    return as_json(dataclasses.replace(grade, **changes))
