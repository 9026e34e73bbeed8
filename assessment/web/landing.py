"""The start page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def landing(request: HttpRequest) -> HttpResponse:
    """Say what this is, and lead candidates and recruiters their ways."""
    return render(request, "landing.html")
