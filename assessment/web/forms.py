"""What recruiters fill in. Nothing typed is lost when a form is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.errors import EndpointRefused
from assessment.reports.words import STATES, in_own_words
from assessment.selectors.questions import QuestionFilter
from assessment.services.assessments import LONGEST_MINUTES, MOST_QUESTIONS, Draw
from assessment.services.grades import LONGEST_REASON
from assessment.services.invitations import DEFAULT_DAYS
from assessment.services.organisations import SCOPES
from assessment.services.webhooks import EVENT_TYPES
from assessment.webhooks.addresses import check_address
from bank.definitions import TOPICS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet
    from django.http import QueryDict

    from assessment.models import Assessment

LONGEST_STAY_DAYS: Final = 90
LANGUAGE_CHOICES: Final = [
    ("zh", gettext_lazy("Chinese")),
    ("en", gettext_lazy("English")),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """One chosen question with the place that the recruiter wants for it."""

    slug: str
    place: str  # as typed: a number, or empty for "after the others"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """Which questions an assessment is to have, as typed."""

    picks: tuple[Pick, ...]  # in their order
    counts: Mapping[str, str]  # topic -> how many to draw, as typed

    @property
    def slugs(self) -> tuple[str, ...]:
        """Return the chosen questions in their order."""
        return tuple(pick.slug for pick in self.picks)


def picked_from(data: QueryDict, sets: Mapping[str, Sequence[str]]) -> Picked:
    """Return the choice in a posted form: single questions, then whole sets.

    `sets` has the slugs of each set's questions. The order is that of the places
    typed; those without one follow in the order in which they were ticked.
    """
    ticked = list(dict.fromkeys(data.getlist("question")))
    for name in data.getlist("set"):
        ticked.extend(slug for slug in sets.get(name, ()) if slug not in ticked)
    places = {slug: data.get(f"place-{slug}", "").strip() for slug in ticked}
    order = sorted(
        ticked,
        key=lambda slug: (_number(places[slug]), ticked.index(slug)),
    )
    return Picked(
        picks=tuple(Pick(slug=slug, place=places[slug]) for slug in order),
        counts={
            topic: typed
            for topic in TOPICS
            if (typed := data.get(f"draw-{topic}", "").strip()) not in {"", "0"}
        },
    )


def _number(typed: str) -> float:
    return float(typed) if typed.isdecimal() else float("inf")


class AttemptFilterForm(forms.Form):
    """Which attempts to list."""

    q = forms.CharField(
        label=gettext_lazy("Name, e-mail or assessment"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    assessment = forms.ChoiceField(label=gettext_lazy("Assessment"), required=False)
    to_read = forms.ChoiceField(
        label=gettext_lazy("To be read"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("1", gettext_lazy("An answer waits for a person")),
        ],
    )

    def __init__(self, data: QueryDict, *, assessments: QuerySet[Assessment]) -> None:
        """Take the organisation's assessments as choices."""
        super().__init__(data)
        self.fields["state"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("All")),
            *((state, pill.label) for state, pill in STATES.items()),
        ]
        self.fields["assessment"].choices = [  # type: ignore[attr-defined]  # as above
            ("", _("All")),
            *((str(row.uid), row.title) for row in assessments),
        ]


class QuestionFilterForm(forms.Form):
    """Which questions to list, and in which order."""

    q = forms.CharField(
        label=gettext_lazy("Words in the question"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    topic = forms.ChoiceField(label=gettext_lazy("Topic"), required=False)
    difficulty = forms.TypedChoiceField(
        label=gettext_lazy("Difficulty"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", gettext_lazy("All")), *((n, str(n)) for n in range(1, 6))],
    )
    document = forms.ChoiceField(label=gettext_lazy("Asked in"), required=False)
    set = forms.ChoiceField(label=gettext_lazy("Set"), required=False)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        choices=[("", gettext_lazy("All")), *LANGUAGE_CHOICES],
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Answered by"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("text", gettext_lazy("text")),
            ("speed", gettext_lazy("code")),
        ],
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("live", gettext_lazy("Live")),
            ("reviewed", gettext_lazy("Checked, not live")),
            ("draft", gettext_lazy("Draft")),
            ("retired", gettext_lazy("Retired")),
        ],
    )
    sort = forms.ChoiceField(
        label=gettext_lazy("Order"),
        required=False,
        choices=[
            ("", gettext_lazy("Topic")),
            ("-topic", gettext_lazy("Topic, from the end")),
            ("title", gettext_lazy("Title")),
            ("-title", gettext_lazy("Title, from the end")),
            ("difficulty", gettext_lazy("Easiest first")),
            ("-difficulty", gettext_lazy("Hardest first")),
            ("minutes", gettext_lazy("Shortest first")),
            ("-minutes", gettext_lazy("Longest first")),
        ],
    )

    def __init__(
        self,
        data: QueryDict,
        *,
        sets: Mapping[str, str],
        documents: Sequence[str] = (),
        prefix: str = "",
    ) -> None:
        """Take as choices the sets, slug to name, and the documents."""
        super().__init__(data, prefix=prefix or None)
        self.fields["topic"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("All")),
            *((topic, in_own_words(names)) for topic, names in TOPICS.items()),
        ]
        self.fields["set"].choices = [("", _("All")), *sets.items()]  # type: ignore[attr-defined]  # as above
        self.fields["document"].choices = [  # type: ignore[attr-defined]  # as above
            ("", _("All")),
            *((name, name) for name in documents),
        ]

    def wanted(self) -> QuestionFilter:
        """Return what to look for; a filter that makes no sense filters nothing."""
        self.is_valid()
        data = self.cleaned_data
        return QuestionFilter(
            words=data.get("q", ""),
            topic=data.get("topic", ""),
            difficulty=data.get("difficulty"),
            set_slug=data.get("set", ""),
            language=data.get("language", ""),
            kind=data.get("kind", ""),
            document=data.get("document", ""),
            state=data.get("state", ""),
        )

    def chosen(self) -> dict[str, str]:
        """Return every filter that is set, with what it says to a reader."""
        self.is_valid()
        said = {}
        for name, field in self.fields.items():
            value = self.cleaned_data.get(name)
            if name == "sort" or value in (None, ""):
                continue
            choices = dict(getattr(field, "choices", ()))
            said[name] = f"{field.label}: {choices.get(value, value)}"
        return said


class AssessmentForm(forms.Form):
    """The title, the time and the languages; the questions are checked beside it."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        help_text=gettext_lazy("Candidates see it in their invitation."),
        max_length=200,
        error_messages={"required": gettext_lazy("Give the assessment a title.")},
    )
    duration_minutes = forms.IntegerField(
        label=gettext_lazy("Time in minutes"),
        help_text=gettext_lazy(
            "The clock starts when the candidate says so and cannot be stopped."
        ),
        min_value=1,
        max_value=LONGEST_MINUTES,
        initial=60,
        error_messages={
            "required": gettext_lazy("Say how many minutes the candidate has.")
        },
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages of the answers"),
        choices=LANGUAGE_CHOICES,
        widget=forms.CheckboxSelectMultiple,
        initial=["zh", "en"],
        error_messages={"required": gettext_lazy("Choose Chinese, English or both.")},
    )

    def __init__(
        self,
        *args: Any,  # noqa: ANN401  # as Django's form
        picked: Picked | None = None,
        available: Mapping[str, str] | None = None,
        **kwargs: Any,  # noqa: ANN401  # as Django's form
    ) -> None:
        """Take the chosen questions and, of every live one, slug and topic."""
        super().__init__(*args, **kwargs)
        self.picked = picked or Picked(picks=(), counts={})
        self.available = available or {}

    def clean(self) -> dict[str, Any]:
        """Check the questions; their errors belong to the field `questions`."""
        data = super().clean() or {}
        slugs = self.picked.slugs
        draws = []
        problems = []
        left = [
            topic for slug, topic in self.available.items() if slug not in set(slugs)
        ]
        for topic, typed in self.picked.counts.items():
            have = left.count(topic)
            if not typed.isdecimal() or not 1 <= int(typed) <= have:
                problems.append(
                    _(
                        "%(typed)s questions cannot be drawn from “%(topic)s”: "
                        "%(have)s are left that you have not chosen yourself."
                    )
                    % {
                        "typed": typed,
                        "topic": in_own_words(TOPICS[topic]),
                        "have": have,
                    }
                )
            else:
                draws.append(Draw(topic=topic, count=int(typed)))
        problems.extend(
            _("“%(place)s” is not a place in the order. Give a number, or nothing.")
            % {"place": pick.place}
            for pick in self.picked.picks
            if pick.place and not pick.place.isdecimal()
        )
        gone = [slug for slug in slugs if slug not in self.available]
        if gone:
            problems.append(
                _("These questions are not live any more: %(slugs)s.")
                % {"slugs": ", ".join(gone)}
            )
        if not slugs and not self.picked.counts:
            problems.append(_("Choose at least one question, or draw some."))
        if len(slugs) + sum(draw.count for draw in draws) > MOST_QUESTIONS:
            problems.append(
                _("An assessment holds %(most)s questions at most.")
                % {"most": MOST_QUESTIONS}
            )
        self.question_problems = problems
        if problems:
            raise forms.ValidationError(problems)
        data["draws"] = draws
        return data


class InviteForm(forms.Form):
    """Whom to invite."""

    name = forms.CharField(
        label=gettext_lazy("Candidate’s name"),
        max_length=200,
        error_messages={"required": gettext_lazy("Say whom you invite.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("Candidate’s e-mail"),
        help_text=gettext_lazy("The link is sent there."),
        error_messages={
            "required": gettext_lazy("Give the address that the link goes to."),
            "invalid": gettext_lazy("This is not an e-mail address."),
        },
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the e-mail and the pages"),
        choices=LANGUAGE_CHOICES,
        widget=forms.RadioSelect,
    )
    days = forms.IntegerField(
        label=gettext_lazy("Days until the link expires"),
        min_value=1,
        max_value=LONGEST_STAY_DAYS,
        initial=DEFAULT_DAYS,
        error_messages={"required": gettext_lazy("Say for how long the link works.")},
    )


class MarkForm(forms.Form):
    """A person's own mark."""

    score = forms.DecimalField(
        label=gettext_lazy("Your mark, 0 to 100"),
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=1,
        error_messages={
            "required": gettext_lazy("Give a mark between 0 and 100."),
            "invalid": gettext_lazy("A mark is a number between 0 and 100."),
            "min_value": gettext_lazy("A mark is 0 at least."),
            "max_value": gettext_lazy("A mark is 100 at most."),
        },
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "It stands beside both marks, for whoever reads the scorecard."
        ),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why the mark changes.")},
    )


class ApiKeyForm(forms.Form):
    """A key for a hiring system."""

    name = forms.CharField(
        label=gettext_lazy("What the key is for"),
        max_length=100,
        error_messages={
            "required": gettext_lazy("Name the system that will use the key.")
        },
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=[
            ("assessments:read", gettext_lazy("see assessments")),
            ("orders:read", gettext_lazy("see orders and their status")),
            ("orders:write", gettext_lazy("order and cancel")),
            ("results:read", gettext_lazy("read released scorecards")),
            ("webhooks:write", gettext_lazy("set up webhooks")),
        ],
        initial=list(SCOPES),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("A key that may do nothing is of no use.")
        },
    )


class EndpointForm(forms.Form):
    """An address that is told what happens."""

    url = forms.URLField(
        label=gettext_lazy("Address"),
        max_length=500,
        assume_scheme="https",
        error_messages={
            "required": gettext_lazy("Give the address that is to be called."),
            "invalid": gettext_lazy("This is not a web address."),
        },
    )
    event_types = forms.MultipleChoiceField(
        label=gettext_lazy("Events"),
        help_text=gettext_lazy("None ticked means all of them."),
        choices=[(name, name) for name in EVENT_TYPES],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def clean_url(self) -> str:
        """Refuse an address that this service must not call."""
        url: str = self.cleaned_data["url"]
        try:
            check_address(url)
        except EndpointRefused as refusal:
            raise forms.ValidationError(_(str(refusal))) from refusal
        return url
