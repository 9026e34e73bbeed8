"""A speed task's folder as the judge uses it: its numbers and its own code.

The task's code (`inputs.py`, `checker.py`) is the author's and runs in the judge's
process. `baseline.py` is only text here: it runs in a jail, like a submission.
The format is described in docs/tasks.md.
"""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch
import yaml

from grading.errors import TaskBroken
from grading.inputs import task_digest
from grading.speed.equivalence import Tolerance
from grading.speed.metric import Metric

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from torch import Tensor

SETTINGS: Final = "question.yaml"
DTYPES: Final[Mapping[str, torch.dtype]] = {
    "float32": torch.float32,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "float64": torch.float64,
    "int64": torch.int64,
    "int32": torch.int32,
    "int8": torch.int8,
    "uint8": torch.uint8,
    "bool": torch.bool,
}
MOST_CASE_BYTES: Final = 1024**3  # of one case's inputs, and of its outputs
ENTROPY_BITS: Final = 128
EXACT: Final = Tolerance(absolute=0.0, relative=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One tensor that `solve` returns."""

    name: str
    dtype: str
    shape: tuple[int | str, ...]  # a word is a parameter of the case
    tolerance: Tolerance


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One size of the problem."""

    name: str
    measured: bool  # exactly one case of a task is timed; all are checked
    parameters: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Everything the judge knows about a task."""

    slug: str
    digest: str
    baseline: bytes
    threads: int
    memory_bytes: int
    call_seconds: float
    load_seconds: float
    prepare_seconds: float
    budget_seconds: float
    reference_speedup: float
    cases: tuple[Case, ...]
    outputs: tuple[Output, ...]
    metric: Metric
    calls: int  # of the measured case in one process, where memory is measured
    bytes_per_second: float  # of the line that a message is sent over; else 0
    weight_parameters: Mapping[str, int] | None
    make_inputs: Callable[..., tuple[Tensor, ...]]
    make_weights: Callable[..., Mapping[str, Tensor]] | None
    expected: Callable[..., tuple[Tensor, ...]]
    accept: Callable[..., tuple[bool, float, str]] | None  # None: by tolerance

    @property
    def measured(self) -> int:
        """Return the number of the case that is timed."""
        return next(i for i, case in enumerate(self.cases) if case.measured)

    def inputs(self, number: int, generator: np.random.Generator) -> tuple[Tensor, ...]:
        """Make one case's inputs.

        Raises: `TaskBroken` when the author's code fails.
        """
        parameters = self.cases[number].parameters
        made = _author(self.make_inputs, f"{self.slug}/inputs.py")(
            generator, **parameters
        )
        return tuple(tensor.contiguous() for tensor in made)

    def weights(self, generator: np.random.Generator) -> dict[str, Tensor] | None:
        """Make the weights that all cases share; None when the task has none."""
        if self.make_weights is None or self.weight_parameters is None:
            return None
        made = _author(self.make_weights, f"{self.slug}/inputs.py")(
            generator, **self.weight_parameters
        )
        return {name: tensor.contiguous() for name, tensor in made.items()}

    def truth(
        self, weights: Mapping[str, Tensor] | None, inputs: Sequence[Tensor]
    ) -> tuple[Tensor, ...]:
        """Return what the outputs should be, in float64."""
        given = (*(() if weights is None else (weights,)), *inputs)
        found = _author(self.expected, f"{self.slug}/checker.py")(*given)
        return (found,) if isinstance(found, torch.Tensor) else tuple(found)

    def accepts(
        self,
        outputs: Sequence[Tensor],
        truth: Sequence[Tensor],
        inputs: Sequence[Tensor],
        weights: Mapping[str, Tensor] | None,
    ) -> tuple[bool, float | None, str]:
        """Ask the task's own rule: right or not, how near the limit, in words.

        The second is None where the rule's number is not finite.

        Raises: `TaskBroken` when it fails or answers in another form.
        """
        where = f"{self.slug}/checker.py"
        if self.accept is None:
            message = f"{where} has no accept()"
            raise TaskBroken(message)
        given = (outputs, truth, inputs, *(() if weights is None else (weights,)))
        match _author(self.accept, where)(*given):
            case (bool(ok), int() | float() as worst, str(detail)) if (
                not ok or 0 <= worst <= 1
            ):
                finite = float(worst) if math.isfinite(worst) else None
                return ok, finite, " ".join(detail.split()).rstrip(".")
        message = (
            f"{where}: accept() must return (bool, float, str), "
            "the number within 0 to 1 when it is right"
        )
        raise TaskBroken(message)

    def shape(self, output: Output, number: int) -> tuple[int, ...]:
        """Return the shape of one output of one case."""
        parameters = self.cases[number].parameters
        return tuple(
            size if isinstance(size, int) else parameters[size] for size in output.shape
        )


def fresh_generator() -> np.random.Generator:
    """Return a generator that nobody can have foreseen: seeded by the kernel."""
    return np.random.default_rng(secrets.randbits(ENTROPY_BITS))


def _author(function: Callable[..., Any], where: str) -> Callable[..., Any]:
    """Let an exception of the author's code say whose it is."""

    def called(*args: object, **kwargs: object) -> Any:  # noqa: ANN401  # the author's
        try:
            return function(*args, **kwargs)
        except Exception as error:  # the author's code may raise anything
            message = f"{where}: {type(error).__name__}: {error}"
            raise TaskBroken(message) from error

    return called


def _run_file(path: Path) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": f"task_{path.stem}", "__file__": str(path)}
    try:
        code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        exec(code, names)  # noqa: S102  # the author's code, as trusted as ours
    except OSError as error:
        message = f"{path.parent.name} has no readable {path.name}"
        raise TaskBroken(message) from error
    except Exception as error:  # the author's code may raise anything
        message = f"{path.parent.name}/{path.name}: {type(error).__name__}: {error}"
        raise TaskBroken(message) from error
    return names


class _Settings:
    """Read typed values of a mapping; what is wrong is the author's to mend."""

    def __init__(self, where: str, values: object) -> None:
        self.where = where
        self.values: dict[str, Any] = {}
        if isinstance(values, dict):
            self.values |= values
        else:
            self.fail("is not a mapping")

    def fail(self, reason: str) -> None:
        message = f"{self.where} {reason}"
        raise TaskBroken(message)

    def take(self, name: str, *kinds: type, default: object = None) -> Any:  # noqa: ANN401  # of a kind named by the caller
        value = self.values.pop(name, default)
        if value is None and default is None:
            self.fail(f"lacks `{name}`")
        if not isinstance(value, kinds) or (
            isinstance(value, bool) and bool not in kinds
        ):
            self.fail(f"has a `{name}` that is not {kinds[0].__name__}")
        return value

    def number(
        self, name: str, *, above: float = 0.0, default: float | None = None
    ) -> float:
        value = float(self.take(name, float, int, default=default))
        if not value > above:
            self.fail(f"has a `{name}` that is not above {above:g}")
        return value

    def end(self) -> None:
        if self.values:
            self.fail(f"has unknown fields: {', '.join(sorted(map(str, self.values)))}")


def _parameters(where: str, values: object) -> dict[str, int]:
    if not isinstance(values, dict) or not all(
        isinstance(name, str) and isinstance(value, int) and value > 0
        for name, value in values.items()
    ):
        message = f"{where} has parameters that are not whole numbers above 0"
        raise TaskBroken(message)
    return dict(values)


def _cases(where: str, entries: list[Any], device: str) -> tuple[Case, ...]:
    cases = []
    for index, entry in enumerate(entries):
        place = f"{where}: case {index + 1}"
        fields = _Settings(place, entry)
        parameters = _parameters(place, fields.take("parameters", dict))
        larger = _parameters(place, fields.take("cuda", dict, default={}))
        cases.append(
            Case(
                name=fields.take("name", str),
                measured=fields.take("measured", bool, default=False),
                parameters=parameters | (larger if device == "cuda" else {}),
            )
        )
        fields.end()
    if sum(case.measured for case in cases) != 1:
        message = f"{where} must have exactly one case with `measured: true`"
        raise TaskBroken(message)
    return tuple(cases)


def _outputs(
    where: str, entries: list[Any], *, by_tolerance: bool
) -> tuple[Output, ...]:
    outputs = []
    for index, entry in enumerate(entries):
        fields = _Settings(f"{where}: output {index + 1}", entry)
        dtype = fields.take("dtype", str)
        if dtype not in DTYPES:
            fields.fail(f"has the dtype {dtype}; known are {', '.join(DTYPES)}")
        outputs.append(
            Output(
                name=fields.take("name", str),
                dtype=dtype,
                shape=tuple(fields.take("shape", list)),
                tolerance=Tolerance(
                    absolute=fields.number("atol", above=-1e-300),
                    relative=fields.number("rtol", above=-1e-300),
                )
                if by_tolerance
                else EXACT,
            )
        )
        fields.end()
    if not outputs:
        message = f"{where} has no outputs"
        raise TaskBroken(message)
    return tuple(outputs)


def load_task(folder: Path, device: str) -> Task:
    """Read a task's folder.

    Raises: `TaskBroken`, which names the file and what is wrong with it.
    """
    path = folder / SETTINGS
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        baseline = (folder / "baseline.py").read_bytes()
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        message = f"{folder.name}: {error}"
        raise TaskBroken(message) from error
    where = f"{folder.name}/{SETTINGS}"
    if not isinstance(document, dict) or document.get("kind") != "speed":
        message = f"{where} is not a question of `kind: speed`"
        raise TaskBroken(message)
    fields = _Settings(f"{where}: `speed`", document.get("speed"))
    generator = _run_file(folder / "inputs.py")
    checker = _run_file(folder / "checker.py")
    weights = fields.take("weights", dict, default={})
    accept = checker.get("accept")
    metric = _metric(fields)
    in_memory, as_message = metric is Metric.MEMORY, metric is Metric.BYTES
    task = Task(
        slug=folder.name,
        digest=task_digest(folder),
        baseline=baseline,
        threads=int(fields.number("threads", default=1)),
        memory_bytes=int(fields.number("memory_mb") * 1024 * 1024),
        call_seconds=fields.number("call_seconds"),
        load_seconds=fields.number("load_seconds", default=10.0),
        prepare_seconds=fields.number("prepare_seconds", default=10.0),
        budget_seconds=fields.number("budget_seconds"),
        reference_speedup=fields.number("reference_speedup", above=1.02),
        cases=_cases(where, fields.take("cases", list), device),
        outputs=_outputs(
            where, fields.take("outputs", list), by_tolerance=accept is None
        ),
        metric=metric,
        calls=int(fields.number("calls", default=1)) if in_memory else 1,
        bytes_per_second=fields.number("bytes_per_second") if as_message else 0.0,
        weight_parameters=_parameters(where, weights) if weights else None,
        make_inputs=_function(generator, "make_inputs", f"{folder.name}/inputs.py"),
        make_weights=(
            _function(generator, "make_weights", f"{folder.name}/inputs.py")
            if weights
            else None
        ),
        expected=_function(checker, "expected", f"{folder.name}/checker.py"),
        accept=accept,
    )
    fields.end()
    if as_message:
        _check_message(where, task.outputs)
    _rehearse(task)
    return task


def _metric(fields: _Settings) -> Metric:
    name = fields.take("metric", str, default=Metric.TIME.value)
    if name not in set(Metric):
        fields.fail(f"has the metric {name}; known are {', '.join(Metric)}")
    return Metric(name)


def _check_message(where: str, outputs: Sequence[Output]) -> None:
    """A third output would be a way to send something for nothing."""
    forms = [(output.dtype, len(output.shape)) for output in outputs]
    if forms != [("uint8", 1), ("int64", 1)] or outputs[1].shape != (1,):
        message = (
            f"{where}: with `metric: bytes` there are two outputs, "
            "a uint8 buffer [size] and its int64 length [1]"
        )
        raise TaskBroken(message)


def _function(names: dict[str, Any], name: str, where: str) -> Callable[..., Any]:
    found = names.get(name)
    if not callable(found):
        message = f"{where} defines no function {name}()"
        raise TaskBroken(message)
    return found  # type: ignore[no-any-return]  # the author's, known at run time


def _rehearse(task: Task) -> None:
    """Make every case's inputs once, so that later steps can rely on their form."""
    generator = np.random.default_rng(0)
    weights = task.weights(generator)
    for number, case in enumerate(task.cases):
        inputs = task.inputs(number, generator)
        where = f"{task.slug}: case {case.name}"
        size = sum(tensor.nbytes for tensor in inputs)
        if not inputs or not all(isinstance(t, torch.Tensor) for t in inputs):
            message = f"{where}: make_inputs() must return a tuple of tensors"
            raise TaskBroken(message)
        if size > MOST_CASE_BYTES:
            message = f"{where}: {size} bytes of inputs are too many"
            raise TaskBroken(message)
        truth = task.truth(weights, inputs)
        if task.accept is not None:
            _rehearse_accept(task, number, inputs, truth, weights)
            continue
        shapes = [tuple(tensor.shape) for tensor in truth]
        try:
            wanted = [task.shape(output, number) for output in task.outputs]
        except KeyError as error:
            message = f"{where}: no parameter is called {error}"
            raise TaskBroken(message) from error
        if shapes != wanted:
            message = f"{where}: expected() gives {shapes}, question.yaml {wanted}"
            raise TaskBroken(message)


def _rehearse_accept(
    task: Task,
    number: int,
    inputs: Sequence[Tensor],
    truth: Sequence[Tensor],
    weights: Mapping[str, Tensor] | None,
) -> None:
    """Show the rule nonsense: it must call that wrong, and may not raise.

    A program must not be able to turn its wrong output into its author's fault.
    """
    for fill in (0, -1):
        nonsense = []
        for output in task.outputs:
            try:
                shape = task.shape(output, number)
            except KeyError as error:
                message = f"{task.slug}: no parameter is called {error}"
                raise TaskBroken(message) from error
            value = 255 if output.dtype == "uint8" and fill else fill
            nonsense.append(torch.full(shape, value, dtype=DTYPES[output.dtype]))
        if task.metric is Metric.BYTES:
            nonsense[0] = nonsense[0][: nonsense[0].numel() if fill else 0]
        ok, _, _ = task.accepts(nonsense, truth, inputs, weights)
        if ok:
            message = f"{task.slug}/checker.py: accept() accepts outputs of {fill}"
            raise TaskBroken(message)
