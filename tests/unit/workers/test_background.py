"""The background of a bank, kept from start to start."""

from __future__ import annotations

import os
import shutil

import pytest
from django.conf import settings

from bank.errors import QuestionFormatError
from bank.parsing import load_bank
from workers import background as held
from workers.background import FOLDER, background_from, kept_background

SOME = ("quantization", "model-pruning", "memory-leaks")


@pytest.fixture
def bank(tmp_path):
    folder = tmp_path / "bank"
    for slug in SOME:
        shutil.copytree(settings.BANK_FOLDER / slug, folder / slug)
    return folder


@pytest.fixture
def readings(monkeypatch):
    made = []
    whole = held.background_from
    monkeypatch.setattr(
        held, "background_from", lambda found: made.append(1) or whole(found)
    )
    return made


def test_the_kept_background_is_the_one_that_was_made(bank, tmp_path, readings):
    first = kept_background(bank, tmp_path)
    second = kept_background(bank, tmp_path)

    assert first.digest == second.digest == background_from(load_bank(bank)).digest
    assert first.others == second.others
    assert len(readings) == 1


def test_an_edited_or_a_removed_question_makes_another(bank, tmp_path, readings):
    before = kept_background(bank, tmp_path).digest
    shutil.rmtree(bank / SOME[0])
    fewer = kept_background(bank, tmp_path).digest
    os.utime(bank / SOME[1] / "question.yaml", ns=(1, 1))
    kept_background(bank, tmp_path)

    assert before != fewer
    assert len(readings) == 3
    assert len(list((tmp_path / FOLDER).iterdir())) == 1


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"texts": {"en": 3}}', "\x00"])
def test_a_broken_file_is_made_again(bank, tmp_path, text):
    whole = kept_background(bank, tmp_path).digest
    (path,) = (tmp_path / FOLDER).iterdir()
    path.write_text(text)

    assert kept_background(bank, tmp_path).digest == whole


def test_a_question_that_cannot_be_read_is_left_out_and_named(bank, tmp_path, caplog):
    (bank / SOME[0] / "question.yaml").write_text("kind: [")

    found = kept_background(bank, tmp_path)

    assert SOME[0] in caplog.text
    shutil.rmtree(bank / SOME[0])
    assert found.digest == background_from(load_bank(bank)).digest


def test_a_folder_that_takes_no_files_stops_nobody(bank, tmp_path):
    home = tmp_path / "file"
    home.write_text("in the way")

    assert kept_background(bank, home).texts["en"]


def test_a_bank_that_is_not_there_is_said(tmp_path):
    with pytest.raises(QuestionFormatError):
        kept_background(tmp_path / "none", tmp_path)
