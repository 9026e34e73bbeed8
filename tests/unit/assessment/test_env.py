from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from assessment.config.env import (
    choice,
    database,
    embedded_socket,
    redis_urls,
    secret_key,
)


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    first = secret_key(tmp_path / "home")

    assert len(first) >= 50
    assert secret_key(tmp_path / "home") == first
    mode = stat.S_IMODE((tmp_path / "home" / "secret-key").stat().st_mode)
    assert mode == 0o600


def test_a_given_secret_key_is_used_and_not_written(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "given")

    assert secret_key(tmp_path / "home") == "given"
    assert not (tmp_path / "home").exists()


def test_a_folder_that_cannot_be_written_still_gives_a_key(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    (tmp_path / "file").write_text("")

    assert len(secret_key(tmp_path / "file" / "home")) >= 50


def test_sqlite_is_the_database_unless_another_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    embedded = database(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "postgres://me:pw@db:5433/inferview")
    named = database(tmp_path)

    assert embedded["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert (named["HOST"], named["PORT"], named["NAME"]) == ("db", 5433, "inferview")


def test_a_database_that_is_not_supported_is_named_at_the_start(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "mysql://me:pw@db/inferview")

    with pytest.raises(ImproperlyConfigured, match="postgres://"):
        database(tmp_path)


@pytest.mark.parametrize(
    ("given", "celery"),
    [
        ("redis://localhost:6380/1", "redis://localhost:6380/1"),
        ("rediss://h/0", "rediss://h/0"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock"),
    ],
)
def test_one_address_serves_cache_and_queue(given, celery, tmp_path, monkeypatch):
    monkeypatch.setenv("REDIS_URL", given)

    assert redis_urls(tmp_path) == (given, celery)


def test_an_address_that_is_not_redis_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "amqp://h")

    with pytest.raises(ImproperlyConfigured, match="redis://"):
        redis_urls(tmp_path)


def test_the_embedded_brokers_socket_fits_a_socket_address():
    deep = Path("/srv") / ("very-long-folder-name" * 6)

    assert embedded_socket(Path("/srv/i")) == Path("/srv/i/redis/redis.sock")
    assert len(os.fsencode(embedded_socket(deep))) <= 107
    assert embedded_socket(deep) != embedded_socket(deep / "other")


def test_a_choice_that_does_not_exist_names_the_others(monkeypatch):
    monkeypatch.setenv("DEVICE", "tpu")

    with pytest.raises(ImproperlyConfigured, match="auto, cpu, cuda"):
        choice("DEVICE", among=("auto", "cpu", "cuda"), default="auto")
