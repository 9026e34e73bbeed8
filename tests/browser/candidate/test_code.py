"""The code editor and the candidate's own runs."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from assessment.models import Job, Trial
from assessment.services.jobs import job_claim
from assessment.services.trials import trial_progress_note
from assessment.states import JobKind, JobState
from tests.make.assessment import speed_body

BASELINE = "def solve(x, residual, weight):\n    ...\n"


MOMENT = {
    "stage": "measuring",
    "cases_checked": 2,
    "cases": 4,
    "pairs": 5,
    "pairs_wanted": 8,
    "output": "epoch 1 <i>",
}


def editor(page):
    return page.locator(".cm-content")


def finish_the_run():
    job = Job.objects.get(kind=JobKind.TRIAL, state=JobState.QUEUED)
    job_claim(job.pk)
    Trial.objects.filter(job=job).update(result=speed_body(output="<i>42</i>"))
    Job.objects.filter(pk=job.pk).update(state=JobState.GRADED)


def test_code_is_edited_saved_run_and_reset(seat):
    me = seat()
    page = me.open("2/")
    expect(editor(page)).to_contain_text("def solve(x, residual, weight):")

    editor(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type("# faster\n")
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")
    assert me.answer(2).text == f"{BASELINE}# faster\n"

    page.get_by_role("button", name="Run").click()
    expect(page.locator("#trial-state")).to_contain_text("next in line")
    expect(page.locator("#runs-used")).to_have_text("1 of 30 runs used")
    finish_the_run()
    expect(page.locator("#trial-state")).to_contain_text("faster than the baseline")
    expect(page.locator("#trial-state")).to_contain_text("1.48x (1.45 to 1.51)")
    expect(page.locator("#trial-output-text")).to_have_text("<i>42</i>")

    page.get_by_role("button", name="Reset to the baseline").click()
    expect(editor(page)).not_to_contain_text("# faster")
    page.get_by_role("button", name="Undo the reset").click()
    expect(editor(page)).to_contain_text("# faster")


def test_a_run_by_keyboard_is_followed_on_a_narrow_page(seat, no_violations):
    me = seat(width=400)
    page = me.open("2/")
    editor(page).click()

    page.keyboard.press("Control+Enter")
    expect(page.locator("#trial-state")).to_contain_text("next in line")
    job = Job.objects.get(kind=JobKind.TRIAL)
    job_claim(job.pk)
    trial_progress_note(job.pk, MOMENT)

    expect(page.locator("#trial-progress")).to_contain_text(
        "Checked 2 of 4 cases, measured 5 of 8 pairs"
    )
    expect(page.locator("#trial-output-text")).to_have_text("epoch 1 <i>")
    # What is read out says only that it runs; the counts do not interrupt.
    expect(page.locator("#trial-state")).to_have_text("Running")
    assert (
        page.locator(
            "#trial-progress[aria-live], [role=status] #trial-progress"
        ).count()
        == 0
    )
    assert Trial.objects.get().source == BASELINE
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    no_violations(page)


@pytest.mark.slow
def test_escape_then_tab_leaves_the_editor(seat):
    me = seat()
    page = me.open("2/")
    editor(page).click()

    page.keyboard.press("Tab")
    expect(editor(page)).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")

    expect(page.get_by_role("button", name="Reset to the baseline")).to_be_focused()


@pytest.mark.slow
def test_a_plain_text_box_can_be_used_instead(seat):
    me = seat()
    page = me.open("2/")
    expect(editor(page)).to_be_visible()

    page.get_by_role("button", name="Plain text box").click()
    page.locator("#text").fill("def solve():\n    return 1\n")
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")
    page.get_by_role("button", name="Plain text box").click()

    expect(editor(page)).to_contain_text("return 1")
    assert me.answer(2).text == "def solve():\n    return 1\n"
