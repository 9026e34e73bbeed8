"""Failures while grading, by whose hands.

    GradingError
    ├── AuthorFault             a person must edit the question
    │   ├── NoReferenceAnswer
    │   ├── TaskBroken
    │   └── BaselineBroken
    └── ServiceFault            our machine failed; no score may change
        ├── EncoderUnavailable      worth another try
        ├── SandboxUnavailable      worth another try
        ├── NodeTooBusy             worth another try
        └── GuestProtocolBroken     not worth another try

A candidate's own mistake is not an error here: it is a `Verdict`
(see `grading.results`), because it is what we were asked to find out.
"""

from __future__ import annotations

from typing import ClassVar


class GradingError(Exception):
    """Base of everything this package raises on purpose."""

    code: ClassVar[str]
    retryable: ClassVar[bool] = False
    later: ClassVar[bool] = False  # worth another try, but not at once


class AuthorFault(GradingError):
    """The question cannot be graded as written; its author is told."""


class NoReferenceAnswer(AuthorFault):
    """A text question reached grading without one key point."""

    code = "bank.no_reference"


class TaskBroken(AuthorFault):
    """A speed task's own files cannot be loaded or contradict each other."""

    code = "bank.task_broken"


class BaselineBroken(AuthorFault):
    """The task's own baseline crashed, timed out or gave a wrong output."""

    code = "bank.baseline_broken"


class ServiceFault(GradingError):
    """Our side failed; the answer keeps its place in the queue."""


class EncoderUnavailable(ServiceFault):
    """The embedding model could not be loaded or ran out of memory."""

    code = "service.encoder_unavailable"
    retryable = True


class SandboxUnavailable(ServiceFault):
    """The jail could not be created, so nothing of the candidate's was run."""

    code = "service.sandbox_unavailable"
    retryable = True


class NodeTooBusy(ServiceFault):
    """The machine was too starved to measure anything within its limits."""

    code = "service.node_too_busy"
    retryable = True
    later = True


class GuestProtocolBroken(ServiceFault):
    """The jail's shim said something that the protocol does not know."""

    code = "service.guest_protocol"
