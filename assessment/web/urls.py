"""Which page is where."""

from __future__ import annotations

from django.urls import include, path

from assessment.web import landing

urlpatterns = [
    path("", landing.landing, name="landing"),
    path("", include("assessment.web.candidate_urls")),
    path("", include("assessment.web.recruiter_urls")),
]
