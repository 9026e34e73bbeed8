"""A real browser: Debian's Chromium, driven by playwright.

A test asks for `visit`, which opens a page of the live server in a fresh profile and
fails the test when the page's console was not empty:

    page = visit("/recruiter/")
    page = visit("/i/…/", locale="zh-CN", width=360, dark=True)

`no_violations(page)` runs axe on what is shown.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",  # root in a container has no user namespace to give
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HEIGHT = 860
# A machine that is busy with other tests answers late.
PATIENCE_MS = 15_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for the whole run; each test has its own profile in it."""
    # playwright runs an event loop in this thread; the database is still used as
    # ordinary code uses it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


class Visitor:
    """Opens pages in profiles of their own, and listens to their consoles."""

    def __init__(self, browser: Browser, root: str) -> None:
        self.browser = browser
        self.root = root
        self.complaints: list[str] = []
        self.expected: tuple[str, ...] = ()

    def profile(
        self,
        *,
        locale: str = "en-GB",
        width: int = 1280,
        dark: bool = False,
        **options: Any,
    ) -> Any:
        """Return a fresh profile; `options` are those of playwright's new_context."""
        context = self.browser.new_context(
            locale=locale,
            viewport={"width": width, "height": HEIGHT},
            color_scheme="dark" if dark else "light",
            **options,
        )
        context.set_default_timeout(PATIENCE_MS)
        context.on("page", self._listen)
        return context

    def __call__(self, path: str, *, profile: Any = None, **options: Any) -> Page:
        """Open a path of the live server, in `profile` or a fresh one."""
        page: Page = (profile or self.profile(**options)).new_page()
        page.goto(f"{self.root}{path}")
        return page

    def expect_console(self, *pieces: str) -> None:
        """Say what the console may hold: a lost connection is reported there."""
        self.expected += pieces

    def _listen(self, page: Page) -> None:
        page.on("console", lambda message: self._heard(message.text))
        page.on("pageerror", lambda error: self._heard(str(error)))

    def _heard(self, text: str) -> None:
        self.complaints.append(text)

    def unexpected(self) -> list[str]:
        """Return what a console held and should not have."""
        return [
            text
            for text in self.complaints
            if not any(piece in text for piece in self.expected)
        ]


@pytest.fixture
def visit(browser: Browser, live_server: Any) -> Iterator[Visitor]:
    """Open pages; at the end close them all and look at their consoles."""
    visitor = Visitor(browser, live_server.url)
    yield visitor
    for context in browser.contexts:
        context.close()
    assert visitor.unexpected() == []


@pytest.fixture(scope="session")
def no_violations() -> Callable[[Page], None]:
    """Check a page with axe."""
    axe = Axe()

    def check(page: Page) -> None:
        found = axe.run(page).response["violations"]
        assert [
            (violation["id"], [node["target"] for node in violation["nodes"]])
            for violation in found
        ] == []

    return check
