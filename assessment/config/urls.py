"""Which address leads where."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path, re_path

from assessment.api.endpoint import UnknownPath
from assessment.web.health import healthz, readyz

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("api/v1/", include("assessment.api.v1.urls")),
    re_path(r"^api/", UnknownPath.as_view()),
    path("accounts/", include("allauth.account.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("", include("assessment.web.urls")),
]
