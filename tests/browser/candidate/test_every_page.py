"""Every page of a candidate: axe finds nothing, the console is empty, no scrolling
sideways on a small screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.make.assessment import make_invitation

LANGUAGES = [
    pytest.param({"locale": "en-GB"}, id="en", marks=pytest.mark.slow),
    pytest.param({"chinese": True, "width": 360, "dark": True}, id="zh"),
]


def fits(page):
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, page.url


@pytest.mark.parametrize("options", LANGUAGES)
def test_the_way_from_link_to_receipt_is_clean(visit, seat, no_violations, options):
    def look(page):
        no_violations(page)
        fits(page)

    me = seat(**options)
    language = "zh" if "chinese" in options else "en"
    _, token = make_invitation(assessment=me.invitation.assessment, language=language)
    fresh = visit(f"/i/{token}/", profile=me.profile)
    look(fresh)
    fresh.locator(".agree button").click()
    expect(fresh.locator(".cm-content")).to_be_visible()
    look(fresh)

    look(me.page)
    me.page.locator("#text").fill("一句话 and one sentence.")
    expect(me.page.locator("#save-state")).to_have_attribute("data-state", "saved")
    look(me.page)
    code = me.open("2/")
    expect(code.locator(".cm-content")).to_be_visible()
    look(code)
    lobby = me.open("")
    look(lobby)
    check = me.open("submit/")
    look(check)
    check.locator("#hand-in button").click()
    expect(check.locator(".receipt li")).to_have_count(2)
    look(check)


STRANGERS = (
    "/",
    "/i/forged/",
    "/nowhere/",
    "/a/00000000-0000-4000-8000-000000000000/",
)


@pytest.mark.slow
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_the_start_page_and_refusals_are_clean(visit, no_violations, locale):
    visit.expect_console("404", "403")
    for path in STRANGERS:
        page = visit(path, locale=locale, width=360)
        no_violations(page)
        fits(page)
