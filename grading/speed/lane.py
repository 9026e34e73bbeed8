"""One program in its jail, seen from the judge: load it, prepare it, time its calls.

A lane runs only between `thaw` and `freeze`, and both are inside the stopwatch:

    lane frozen:  inputs written, outputs filled with a random byte, "call" sent
    clocks read   (the parent's, of the kernel's accounts of the lane)
    thawed        solve() runs, the guest copies its result, says "done"
    frozen        nothing in the lane can run any more
    clocks read
    lane frozen:  outputs copied out; they are checked before its next call

So work done before, after or beside the call has no time to happen in, a result
that comes late is not in the copy, and a forged "done" only ends the lane's turn.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grading.errors import NodeTooBusy, SandboxUnavailable
from grading.results import Verdict
from grading.sandbox.memory_files import memory_file
from grading.sandbox.output import shown_line
from grading.speed import clocks
from grading.speed.memory import Region

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from grading.sandbox.command import Limits
    from grading.sandbox.run import Jail
    from grading.speed.clocks import Spent
    from grading.speed.memory import Table

TICK_SECONDS: Final = 0.02  # between two looks at a running lane
BUSY_SECONDS: Final = 0.5  # of computing by a lane that was told to stop
STARVED_SECONDS: Final = 120.0  # wall time without progress that is our fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How a program ended without a result."""

    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """One timed call."""

    spent: Spent
    outputs: tuple[Tensor, ...]  # copies; nobody else can change them


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The weight file all lanes read."""

    file: int
    table: list[list[object]]
    size: int


class Lane:
    """A jailed program. After a `Failure` only `close` is of use."""

    def __init__(  # noqa: PLR0913  # what a lane is made of; all by name
        self,
        jail: Jail,
        *,
        source: bytes,
        table: Table,
        weights: Weights | None,
        limits: Limits,
        device: str,
        memory_compared: bool = False,
    ) -> None:
        self.jail = jail
        self.limits = limits
        self.memory_by = ""  # what bounds it, known once it is ready
        self.on_tick: Callable[[], None] | None = None  # while it loads or prepares
        self._table = table
        self._device = device
        self._memory_compared = memory_compared
        self._weights = weights
        self._source = source
        self._inputs = Region("inputs", table.input_bytes)
        self._outputs = Region("outputs", table.output_bytes)
        self._given = [
            [self._inputs.tensor(place) for place in case] for case in table.inputs
        ]
        self._taken = [
            [self._outputs.tensor(place) for place in case] for case in table.outputs
        ]
        self._most_resident = 0
        self._held_before = 0  # bytes, by the kernel's account

    def set_up(self) -> None:
        """Hand the guest its memory; it locks itself up and says when it has."""
        plan: dict[str, object] = {
            "device": self._device,
            "memory_compared": self._memory_compared,
            "input_bytes": self._table.input_bytes,
            "output_bytes": self._table.output_bytes,
            "cases": [
                {
                    "inputs": [place.entry() for place in inputs],
                    "outputs": [place.entry() for place in outputs],
                }
                for inputs, outputs in zip(
                    self._table.inputs, self._table.outputs, strict=True
                )
            ],
        }
        source = memory_file("submission", self._source)
        files = [source, self._inputs.file, self._outputs.file]
        if self._weights is not None:
            plan |= {
                "weights": self._weights.table,
                "weight_bytes": self._weights.size,
            }
            files.append(self._weights.file)
        self.jail.send("setup\n" + json.dumps(plan), files)  # lock() sees a failure
        os.close(source)

    def lock(self, seconds: float) -> None:
        """Wait for the guest, have the kernel confirm the jail, stop it.

        Raises: `SandboxUnavailable`.
        """
        self.memory_by = self.jail.lock(
            self.limits, cuda=self._device == "cuda", seconds=seconds
        )
        self._most_resident = self.jail.resident_bytes() + self.limits.memory_bytes
        self.jail.freeze()
        self._held_before = self.jail.group.memory_held() or 0
        self.jail.group.forget_peak()

    # ------------------------------------------------------------- running

    def load(self, seconds: float) -> Spent | Failure:
        """Run the program's file."""
        return self._turn("load", b"loaded", seconds, "loading the file")

    def prepare(self, seconds: float) -> Spent | Failure:
        """Let the program prepare its weights, if it wants to."""
        return self._turn("prepare", b"prepared", seconds, "prepare()")

    def call(
        self, number: int, inputs: Sequence[Tensor], seconds: float
    ) -> Called | Failure:
        """Time one call on one case's inputs."""
        self.jail.drop_messages()
        if not self.jail.stands_still():
            message = "A lane that should stand still is running."
            raise SandboxUnavailable(message)
        for place, tensor in zip(self._given[number], inputs, strict=True):
            place.copy_(tensor)
        self._outputs.poison()
        token = secrets.token_hex(8)
        spent = self._turn(
            f"call {number} {token}", f"done {token}".encode(), seconds, "solve()"
        )
        if isinstance(spent, Failure):
            return spent
        outputs = tuple(place.clone() for place in self._taken[number])
        return Called(spent=spent, outputs=outputs)

    def most_held(self) -> int:
        """Return the most memory held since the lock, above what was held then.

        The account begins before the program's file is read: memory put aside
        while loading is the program's too, or a leak could be hidden in it.

        Units: bytes, as the kernel charges the lane's control group.
        Raises: `SandboxUnavailable` where no control group counts memory. What a
            process has mapped would be no substitute: files in the scratch folder
            lie in memory and are not in it.
        """
        peak = self.jail.group.memory_peak()
        if peak is None:
            message = (
                "Memory cannot be measured here: no memory control group may be made."
            )
            raise SandboxUnavailable(message)
        return peak - self._held_before

    def _turn(
        self, order: str, answer: bytes, seconds: float, what: str
    ) -> Spent | Failure:
        """Let the lane run until it answers, ends or has had its time."""
        self.jail.send(order)
        try:
            before = clocks.read(self.jail.pid)
        except ProcessLookupError:
            return self._ended(what)
        self.jail.thaw()
        packet = self._answer(before, seconds, what)
        packet = self._stopped(what) or packet
        if isinstance(packet, Failure):
            return packet
        if packet == b"":
            return self._ended(what)
        if packet != answer:
            return self._failed(packet, what)
        try:
            return clocks.between(before, clocks.read(self.jail.pid))
        except ProcessLookupError:
            return self._ended(what)

    def _stopped(self, what: str) -> Failure | None:
        """Stop the lane, or say that it cannot be because of what it does.

        Raises: `SandboxUnavailable` when it would not stop and did not compute either.
        """
        try:
            before = clocks.read(self.jail.pid)
        except ProcessLookupError:
            before = None
        try:
            self.jail.freeze()
        except SandboxUnavailable:
            if before is None or not self._computes(before):
                raise
            return Failure(
                verdict=Verdict.TIME_LIMIT,
                reason=f"{what} was in system calls that could not be stopped.",
            )
        return None

    def _computes(self, before: clocks.Reading) -> bool:
        try:
            return clocks.between(before, clocks.read(self.jail.pid)).cpu > BUSY_SECONDS
        except ProcessLookupError:
            return False

    def _answer(
        self, before: clocks.Reading, seconds: float, what: str
    ) -> bytes | Failure:
        while True:
            packet = self.jail.receive(TICK_SECONDS)
            if packet is not None:
                return packet
            try:
                spent = clocks.between(before, clocks.read(self.jail.pid))
            except ProcessLookupError:
                return b""
            computing = spent.cpu / self.limits.threads
            if max(computing, spent.wall - spent.waited) > seconds:
                return Failure(
                    verdict=Verdict.TIME_LIMIT,
                    reason=f"{what} took more than {seconds:g} s and was stopped.",
                )
            if self.jail.resident_bytes() > self._most_resident + self._shared():
                return self._too_much_memory(what)
            if spent.wall > seconds + STARVED_SECONDS:
                message = "The machine was too busy to finish one call."
                raise NodeTooBusy(message)
            if self.on_tick is not None:
                self.on_tick()

    def _shared(self) -> int:
        """Return the bytes a lane's memory files can add to what it seems to hold."""
        weights = self._weights.size if self._weights is not None else 0
        return self._table.input_bytes + self._table.output_bytes + weights

    def _too_much_memory(self, what: str) -> Failure:
        most = self.limits.memory_bytes // (1024 * 1024)
        return Failure(
            verdict=Verdict.MEMORY_LIMIT,
            reason=f"{what} needed more than the {most} MiB that the task allows.",
        )

    def _ended(self, what: str) -> Failure:
        """Say how a process ended that we did not end."""
        if self.jail.memory_kills():
            return self._too_much_memory(what)
        loading = what == "loading the file"
        return Failure(
            verdict=Verdict.LOAD_FAILED if loading else Verdict.CRASHED,
            reason=f"The program ended by itself during {what}.",
        )

    def _failed(self, packet: bytes, what: str) -> Failure:
        """Turn the guest's words into a verdict; they can only hurt the program."""
        head, _, text = packet.partition(b"\n")
        told = shown_line(text)
        kind = head.removeprefix(b"failed ")
        if kind == b"memory":
            return self._too_much_memory(what)
        if kind == b"syntax":
            return Failure(
                verdict=Verdict.LOAD_FAILED, reason=f"The file does not parse: {told}."
            )
        if kind in (b"load", b"prepare"):
            begin = f"{what[0].upper()}{what[1:]}" if kind == b"load" else what
            return Failure(
                verdict=Verdict.LOAD_FAILED, reason=f"{begin} failed: {told}."
            )
        if kind == b"output":
            reason = f"Wrong result: {told}."
            return Failure(verdict=Verdict.WRONG_OUTPUT, reason=reason)
        if kind == b"solve":
            return Failure(
                verdict=Verdict.CRASHED, reason=f"solve() raised an error: {told}."
            )
        return Failure(
            verdict=Verdict.CRASHED,
            reason=f"The program disturbed the judge's channel during {what}.",
        )

    def printed(self) -> str:
        """Return what the program printed, bounded and safe to show."""
        self.jail.take_printed()
        return self.jail.printed.text()

    def close(self) -> None:
        """End the program and leave nothing of it."""
        self.jail.close()
        self._given.clear()
        self._taken.clear()
        self._inputs.close()
        self._outputs.close()
