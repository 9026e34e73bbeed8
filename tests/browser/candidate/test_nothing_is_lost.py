"""What a candidate types is there again, whatever happens to the browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from assessment.models import Attempt
from assessment.states import AttemptState

SAVED = "saved"
OFFLINE = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "Failed to fetch")
CONFLICT = ("409",)


def state(page):
    return page.locator("#save-state")


def saved(page):
    expect(state(page)).to_have_attribute("data-state", SAVED)


def test_a_text_is_saved_by_itself_and_is_there_after_a_reload(seat):
    me = seat()

    me.page.locator("#text").press_sequentially("Weights become integers.")
    saved(me.page)
    expect(state(me.page)).to_contain_text("ago, version 1")
    expect(me.page.locator("#own-state")).to_have_text("saved, 24 characters")
    me.page.reload()

    expect(me.page.locator("#text")).to_have_value("Weights become integers.")
    assert me.answer().text == "Weights become integers."


def test_a_text_typed_offline_survives_a_crash(seat, visit):
    me = seat()
    visit.expect_console(*OFFLINE)
    me.page.locator("#text").fill("before")
    saved(me.page)

    me.profile.set_offline(True)
    me.page.locator("#text").fill("before and after")
    expect(state(me.page)).to_contain_text("kept on this device")
    assert me.answer().text == "before"
    page = me.open("1/", me.same_browser_after_a_crash())

    expect(page.locator("#text")).to_have_value("before and after")
    expect(page.locator("#answer-notice")).to_contain_text("We found text")
    saved(page)
    assert me.answer().text == "before and after"
    assert (
        page.evaluate("Object.keys(localStorage).filter(k => k.includes('draft'))")
        == []
    )


@pytest.mark.slow
def test_a_lost_connection_is_told_and_mends_itself(seat, visit):
    me = seat()
    visit.expect_console(*OFFLINE)

    me.profile.set_offline(True)
    me.page.locator("#text").fill("written on a train")
    expect(state(me.page)).to_contain_text("Offline since")
    me.page.get_by_role("button", name="Next question").click()
    expect(me.page.locator("#stay")).to_contain_text("Stay on this page")
    me.profile.set_offline(False)

    saved(me.page)
    expect(me.page.locator("#stay")).to_be_hidden()
    me.page.get_by_role("button", name="Next question").click()
    me.page.wait_for_url("**/2/")
    assert me.answer().text == "written on a train"


@pytest.mark.slow
def test_what_another_page_left_behind_is_sent_by_the_next(seat, visit):
    me = seat()
    visit.expect_console(*OFFLINE)
    me.profile.set_offline(True)
    me.page.locator("#text").fill("left on question one")
    expect(state(me.page)).to_contain_text("kept on this device")

    page = me.open("submit/", me.same_browser_after_a_crash())

    page.wait_for_timeout(1_000)
    assert me.answer().text == "left on question one"


@pytest.mark.slow
def test_two_windows_ask_which_version_counts(seat, visit):
    me = seat()
    visit.expect_console(*CONFLICT)
    me.page.locator("#text").fill("common")
    saved(me.page)
    other = me.open("1/", visit.profile(storage_state=me.profile.storage_state()))
    other.locator("#text").fill("common, written elsewhere")
    saved(other)

    me.page.locator("#text").fill("common, written here")
    expect(me.page.locator("#conflict")).to_be_visible()
    expect(me.page.locator("#conflict-theirs")).to_have_text(
        "common, written elsewhere"
    )
    assert me.answer().text == "common, written elsewhere"
    me.page.get_by_role("button", name="Keep the one in this tab").click()

    saved(me.page)
    assert me.answer().text == "common, written here"
    assert me.answer().saves.filter(text="common, written elsewhere").exists()


@pytest.mark.slow
def test_the_stored_version_can_be_taken_instead(seat, visit):
    me = seat()
    visit.expect_console(*CONFLICT)
    other = me.open("1/", visit.profile(storage_state=me.profile.storage_state()))
    other.locator("#text").fill("elsewhere")
    saved(other)

    me.page.locator("#text").fill("here")
    me.page.get_by_role("button", name="Take the stored one").click()

    expect(me.page.locator("#text")).to_have_value("elsewhere")
    saved(me.page)
    assert me.answer().text == "elsewhere"


@pytest.mark.slow
def test_of_two_tabs_the_older_one_becomes_read_only_and_says_why(seat):
    me = seat()
    second = me.open("1/")

    second.locator("#text").fill("in the second tab")
    saved(second)

    expect(me.page.locator("#text")).to_have_attribute("readonly", "")
    expect(me.page.locator("#answer-notice")).to_contain_text("in another tab")
    me.page.get_by_role("button", name="Write in this tab instead").click()
    expect(me.page.locator("#text")).to_have_value("in the second tab")
    me.page.locator("#text").fill("back in the first tab")
    saved(me.page)
    expect(second.locator("#text")).to_have_attribute("readonly", "")
    assert me.answer().text == "back in the first tab"


def test_at_the_deadline_the_last_text_is_handed_in_by_itself(seat, visit, monkeypatch):
    for module in ("attempts", "answers"):
        monkeypatch.setattr(f"assessment.services.{module}.GRACE", timedelta(seconds=2))
    me = seat()
    Attempt.objects.update(deadline=timezone.now() + timedelta(seconds=5))
    page = me.open("1/")
    page.locator("#text").fill("the last")
    page.wait_for_timeout(1_000)
    expect(page.locator("#countdown-time")).to_have_text("00:00")

    expect(page.locator("#text")).to_have_attribute("readonly", "")
    expect(page.locator("#answer-notice")).to_contain_text("answers were handed in")
    page.get_by_role("link", name="To the receipt").click()

    expect(page.locator("h1")).to_have_text("Handed in")
    expect(page.locator("main")).to_contain_text("handed in by itself")
    assert me.attempt.state == AttemptState.SUBMITTED
    assert me.attempt.submitted_by_timeout
    assert me.answer().text == "the last"


@pytest.mark.slow
def test_changing_the_pages_language_keeps_what_was_typed(seat):
    me = seat()
    me.page.locator("#text").fill("half a sent")

    me.page.get_by_role("button", name="中文").click()

    expect(me.page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(me.page.locator("#text")).to_have_value("half a sent")
    assert me.answer().text == "half a sent"


def test_without_a_script_a_button_saves(seat):
    me = seat(java_script_enabled=False)

    me.page.locator("#text").fill("by hand")
    me.page.get_by_role("button", name="Next question").click()
    me.page.wait_for_url("**/2/")

    assert me.answer().text == "by hand"
