from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import timezone

from assessment import errors as assessment_errors
from assessment.api.errors import PROBLEMS
from assessment.api.v1.orders import ORDER_STATUS
from assessment.errors import AssessmentError
from assessment.models import WebhookDelivery
from assessment.reports.build import as_json as card_json
from assessment.reports.load import scorecard_of
from assessment.services.attempts import (
    attempt_enter,
    attempt_review,
    attempt_start,
    attempt_submit,
)
from assessment.services.organisations import SCOPES, api_key_create
from assessment.services.reports import report_release
from assessment.services.webhooks import (
    EVENT_TYPES,
    RETRY_AFTER,
    endpoint_create,
)
from assessment.states import AttemptState
from assessment.webhooks.signing import signed_headers
from bank import errors as bank_errors
from bank.errors import BankError
from grading.errors import GradingError
from tests.api.caller import Caller
from tests.make.assessment import make_grade, make_recruiter

DOCS = Path(__file__).parents[2] / "docs"
ERRORS = (DOCS / "errors.md").read_text()
INTEGRATE = (DOCS / "integrate.md").read_text()


def family(base):
    for child in base.__subclasses__():
        yield child
        yield from family(child)


def codes_of(base, module=None):
    return {
        kind.code
        for kind in family(base)
        if "code" in vars(kind)
        and (module is None or kind.__module__ == module.__name__)
    }


def documented():
    """Return code -> (status, retryable) of every table that has a status."""
    rows = re.findall(
        r"^\| `([\w.]+)` \| (\d{3}) \| (yes|no) \| (.+) \|$", ERRORS, re.MULTILINE
    )
    return {code: (int(status), retry == "yes") for code, status, retry, _ in rows}


def test_every_refusal_of_ours_has_a_status():
    ours = codes_of(AssessmentError, assessment_errors) | codes_of(
        BankError, bank_errors
    )

    assert ours
    assert ours <= set(PROBLEMS)


def test_every_code_is_documented_with_its_status():
    assert documented() == {
        code: (kind.status, kind.retryable) for code, kind in PROBLEMS.items()
    }


def test_every_fault_of_grading_is_documented():
    section = ERRORS.partition("## Grading")[2]
    rows = dict(re.findall(r"^\| `([\w.]+)` \| (yes|no) \|", section, re.MULTILINE))

    assert rows == {
        kind.code: "yes" if kind.retryable else "no"
        for kind in family(GradingError)
        if "code" in vars(kind) and kind.__module__ == "grading.errors"
    }


@pytest.mark.django_db
@pytest.mark.parametrize("code", PROBLEMS)
def test_the_address_of_every_problem_explains_it(code):
    kind = PROBLEMS[code]

    said = Caller().client.get(f"/api/v1/errors/{code}").json()

    assert (said["code"], said["status"], said["title"]) == (
        code,
        kind.status,
        kind.title,
    )


def test_the_meaning_of_every_status_is_documented():
    rows = re.findall(
        r"^\| `(\w+)` \| [^|]+ \| ((?:`\w+`(?:, )?)+) \|$", INTEGRATE, re.MULTILINE
    )
    table = {
        state: status for status, states in rows for state in re.findall(r"\w+", states)
    }

    assert table == {str(state): status for state, status in ORDER_STATUS.items()}


def test_scopes_events_and_waits_are_documented():
    for name in (*SCOPES, *EVENT_TYPES):
        assert f"| `{name}` |" in INTEGRATE
    assert (5, 300, 1800, *(3600 * h for h in (2, 5, 10, 14, 20, 24))) == RETRY_AFTER
    assert (
        "5 seconds, 5 minutes, 30 minutes, 2, 5, 10, 14, 20 and 24 hours" in INTEGRATE
    )


def python_parts():
    return re.findall(r"^```python\n(.*?)^```$", INTEGRATE, re.MULTILINE | re.DOTALL)


def test_the_client_in_the_documentation_works(
    live_server, assessment, monkeypatch, capsys
):
    organisation = assessment.organisation
    _row, key = api_key_create(organisation=organisation, name="documentation")
    endpoint = endpoint_create(organisation=organisation, url="http://127.0.0.1:9/")
    monkeypatch.setenv("INFERVIEW_URL", live_server.url)
    monkeypatch.setenv("INFERVIEW_KEY", key)
    names = {}
    for part in python_parts():
        exec(compile(part, "integrate.md", "exec"), names)  # noqa: S102  # our own text

    order = names["ordered"]
    assert order["invitation_url"] in capsys.readouterr().out
    assert names["result_of"](order["id"]) is None

    sit_and_release(order)
    result = names["result_of"](order["id"])
    names["api"].close()

    assert result["external_id"] == "application-4711"
    assert result["score"] is not None
    told = [
        names["receive"](
            endpoint.secret,
            signed_headers(
                secret=endpoint.secret,
                message_id=delivery.message_id,
                moment=delivery.created_at,
                body=delivery.body,
            ),
            delivery.body,
        )
        for delivery in WebhookDelivery.objects.order_by("pk")
    ]
    assert told == [None, None, order["id"]]


def sit_and_release(order):
    now = timezone.now()
    token = order["invitation_url"].rstrip("/").rpartition("/")[2]
    attempt, _secret = attempt_enter(token=token, now=now)
    attempt = attempt_start(attempt=attempt, now=now)
    attempt_submit(attempt=attempt, now=now)
    for item in attempt.items.select_related("version__question"):
        make_grade(item)
    person = make_recruiter(organisation=attempt.invitation.organisation)
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.GRADED
    attempt_review(attempt=attempt, by=person)
    attempt.refresh_from_db()
    report_release(
        attempt=attempt, body=card_json(scorecard_of(attempt)), by=person, now=now
    )
