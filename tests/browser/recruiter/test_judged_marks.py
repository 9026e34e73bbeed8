"""The scorecard of an answer that a person should read, in a real browser."""

from __future__ import annotations

import pytest

from assessment.states import AttemptState
from tests.browser.recruiter.test_from_sign_in_to_release import TOO_WIDE, signed_in
from tests.make.assessment import judged_body, make_attempt, make_recruiter

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "look",
    [{"locale": "en-GB"}, {"locale": "zh-CN", "dark": True, "width": 360}],
    ids=["wide", "narrow"],
)
def test_a_mark_and_all_its_details_can_be_read(visit, no_violations, look):
    make_recruiter("ruth@acme.example")
    attempt = make_attempt(AttemptState.GRADED, bodies=[judged_body(), None])
    page = signed_in(visit, **look)
    no_violations(page)
    root = page.url.partition("/recruiter/")[0]
    page.goto(f"{root}/recruiter/attempts/{attempt.uid}/")

    for summary in page.locator("details.why > summary").all():
        summary.click()

    assert page.locator("details.why[open]").count() == 5
    no_violations(page)
    assert not page.evaluate(TOO_WIDE)
