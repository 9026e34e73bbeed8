from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client

from assessment.models import ApiKey, WebhookEndpoint
from assessment.services.organisations import api_key_create
from assessment.services.webhooks import endpoint_create
from tests.make.assessment import make_organisation, make_recruiter
from tests.web.recruiter.conftest import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(db) -> Client:
    browser = Client()
    browser.force_login(
        make_recruiter("boss@acme.example", staff=True),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    return browser


def test_every_row_can_be_looked_at_and_none_edited(boss):
    api_key_create(organisation=make_organisation(), name="Bridge")
    key = ApiKey.objects.get()

    page = text_of(boss.get(f"/admin/assessment/apikey/{key.pk}/change/"))
    boss.post(f"/admin/assessment/apikey/{key.pk}/change/", {"name": "Changed"})
    boss.post(f"/admin/assessment/apikey/{key.pk}/delete/", {"post": "yes"})

    key.refresh_from_db()
    assert key.name == "Bridge"
    assert key.digest not in page
    assert 'name="_save"' not in page


def test_no_secret_is_shown(boss):
    endpoint_create(organisation=make_organisation(), url="https://x.example.org/")
    row = WebhookEndpoint.objects.get()

    page = text_of(boss.get(f"/admin/assessment/webhookendpoint/{row.pk}/change/"))

    assert row.url in page
    assert row.secret not in page


def test_every_model_is_there():
    models = apps.get_app_config("assessment").get_models()

    assert [model for model in models if not admin.site.is_registered(model)] == []


def test_a_recruiter_is_no_operator(client):
    assert client.get("/admin/assessment/apikey/").status_code == 302
