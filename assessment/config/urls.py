"""Which address leads where."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from assessment.web.health import healthz, readyz

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("api/v1/", include("assessment.api.v1.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("", include("assessment.web.urls")),
]
