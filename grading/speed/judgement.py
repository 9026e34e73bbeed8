"""One submission on its way through the jails.

It goes in rounds. In each, both programs get a new process, are loaded, prepared
and called once unmeasured; then they run in turns, pair by pair. A process has luck,
with its memory and with its core, that makes it some per cent faster or slower than
the next one for all of its life, so a round is short, there are many, a round is one
observation, and both programs of a round share a core.
"""

from __future__ import annotations

import contextlib
import functools
import os
import time
from dataclasses import dataclass
from itertools import chain, repeat
from typing import TYPE_CHECKING, Final

from grading.errors import BaselineBroken, NodeTooBusy
from grading.results import Verdict
from grading.sandbox.command import Limits
from grading.sandbox.start import start_jails, start_kind
from grading.speed import clocks, machine, rules
from grading.speed.device import Quiet
from grading.speed.lane import Called, Failure, Lane, Weights
from grading.speed.memory import read_libraries, table_of, weight_file
from grading.speed.metric import Cost, Metric, message
from grading.speed.progress import TELL_SECONDS, Progress, Stage
from grading.speed.record import Question, what_is_wrong
from grading.speed.statistics import FEWEST
from grading.speed.task import fresh_generator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grading.inputs import SpeedSubmission
    from grading.speed.clocks import Spent
    from grading.speed.device import Gpu
    from grading.speed.progress import Watch
    from grading.speed.record import Record

LOCK_SECONDS: Final = 120.0  # wall; a cold start on a starved machine
PATIENCE_SECONDS: Final = 60.0  # beyond the budget, for the fewest rounds
ROUND_PAIRS: Final = 4  # of the measured case, at least; even, see `_turns`
# So many that one disturbed call in them moves neither end of the interval.
QUICK_PAIRS: Final = 16
CASE_ROUNDS: Final = 2  # the first ones, which call every case


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much is measured."""

    mode: str  # "full" or "run"
    rounds: int  # at least; each has its own process of each program
    fewest_pairs: int
    most_pairs: int
    most_seconds: float | None = None  # of measuring; None: what the task says


FULL: Final = Effort(
    mode="full", rounds=FEWEST, fewest_pairs=FEWEST * ROUND_PAIRS, most_pairs=320
)
QUICK: Final = Effort(
    mode="run",
    rounds=1,
    fewest_pairs=QUICK_PAIRS,
    most_pairs=QUICK_PAIRS,
    most_seconds=5.0,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """The two programs of one round."""

    baseline: Lane
    candidate: Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """What both programs' calls on the same inputs cost."""

    baseline: Cost
    candidate: Cost


def _together(calls: Sequence[Cost], lane: Lane) -> Cost:
    """Return what a process's calls cost, and the most that it held meanwhile."""
    spent = clocks.total(cost.spent for cost in calls)
    return Cost(spent=spent, held_bytes=lane.most_held())


class Judgement:
    """Runs the rounds and fills the record."""

    def __init__(
        self,
        record: Record,
        submission: SpeedSubmission,
        effort: Effort,
        gpu: Gpu,
        watch: Watch | None = None,
    ) -> None:
        self._record = record
        self._task = record.task
        self._device = record.device
        self._source = submission.source
        self._effort = effort
        self._quiet = Quiet(record.device, gpu)
        self._budget = submission.patience * (
            submission.budget_seconds or record.task.budget_seconds
        )
        if effort.most_seconds is not None:
            self._budget = min(self._budget, effort.most_seconds)
        self._generator = fresh_generator()
        self._weights = record.task.weights(self._generator)
        cases = range(len(record.task.cases))
        self._table = table_of(
            record.task,
            [record.task.inputs(number, self._generator) for number in cases],
        )
        self._unseen = set(cases)
        self._measuring = 0.0  # seconds
        self._watch = watch
        self._told: tuple[Stage, float] | None = None  # and when, monotonic

    def run(self) -> Failure | None:
        """Judge; return how the submission failed, or None when it went through.

        Raises: `AuthorFault`, `ServiceFault`.
        """
        self._tell(Stage.STARTING)
        if self._task.metric is Metric.MEMORY:
            read_libraries()
        with self._weight_file() as weights:
            try:
                while not self._done():
                    self._record.processes += 1
                    failure = self._round(weights)
                    if failure is not None:
                        return failure
            except NodeTooBusy:
                if self._own_seconds() < self._budget:
                    raise
                return Failure(
                    verdict=Verdict.TIME_LIMIT,
                    reason="Its calls took so long that too few could be measured.",
                )
        return None

    def _own_seconds(self) -> float:
        """Return what the submission's counted calls took, less waits for a core."""
        return sum(cost.spent.effective for cost in self._record.candidate)

    def _done(self) -> bool:
        """Say whether nothing is left to find out, or no time to do it.

        Raises: `NodeTooBusy` when the time is over and too little was found out.
        """
        pairs, effort = len(self._record.candidate), self._effort
        rounds = self._record.processes
        if rounds < effort.rounds or pairs < FEWEST or self._unseen:
            if self._measuring > self._budget + PATIENCE_SECONDS:
                message = (
                    f"Only {pairs} pairs in {rounds} processes "
                    f"in {self._measuring:.0f} s."
                )
                raise NodeTooBusy(message)
            return False
        if pairs >= effort.most_pairs or self._measuring > self._budget:
            return True
        return pairs >= self._fewest() and rules.precise(self._record.interval())

    def _fewest(self) -> int:
        """Return the pairs that are enough; each of memory is its own process."""
        in_memory = self._task.metric is Metric.MEMORY
        return FEWEST if in_memory else self._effort.fewest_pairs

    def _tell(self, stage: Stage, candidate: Lane | None = None) -> None:
        """Tell who watches how far this is, and not more often than they can read."""
        if self._watch is None:
            return
        now = time.monotonic()
        told = self._told
        if told is not None and told[0] is stage and now - told[1] < TELL_SECONDS:
            return
        self._told = (stage, now)
        if candidate is not None and self._record.processes == 1:
            self._record.printed = candidate.printed()
        cases = len(self._task.cases)
        self._watch(
            Progress(
                stage=stage,
                cases_checked=cases - len(self._unseen),
                cases=cases,
                pairs=len(self._record.candidate),
                pairs_wanted=self._fewest(),
                output=self._record.printed,
            )
        )

    # ---------------------------------------------------------------- lanes

    @contextlib.contextmanager
    def _weight_file(self) -> Iterator[Weights | None]:
        if self._weights is None:
            yield None
            return
        file, entries, size = weight_file(self._weights)
        try:
            yield Weights(file=file, table=entries, size=size)
        finally:
            os.close(file)

    @contextlib.contextmanager
    def _sides(self, weights: Weights | None) -> Iterator[_Sides]:
        """Start both programs, locked and frozen; end them whatever happens."""
        began = time.monotonic()
        task = self._task
        limits = Limits(memory_bytes=task.memory_bytes, threads=task.threads)
        with contextlib.ExitStack() as stack:
            jails = start_jails(2, limits, self._device, stack=stack)
            lanes = []
            for jail, source in zip(jails, (task.baseline, self._source), strict=True):
                lane = Lane(
                    jail,
                    source=source,
                    table=self._table,
                    weights=weights,
                    limits=limits,
                    device=self._device,
                    memory_compared=task.metric is Metric.MEMORY,
                )
                stack.callback(lane.close)
                lane.set_up()
                lanes.append(lane)
            for lane in lanes:
                lane.lock(LOCK_SECONDS)
            self._note(lanes[1], time.monotonic() - began)
            yield _Sides(baseline=lanes[0], candidate=lanes[1])

    def _note(self, lane: Lane, seconds: float) -> None:
        """Write down the machine as the first round found it."""
        if self._record.facts:
            return
        bounds = lane.jail.group.in_force()
        self._record.facts = machine.facts(self._device) | {
            "sandbox": lane.jail.described(),
            "limits": bounds | {"memory": lane.memory_by},
            "freezer": bounds.get("freezer", "stop signal"),
            "start": start_kind(self._device),
            "start_seconds": round(seconds, 3),
        }

    # --------------------------------------------------------------- rounds

    def _round(self, weights: Weights | None) -> Failure | None:
        began = time.monotonic()
        with self._sides(weights) as sides:
            try:
                failure = self._load(sides)
                if failure is None and self._task.metric is Metric.MEMORY:
                    failure = self._hold(sides, began)
                elif failure is None:
                    failure = self._time(sides, began)
            finally:
                if self._record.processes == 1:
                    self._record.printed = sides.candidate.printed()
        return failure

    def _time(self, sides: _Sides, began: float) -> Failure | None:
        """Time pairs of calls, after one that warms both processes."""
        self._quiet.calibrate()
        self._share_a_core(sides)
        called = self._pair(sides, self._task.measured, baseline_first=self._drawn())
        if isinstance(called, Failure):
            return called
        return self._pairs(sides, time.monotonic() - began)

    def _share_a_core(self, sides: _Sides) -> None:
        """Keep both programs on one core, where their processor time is compared.

        Left to the kernel, each stays where it ran last. Two cores with different
        neighbours then made one program up to a tenth faster for a whole round, and
        a judgement on a busy machine took three times as long to become sure.
        """
        if self._record.clock != "cpu":
            return
        core = sides.baseline.jail.core()  # the kernel found it free a moment ago
        lanes = (sides.baseline, sides.candidate)
        kept = all(lane.jail.keep_to(core) for lane in lanes)
        self._record.core_of.append(core if kept else None)

    def _drawn(self) -> bool:
        return bool(self._generator.integers(2))

    def _turns(self) -> Iterator[bool]:
        """Say of pair after pair whether the baseline goes first.

        Drawn for one pair and turned round for the next: who goes first finds colder
        caches (a program that reads 32 MB of weights was 13 % slower), and the median
        of as many pairs of each kind is free of that.
        """
        while True:
            first = self._drawn()
            yield first
            yield not first

    def _hold(self, sides: _Sides, began: float) -> Failure | None:
        """Call both as often as the task says; count the most that each held.

        One pair of figures a process, since what is held stays held.
        """
        measured = self._task.measured
        calls = []
        for _ in range(self._task.calls):
            called = self._pair(sides, measured, baseline_first=self._drawn())
            if isinstance(called, Failure):
                return called
            calls.append(called)
        self._record.note_pair(
            _together([one.baseline for one in calls], sides.baseline),
            _together([one.candidate for one in calls], sides.candidate),
        )
        self._unseen.discard(measured)
        if self._record.processes <= CASE_ROUNDS:
            for number in sorted(self._unseen):
                called = self._pair(sides, number, baseline_first=self._drawn())
                if isinstance(called, Failure):
                    return called
                self._unseen.discard(number)
        self._measuring += time.monotonic() - began
        return None

    def _load(self, sides: _Sides) -> Failure | None:
        for lane in (sides.candidate, sides.baseline):
            result = self._turn(sides, lane, Stage.LOADING)
            if not isinstance(result, Failure):
                result = self._turn(sides, lane, Stage.PREPARING)
            if isinstance(result, Failure):
                return self._blamed(result, lane is sides.baseline)
        return None

    def _turn(self, sides: _Sides, lane: Lane, stage: Stage) -> Spent | Failure:
        """Load or prepare one program, while who watches sees what ours prints."""
        shown = Stage.PREPARING if lane is sides.baseline else stage
        tell = functools.partial(self._tell, shown, sides.candidate)
        tell()
        lane.on_tick = None if self._watch is None else tell
        if stage is Stage.LOADING:
            result = lane.load(self._task.load_seconds)
        else:
            result = lane.prepare(self._task.prepare_seconds)
        lane.on_tick = None
        return result

    def _first_cases(self) -> list[int]:
        """Return a round's first case numbers; the first rounds see every case."""
        measured = self._task.measured
        effort = self._effort
        pairs = ROUND_PAIRS if effort.rounds > 1 else effort.fewest_pairs
        numbers = [measured] * pairs
        if self._record.processes <= CASE_ROUNDS:
            numbers += [n for n in range(len(self._task.cases)) if n != measured]
        return [int(number) for number in self._generator.permutation(numbers)]

    def _pairs(self, sides: _Sides, setup_seconds: float) -> Failure | None:
        """Measure until the round was worth its setup, or all is found out."""
        began = last = time.monotonic()
        first = self._first_cases()
        measured = self._task.measured
        turns = self._turns()
        counted = 0
        for done, number in enumerate(chain(first, repeat(measured)), start=1):
            counts = number == measured
            baseline_first = next(turns) if counts else self._drawn()
            called = self._pair(sides, number, baseline_first=baseline_first)
            if isinstance(called, Failure):
                return called
            if counts:
                counted += 1
                self._record.note_pair(called.baseline, called.candidate)
                self._record.baseline_first.append(baseline_first)
            self._unseen.discard(number)
            now = time.monotonic()
            self._measuring += now - last
            last = now
            if done < len(first) or counted % 2:
                continue
            share_gone = now - began > self._budget / max(2, self._effort.rounds)
            if now - began >= setup_seconds or share_gone or self._done():
                break
        return None

    def _pair(
        self, sides: _Sides, number: int, *, baseline_first: bool
    ) -> _Pair | Failure:
        """Run both programs on the same new inputs, then look at what came out.

        Nothing but the handing over lies between the two: the nearer they are to each
        other, the more of the machine's moods they share.
        """
        self._tell(Stage.MEASURING, sides.candidate)
        inputs = self._task.inputs(number, self._generator)
        question = Question(
            number=number,
            inputs=inputs,
            weights=self._weights,
            truth=self._task.truth(self._weights, inputs),
        )
        lanes = [sides.baseline, sides.candidate]
        if not baseline_first:
            lanes.reverse()
        calls: dict[bool, Called] = {}
        for lane in lanes:
            is_baseline = lane is sides.baseline
            called = lane.call(number, inputs, self._task.call_seconds)
            if isinstance(called, Failure):
                if not is_baseline:
                    self._record.note_case(number, called.reason, None)
                return self._blamed(called, is_baseline)
            if not is_baseline and not self._quiet.settled():
                return Failure(
                    verdict=Verdict.TIME_LIMIT,
                    reason="The program left work running on the GPU after its call.",
                )
            calls[is_baseline] = called
        for is_baseline, called in calls.items():
            failure = self._checked(called, question, is_baseline)
            if failure is not None:
                return failure
        return _Pair(
            baseline=self._cost(calls[True]), candidate=self._cost(calls[False])
        )

    def _cost(self, called: Called) -> Cost:
        """Return what a call cost; its outputs were looked at before."""
        sent = message(called.outputs) if self._task.metric is Metric.BYTES else None
        return Cost(spent=called.spent, sent_bytes=0 if sent is None else sent.numel())

    def _checked(
        self,
        called: Called,
        question: Question,
        is_baseline: bool,  # noqa: FBT001  # whose call it was, right after the call
    ) -> Failure | None:
        wrong, worst = what_is_wrong(self._task, question, called.outputs)
        if not is_baseline:
            self._record.note_case(question.number, wrong, worst)
        if wrong is None:
            return None
        failure = Failure(verdict=Verdict.WRONG_OUTPUT, reason=wrong)
        return self._blamed(failure, is_baseline)

    def _blamed(self, failure: Failure, is_baseline: bool) -> Failure:  # noqa: FBT001  # the same
        """Return the submission's failure; the baseline's is its author's.

        Raises: `BaselineBroken`.
        """
        if is_baseline:
            message = f"{self._task.slug}: baseline.py: {failure.reason}"
            raise BaselineBroken(message)
        return failure
