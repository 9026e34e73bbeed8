from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from drf_spectacular.validation import validate_schema

from assessment.api.errors import PROBLEMS
from assessment.services.organisations import SCOPES
from assessment.services.webhooks import EVENT_TYPES
from tests.api.caller import Caller, description

SNAPSHOT = Path(__file__).parents[2] / "docs" / "openapi.json"
AGAIN = (
    "the API's description has changed. If that is meant, write it down with:\n"
    "  python manage.py spectacular --format openapi-json --file docs/openapi.json "
    "--custom-settings assessment.api.v1.description.SETTINGS\n"
    "and look at the difference as your callers will."
)


def test_the_description_changes_only_on_purpose():
    assert json.loads(SNAPSHOT.read_text()) == description(), AGAIN


def test_the_description_is_valid_openapi_3_1():
    assert description()["openapi"].startswith("3.1")
    validate_schema(description())


def test_it_is_served_as_json_and_as_yaml_to_anybody():
    plain = Caller(prefix="").client.get("/api/v1/schema")
    by_header = Caller().client.get(
        "/api/v1/schema", headers={"Accept": "application/yaml"}
    )
    by_format = Caller().client.get("/api/v1/schema?format=yaml")

    assert plain["Content-Type"] == "application/json"
    assert plain.json() == description()
    assert yaml.safe_load(by_header.content) == description()
    assert yaml.safe_load(by_format.content) == description()


def test_it_is_the_same_in_every_language():
    chinese = Caller().client.get(
        "/api/v1/schema", headers={"Accept-Language": "zh-Hans"}
    )

    assert chinese.json() == description()


OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in json.loads(SNAPSHOT.read_text())["paths"].items()
    for method, operation in methods.items()
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_every_operation_names_its_scope_and_its_problems(operation):
    scopes = {
        scope for way in operation["security"] for scope in next(iter(way.values()))
    }

    assert len(operation["security"]) == 2
    assert len(scopes) == 1
    assert scopes <= set(SCOPES)
    assert scopes.pop() in operation["description"]
    assert operation["operationId"]
    assert operation["summary"]
    for status, response in operation["responses"].items():
        if status >= "400":
            assert list(response["content"]) == ["application/problem+json"]
            for code in response["description"].replace("`", "").split(", "):
                assert str(PROBLEMS[code].status) == status
    assert {"401", "403", "429", "500", "503"} <= set(operation["responses"])


def test_every_event_is_described():
    assert set(description()["webhooks"]) == set(EVENT_TYPES)


def test_the_page_to_read_it_loosens_only_its_own_styles():
    client = Caller().client
    page = client.get("/api/v1/docs")
    script = client.get("/api/v1/docs?script=")
    other = client.get("/api/v1/schema")

    assert page.status_code == script.status_code == 200
    assert b"swagger-ui" in page.content
    assert b"http" not in page.content.replace(b"http-equiv", b"")
    policy = page["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in other["Content-Security-Policy"]
