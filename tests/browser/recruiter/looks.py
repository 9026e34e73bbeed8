"""Ways to look at a page; the second look of a page is for the long run."""

from __future__ import annotations

import pytest

NARROW = pytest.param(
    {"locale": "zh-CN", "width": 360, "dark": False}, id="chinese, narrow, light"
)
WIDE = pytest.param(
    {"locale": "en-GB", "width": 1280, "dark": True},
    id="english, wide, dark",
    marks=pytest.mark.slow,
)
