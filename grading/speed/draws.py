"""Is an honest program right on whatever a task may draw? Many draws, nothing timed.

A judgement draws its weights once and its inputs some fifty times, and one wrong
output is a wrong output. A task whose numbers now and then come out such that its own
reference is wrong would call an honest candidate's program wrong too, and a judgement
or two would not show it.
"""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import torch

from grading.errors import TaskBroken
from grading.speed.record import Question, what_is_wrong
from grading.speed.task import DTYPES, fresh_generator
from grading.threads import computing_with

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from torch import Tensor

    from grading.speed.task import Task

CALLS_A_DRAW: Final = 4  # of each case on the same weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a program made of many draws."""

    draws: int  # of weights
    calls: int
    wrong: str | None  # the first wrong output, in words
    worst: float  # error over all calls, 1.0 is the limit


@dataclass(frozen=True, slots=True, kw_only=True)
class _Program:
    """An author's program, which is trusted like the rest of the task."""

    solve: Callable[..., Any]
    prepare: Callable[..., Any] | None


def on_many_draws(
    task: Task, source: bytes, name: str, *, most: int, seconds: float
) -> Drawn:
    """Run an author's program in this process on fresh weights and inputs.

    Ends at the first wrong output, after `most` draws of weights or, when at least
    one was made, after `seconds`. The program is loaded anew for every draw.

    Raises: `TaskBroken` when the program or the task's own code fails.
    """
    generator = fresh_generator()
    until = time.monotonic() + seconds
    draws = calls = 0
    worst = 0.0
    with computing_with(task.threads), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # in a lane they are printed, no more
        while draws < most and (not draws or time.monotonic() < until):
            draws += 1
            weights = task.weights(generator)
            program, state = _ready(task, source, name, weights)
            for number in [*range(len(task.cases))] * CALLS_A_DRAW:
                inputs = task.inputs(number, generator)
                outputs = _outputs(task, program, state, number, inputs, name)
                question = Question(
                    number=number,
                    inputs=inputs,
                    weights=weights,
                    truth=task.truth(weights, inputs),
                )
                calls += 1
                wrong, error = what_is_wrong(task, question, outputs)
                worst = max(worst, error or 0.0)
                if wrong is not None:
                    return Drawn(draws=draws, calls=calls, wrong=wrong, worst=worst)
    return Drawn(draws=draws, calls=calls, wrong=None, worst=worst)


def _ready(
    task: Task, source: bytes, name: str, weights: Mapping[str, Tensor] | None
) -> tuple[_Program, Any]:
    names: dict[str, Any] = {"__name__": "submission"}
    try:
        exec(compile(source, name, "exec", dont_inherit=True), names)  # noqa: S102  # the author's
        program = _Program(solve=names["solve"], prepare=names.get("prepare"))
        if weights is None:
            return program, None
        own = {key: tensor.clone() for key, tensor in weights.items()}
        with torch.no_grad():
            return program, program.prepare(own) if program.prepare else own
    except Exception as error:  # the author's code may raise anything
        message = f"{task.slug}/{name}: {type(error).__name__}: {error}"
        raise TaskBroken(message) from error


def _outputs(  # noqa: PLR0913, PLR0917  # one call and whose it is
    task: Task,
    program: _Program,
    state: object,
    number: int,
    inputs: Sequence[Tensor],
    name: str,
) -> list[Tensor]:
    """Call `solve` and copy its results as a lane does.

    Raises: `TaskBroken`.
    """
    given = [tensor.clone() for tensor in inputs]
    places = [
        torch.empty(task.shape(output, number), dtype=DTYPES[output.dtype])
        for output in task.outputs
    ]
    try:
        with torch.no_grad():
            result = program.solve(*([] if state is None else [state]), *given)
            found = list(result) if isinstance(result, (tuple, list)) else [result]
            forms = [(tensor.shape, tensor.dtype) for tensor in found]
    except Exception as error:  # the author's code may raise anything
        message = f"{task.slug}/{name}: {type(error).__name__}: {error}"
        raise TaskBroken(message) from error
    if forms != [(place.shape, place.dtype) for place in places]:
        message = f"{task.slug}/{name}: its outputs have another form than asked"
        raise TaskBroken(message)
    for place, tensor in zip(places, found, strict=True):
        place.copy_(tensor)
    return places
