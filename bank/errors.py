"""Refusals of the question bank, with stable codes.

BankError
├── QuestionFormatError     a file of the bank cannot be read as a question
├── DocumentError           a document gives no questions
├── UnknownQuestion         no question of that slug or source
├── UnknownVersion          the question has no version of that number
├── UnknownSet              no set of that slug
├── SlugTaken               the slug belongs to another question
├── MoveNotAllowed          a question does not go from this state to that one
└── VersionNeverChanges     a published version was to be changed
"""

from __future__ import annotations

from typing import ClassVar


class BankError(Exception):
    """Base of everything this package raises on purpose."""

    code: ClassVar[str]


class QuestionFormatError(BankError):
    """A file of the bank breaks the format; says file, line and reason."""

    code = "bank.question_format"

    def __init__(self, path: str, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason


class DocumentError(BankError):
    """A document cannot be imported as a whole."""

    code = "bank.document_unusable"


class UnknownQuestion(BankError):
    """No question has this slug, or stands at this place of this document."""

    code = "bank.unknown_question"


class UnknownVersion(BankError):
    """The question has no version of this number."""

    code = "bank.unknown_version"


class UnknownSet(BankError):
    """No question set has this slug."""

    code = "bank.unknown_set"


class VersionNeverChanges(BankError):
    """A published version was to be changed or deleted."""

    code = "bank.version_never_changes"


class MoveNotAllowed(BankError):
    """A question does not go from its state to this one."""

    code = "bank.move_not_allowed"


class SlugTaken(BankError):
    """A question of another document, or of another kind, has this slug."""

    code = "bank.slug_taken"
