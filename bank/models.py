"""Questions as rows: what is asked, every published wording of it, and sets.

    Question ──< QuestionVersion    numbered, with everything that grading needs
        │  ├───< QuestionSource     where documents ask it
        │  └───< QuestionMove       every change of its state
        └──────< SetItem >── QuestionSet

A version never changes once it is stored: an answer is graded, and years later
explained, by exactly the words that were asked. Models refuse to change or delete
one, and a trigger in the database refuses what goes past the models.
Only `bank.publishing` writes here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from django.db import models
from django.db.models import F, Q

from bank.definitions import Kind, State
from bank.errors import VersionNeverChanges

if TYPE_CHECKING:
    from enum import StrEnum


def _choices(members: type[StrEnum]) -> list[tuple[str, str]]:
    return [(value, value) for value in _values(members)]


def _values(members: type[StrEnum]) -> list[str]:
    return [str(member.value) for member in members]


class Question(models.Model):
    """One question under one slug, whatever its wording."""

    slug = models.SlugField(max_length=100, unique=True)
    kind = models.CharField(max_length=10, choices=_choices(Kind))
    topic = models.CharField(max_length=40, db_index=True)
    state = models.CharField(max_length=10, choices=_choices(State), db_index=True)
    difficulty = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField()
    # What its author last said its state is. A folder that says the same again does
    # not undo what a person did to the question meanwhile.
    declared = models.CharField(max_length=10, blank=True, default="")
    shipped = models.BooleanField(default=False)  # has a folder in the shipped bank
    current_number = models.PositiveIntegerField(default=0)  # of the version now asked
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=_values(Kind)), name="bank_question_kind"
            ),
            models.CheckConstraint(
                condition=Q(state__in=_values(State)), name="bank_question_state"
            ),
            models.CheckConstraint(
                condition=Q(declared__in=["", *_values(State)]),
                name="bank_question_declared",
            ),
            models.CheckConstraint(
                condition=Q(difficulty__gte=1, difficulty__lte=5),
                name="bank_question_difficulty",
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=1), name="bank_question_minutes"
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class VersionQuerySet(models.QuerySet["QuestionVersion"]):
    """Reads and inserts versions; refuses the rest."""

    def update(self, **_kwargs: object) -> NoReturn:
        """Refuse: a version never changes."""
        raise VersionNeverChanges

    def delete(self) -> NoReturn:
        """Refuse: a version never goes."""
        raise VersionNeverChanges

    def bulk_update(self, *_args: object, **_kwargs: object) -> NoReturn:
        """Refuse: a version never changes."""
        raise VersionNeverChanges


class QuestionVersion(models.Model):
    """One published wording of a question, complete and for ever."""

    question = models.ForeignKey(
        Question, on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField()  # 1, 2, ... within the question
    digest = models.CharField(max_length=64)  # SHA-256 of the body
    body = models.JSONField()  # see bank.bodies
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["question", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["question", "number"], name="bank_version_number"
            ),
            models.UniqueConstraint(
                fields=["question", "digest"], name="bank_version_digest"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="bank_version_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question.slug} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 # as Django has it
        """Store a new version.

        Raises: `VersionNeverChanges` when it is stored already.
        """
        if not self._state.adding:
            raise VersionNeverChanges
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:  # noqa: ANN401 # as Django has it
        """Refuse: a version never goes."""
        raise VersionNeverChanges


class QuestionMove(models.Model):
    """One change of a question's state; rows are only ever added."""

    question = models.ForeignKey(
        Question, on_delete=models.CASCADE, related_name="moves"
    )
    old = models.CharField(max_length=10, blank=True)  # empty when it was new
    new = models.CharField(max_length=10)
    number = models.PositiveIntegerField()  # of the version that was current then
    by = models.CharField(max_length=150, blank=True)  # a person, or a command
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["question", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(old__in=["", *_values(State)])
                & Q(new__in=_values(State))
                & ~Q(old=F("new")),
                name="bank_move_states",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question.slug}: {self.old or 'new'} -> {self.new}"


class QuestionSource(models.Model):
    """One place where a document asks the question."""

    question = models.ForeignKey(
        Question, on_delete=models.CASCADE, related_name="sources"
    )
    document = models.CharField(max_length=200)  # base name of its file
    number = models.PositiveIntegerField()  # of the question in it

    class Meta:
        ordering = ["document", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["question", "document", "number"], name="bank_source_once"
            ),
        ]
        indexes = [
            models.Index(fields=["document", "number"], name="bank_source_place")
        ]

    def __str__(self) -> str:
        return f"{self.document}, {self.number}"


class QuestionSet(models.Model):
    """Questions in an order, ready to be asked together."""

    slug = models.SlugField(max_length=100, unique=True)
    name = models.JSONField()  # language -> name
    description = models.JSONField(default=dict)  # language -> text
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    questions = models.ManyToManyField(Question, through="SetItem", related_name="sets")

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug


class SetItem(models.Model):
    """One question's place in a set."""

    question_set = models.ForeignKey(
        QuestionSet, on_delete=models.CASCADE, related_name="items"
    )
    question = models.ForeignKey(
        Question, on_delete=models.PROTECT, related_name="set_items"
    )
    position = models.PositiveIntegerField()  # 1, 2, ...

    class Meta:
        ordering = ["question_set", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["question_set", "position"], name="bank_set_position"
            ),
            models.UniqueConstraint(
                fields=["question_set", "question"], name="bank_set_question"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_set_id}: {self.position}"
