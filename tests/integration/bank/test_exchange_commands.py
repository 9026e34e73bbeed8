"""Questions out of one database and into another, by the commands people type."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from bank.definitions import State
from bank.documents import read_document
from bank.exchange.archive import archive_of, entries_of
from bank.exchange.records import records_bytes
from bank.models import Question, QuestionVersion
from bank.publishing import document_publish, question_publish, set_create
from bank.selectors import current_version, question_by_slug, set_by_slug, set_items
from tests.make.archives import zip_of
from tests.make.bank import make_text_question
from tests.make.exchange import make_bank, write_task

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[3]
OWN = ROOT / "tests" / "documents"
SLUGS = ["doc-caches-zh-q01", "kv-cache", "why-kv-cache"]


@pytest.fixture
def told(capsys):
    def call(*args):
        call_command(*map(str, args))
        return capsys.readouterr().out.splitlines()

    return call


def store(folder):
    """Store a question, its alias, a document of eight questions, and a set."""
    for question in make_bank(folder).values():
        question_publish(question)
    document_publish(read_document(OWN / "caches_zh.md"))
    set_create(slug="three", name={"en": "Three"}, questions=SLUGS[::-1])


@pytest.fixture
def stored(tmp_path):
    store(tmp_path / "questions")


def everything():
    return {
        version.question.slug: (version.question.state, version.digest)
        for version in QuestionVersion.objects.select_related("question")
    }


@pytest.mark.parametrize(
    ("out", "back", "name"),
    [
        ("export_bank", "import_bank", "all.zip"),
        ("export_questions", "import_questions", "all.csv"),
        ("export_questions", "import_questions", "all.json"),
        ("export_qti", "import_qti", "all.zip"),
    ],
)
def test_what_goes_out_comes_in_elsewhere(told, tmp_path, out, back, name):
    with transaction.atomic():
        store(tmp_path / "questions")
        before = everything()
        told(out, tmp_path / name)
        transaction.set_rollback(True)  # elsewhere nothing of it was ever stored
    assert not Question.objects.exists()

    lines = told(back, tmp_path / name, "--dry-run")
    assert lines[-1].startswith("10 questions, 10 changed")
    assert lines[-1].endswith("nothing was written")
    assert not Question.objects.exists()

    assert "question kv-cache v1: created" in told(back, tmp_path / name)
    assert everything() == before
    assert told(back, tmp_path / name)[-1].startswith("10 questions, 0 changed")


def test_a_bundle_brings_its_sets(told, tmp_path):
    path = tmp_path / "three.zip"
    with transaction.atomic():
        store(tmp_path / "questions")
        (line,) = told("export_bank", path, "--set", "three")
        transaction.set_rollback(True)
    lines = told("import_bank", path)

    assert line == f"{path}: 3 questions, 0 of them speed tasks; 1 sets"
    assert "set three (3 questions): created" in lines
    items = set_items(set_by_slug("three").pk)
    assert [item.question.slug for item in items] == SLUGS[::-1]
    assert set_by_slug("three").name == {"en": "Three"}


def test_an_alias_takes_its_question_along(told, stored, tmp_path):
    path = tmp_path / "one.zip"
    told("export_bank", path, "why-kv-cache")

    assert sorted(entries_of(path.read_bytes(), "x")) == [
        "manifest.json",
        "questions/kv-cache/question.yaml",
        "questions/why-kv-cache/question.yaml",
    ]


def test_the_same_bank_gives_the_same_bytes(told, stored, tmp_path):
    first, second = tmp_path / "1.zip", tmp_path / "2.zip"
    told("export_bank", first)
    told("export_bank", second)

    assert first.read_bytes() == second.read_bytes()


def test_a_changed_question_takes_its_aliases_along(told, stored, tmp_path):
    path = tmp_path / "one.json"
    changed = make_bank(tmp_path / "again", minutes=9)["kv-cache"]
    path.write_bytes(records_bytes([changed]))

    assert told("import_questions", path) == [
        "question kv-cache v2: new version",
        "question why-kv-cache v2: new version",
        "2 questions, 2 changed",
    ]
    assert current_version(question_by_slug("why-kv-cache")).body["minutes"] == 9
    told("export_bank", tmp_path / "all.zip")  # refused if the two did not agree


def test_a_question_that_a_person_retired_stays_retired(told, stored, tmp_path):
    told("export_bank", tmp_path / "all.zip", "kv-cache")
    call_command("move_question", "kv-cache", "retired", "--by", "a", "--reason", "b")
    told("import_bank", tmp_path / "all.zip")

    assert question_by_slug("kv-cache").state == State.RETIRED


@pytest.fixture
def tasked(tmp_path, settings):
    """A bank folder of its own with a question, its alias and a speed task, loaded."""
    settings.BANK_FOLDER = tmp_path / "questions"
    make_bank(settings.BANK_FOLDER)
    write_task(settings.BANK_FOLDER, "faster")
    call_command("load_bank", "--folder", str(settings.BANK_FOLDER), stdout=StringIO())
    set_create(slug="mixed", name={"en": "Mixed"}, questions=["faster", "kv-cache"])
    return settings.BANK_FOLDER


def test_only_text_questions_go_into_tables_and_packages(told, tasked, tmp_path):
    for command, name in (("export_questions", "a.json"), ("export_qti", "a.zip")):
        with pytest.raises(CommandError, match="only export_bank") as caught:
            told(command, tmp_path / name, "faster")
        assert caught.value.returncode == 2
        assert not (tmp_path / name).exists()

    lines = told("export_qti", tmp_path / "a.zip", "--set", "mixed")
    assert "lost: a speed task (faster)" in lines
    assert "lost: a set, its name and order (mixed)" in lines
    lines = told("export_questions", tmp_path / "a.csv", "--set", "mixed")
    assert lines[0] == "left out, a speed task: faster"
    lines = told("export_document", "mixed", tmp_path / "a.md")
    assert lines[0] == "left out, a speed task: faster"


def test_a_task_goes_into_a_bundle_and_is_known_where_its_folder_is(
    told, tasked, tmp_path
):
    path = tmp_path / "task.zip"
    (line,) = told("export_bank", path, "faster")

    assert line.endswith("1 questions, 1 of them speed tasks; 0 sets")
    assert told("import_bank", path)[-1] == "1 questions, 0 changed"


def test_a_task_whose_folder_changed_is_not_exported(told, tasked, tmp_path):
    (tasked / "faster" / "inputs.py").write_text("# changed")

    with pytest.raises(CommandError, match="not those of the published") as caught:
        told("export_bank", tmp_path / "task.zip")
    assert caught.value.returncode == 2
    assert not (tmp_path / "task.zip").exists()


def test_a_bundle_never_brings_a_program(told, tasked, tmp_path, settings):
    path = tmp_path / "mixed.zip"
    told("export_bank", path, "--set", "mixed")
    settings.BANK_FOLDER = tmp_path / "another"
    settings.BANK_FOLDER.mkdir()
    before = everything()

    with pytest.raises(CommandError, match="run load_bank, or import") as caught:
        told("import_bank", path)
    assert caught.value.returncode == 2
    assert "(bank.code_refused)" in str(caught.value)
    assert everything() == before
    assert list(settings.BANK_FOLDER.iterdir()) == []

    lines = told("import_bank", path, "--without-tasks")
    assert "left out, a speed task: faster" in lines
    assert "set mixed (1 questions): moved" in lines


# -- documents ------------------------------------------------------------------------


def test_a_set_goes_out_as_a_document_and_is_imported(told, stored, tmp_path):
    path = tmp_path / "three.md"
    (line,) = told("export_document", "three", path)
    report = read_document(path)

    assert line == f"{path}: 3 questions, 14 key points, language zh"
    assert [question.heading for question in report.questions] == [
        "再问键值缓存",
        "键值缓存",
        report.questions[2].heading,
    ]
    assert sum(len(question.key_points) for question in report.questions) == 14
    assert "3 questions, 14 key points" in told("import_document", path)[0]


def test_a_document_goes_out_under_its_own_numbers(told, stored, tmp_path):
    path = tmp_path / "again.md"
    told("export_document", "caches_zh.md", path)
    before, after = read_document(OWN / "caches_zh.md"), read_document(path)

    assert [
        (question.number, question.heading, question.prompt, len(question.key_points))
        for question in before.questions
    ] == [
        (question.number, question.heading, question.prompt, len(question.key_points))
        for question in after.questions
    ]


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (("nothing", "x.md"), "no set and no document"),
        (("three", "x.md", "--language", "fr"), "must be one of"),
        (("three", "x.md", "--language", "en"), "not in the language en"),
    ],
)
def test_what_is_no_document_is_refused(told, stored, tmp_path, args, reason):
    name, path, *rest = args
    with pytest.raises(CommandError, match=reason) as caught:
        told("export_document", name, tmp_path / path, *rest)

    assert caught.value.returncode == 2
    assert not (tmp_path / path).exists()


# -- foreign packages -----------------------------------------------------------------


def foreign(told, tmp_path):
    """Return a package of the stored questions without our extension."""
    path = tmp_path / "foreign.zip"
    told("export_qti", path, "kv-cache")
    files = entries_of(path.read_bytes(), "x")
    bare = {n: c for n, c in files.items() if not n.startswith("inferview/")}
    path.write_bytes(archive_of(bare))
    return path


def test_foreign_items_become_drafts_that_nobody_is_asked(told, stored, tmp_path):
    path = foreign(told, tmp_path)

    assert told("import_qti", path)[-1] == "2 questions, 2 changed"
    row = question_by_slug("doc-foreign-q-kv-cache-zh")
    assert (row.state, row.topic) == (State.DRAFT, "imported")
    assert told("import_qti", path)[-1] == "2 questions, 0 changed"


def test_a_foreign_item_takes_nobodys_slug(told, stored, tmp_path):
    path = foreign(told, tmp_path)
    question_publish(make_text_question(slug="doc-foreign-q-kv-cache-zh"))
    before = everything()

    with pytest.raises(CommandError, match="not from this package") as caught:
        told("import_qti", path)
    assert caught.value.returncode == 2
    assert everything() == before


# -- refusals -------------------------------------------------------------------------


def test_a_table_with_faults_changes_nothing(told, stored, tmp_path):
    path = tmp_path / "a.csv"
    told("export_questions", path, "kv-cache")
    text = path.read_text(encoding="utf-8-sig")
    text = text.replace(",8,", ",9,").replace(",1.5,", ",0,")
    path.write_text(text, encoding="utf-8")
    before = everything()

    with pytest.raises(CommandError) as caught:
        told("import_questions", path)
    lines = str(caught.value).splitlines()
    assert caught.value.returncode == 2
    assert len(lines) == 6  # one for each key point's weight
    assert all("column weight: must be a number above 0" in line for line in lines)
    assert all(line.endswith("(bank.questions_refused)") for line in lines)
    assert everything() == before


def test_all_of_a_file_is_published_or_nothing(told, tasked, tmp_path):
    changed = make_bank(tmp_path / "again", minutes=9)["kv-cache"]
    clash = dataclasses.replace(changed, slug="faster", related=())
    path = tmp_path / "a.json"
    path.write_bytes(records_bytes([changed, clash]))
    before = everything()

    with pytest.raises(CommandError, match="'faster' is a speed question") as caught:
        told("import_questions", path)
    assert caught.value.returncode == 2
    assert everything() == before


@pytest.mark.parametrize(
    "args",
    [
        ("export_bank", "a.zip", "no-such-question"),
        ("export_bank", "a.zip", "--set", "no-such-set"),
        ("export_bank", "a.zip", "kv-cache", "--set", "three"),
        ("export_bank", "no/such/folder/a.zip"),
        ("export_questions", "a.xlsx"),
        ("import_questions", "a.xlsx"),
        ("import_questions", "missing.csv"),
        ("import_bank", "missing.zip"),
        ("import_bank", "folder"),
        ("import_qti", "missing.zip"),
        ("export_qti", "a.zip", "no-such-question"),
        ("export_document", "three", "no/such/folder/a.md"),
    ],
    ids=" ".join,
)
def test_bad_arguments_end_with_status_2_and_one_line(
    told, stored, tmp_path, monkeypatch, args
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    there = sorted(tmp_path.iterdir())

    with pytest.raises(CommandError) as caught:
        told(*args)
    assert caught.value.returncode == 2
    assert len(str(caught.value).splitlines()) == 1
    assert sorted(tmp_path.iterdir()) == there


def test_an_export_replaces_nothing_unless_told_to(told, stored, tmp_path):
    path = tmp_path / "a.json"
    path.write_text("mine")

    with pytest.raises(CommandError, match="is there already"):
        told("export_questions", path)
    assert path.read_text() == "mine"

    told("export_questions", path, "--overwrite")
    assert path.read_text().startswith("{")


HOSTILE = [
    ("import_bank", {"../up": b"x"}, "bank.archive_unsafe_name"),
    ("import_bank", {"manifest.json": b"["}, "bank.json_refused"),
    ("import_bank", {"a": b"0" * 9_000_000}, "bank.archive_too_large"),
    ("import_qti", {"imsmanifest.xml": b"<!DOCTYPE a><a/>"}, "bank.xml_refused"),
    ("import_qti", {"inner.zip": b"x"}, "bank.archive_nested"),
]


@pytest.mark.parametrize(("command", "files", "code"), HOSTILE)
def test_a_hostile_file_is_refused_in_one_line_with_its_code(
    told, tmp_path, command, files, code
):
    store(tmp_path / "questions")
    path = tmp_path / "hostile.zip"
    path.write_bytes(zip_of(files))
    before = everything()

    with pytest.raises(CommandError) as caught:
        told(command, path)
    (line,) = str(caught.value).splitlines()
    assert caught.value.returncode == 2
    assert line.startswith(str(path))
    assert line.endswith(f"({code})")
    assert everything() == before


def test_a_real_run_ends_with_status_2_and_one_line(tmp_path):
    path = tmp_path / "hostile.zip"
    path.write_bytes(zip_of({"../up": b"x"}))
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "import_bank", str(path)],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "assessment.config.settings_test"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"CommandError: {path}: the entry '../up' ")
