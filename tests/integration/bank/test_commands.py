from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from bank.models import Question, QuestionSet, QuestionVersion
from bank.publishing import question_publish
from bank.selectors import current_version, question_by_slug, set_by_slug, set_items
from tests.make.bank import (
    alias_file,
    make_text_question,
    question_file,
    write_question,
)

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[3]
OWN = ROOT / "tests" / "documents"


@pytest.fixture
def told(capsys):
    def call(*args):
        call_command(*map(str, args))
        return capsys.readouterr().out.splitlines()

    return call


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "caches_zh.md"
    path.write_bytes((OWN / "caches_zh.md").read_bytes())
    return path


# -- load_bank ------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "questions"
    write_question(root, "kv-cache", question_file())
    write_question(root, "why-kv-cache", alias_file())
    return root


def test_loading_the_bank_says_what_changed_and_then_nothing(told, folder):
    assert told("load_bank", "--folder", folder) == [
        "question kv-cache v1: created",
        "question why-kv-cache v1: created",
        "set doc-questions (2 questions): created",
        "2 questions, 2 changed; 1 sets",
    ]
    assert told("load_bank", "--folder", folder) == ["2 questions, 0 changed; 1 sets"]
    slugs = [item.question.slug for item in set_items(set_by_slug("doc-questions").pk)]
    assert slugs == ["kv-cache", "why-kv-cache"]


def test_a_changed_folder_becomes_a_new_version(told, folder):
    told("load_bank", "--folder", folder)
    write_question(folder, "kv-cache", question_file(minutes=9))

    assert told("load_bank", "--folder", folder) == [
        "question kv-cache v2: new version",
        "question why-kv-cache v2: new version",
        "2 questions, 2 changed; 1 sets",
    ]


def test_a_bank_with_one_broken_folder_changes_nothing(folder):
    write_question(folder, "broken", "schema: 1\nkind: text\nstate: alive\n")

    with pytest.raises(CommandError, match=r"broken/question\.yaml:3: state") as caught:
        call_command("load_bank", "--folder", str(folder))

    assert caught.value.returncode == 2
    assert not Question.objects.exists()


def test_the_shipped_bank_loads_and_makes_its_sets(told):
    lines = told("load_bank")

    assert lines[-1].endswith("3 sets")
    assert set(QuestionSet.objects.values_list("slug", flat=True)) == {
        "demo",
        "doc-000-4d735639",
        "doc-001-7dbd3436",
    }
    assert told("load_bank")[-1].split(", ")[1].startswith("0 changed")


# -- import_document ------------------------------------------------------------------


def test_an_import_reports_all_it_found_and_left_out(told, document):
    lines = told("import_document", document, "--set", "caches")

    assert lines[:3] == [
        "caches_zh.md: 8 questions, 22 key points, language zh",
        "  8 created",
        "  set caches: created",
    ]
    text = "\n".join(lines)
    assert f"{document}:5: skipped (a numbered heading without an answer" in text
    assert "near-duplicates: questions 1 and 5, both ask about “前缀缓存”" in text
    question = question_by_slug("doc-caches-zh-q02")
    assert (question.topic, question.state) == ("imported", "live")
    assert len(current_version(question).body["rubric"]["key_points"]) == 6
    assert set_items(set_by_slug("caches").pk).count() == 8


def test_importing_twice_changes_nothing(told, document):
    told("import_document", document, "--set", "caches")
    before = list(Question.objects.values_list("slug", "changed_at"))

    lines = told("import_document", document, "--set", "caches")

    assert lines[1:3] == ["  8 unchanged", "  set caches: unchanged"]
    assert list(Question.objects.values_list("slug", "changed_at")) == before
    assert QuestionVersion.objects.count() == 8


def test_a_changed_document_publishes_new_versions_and_leaves_the_old(told, document):
    told("import_document", document, "--set", "caches")
    old = current_version(question_by_slug("doc-caches-zh-q01"))
    text = document.read_text(encoding="utf-8")
    text = text.replace("相同的系统提示只做一次预填充", "公共的系统提示只预填充一次")
    document.write_text(text[: text.index("#### 8.")], encoding="utf-8")

    lines = told("import_document", document, "--set", "caches")

    assert lines[1] == "  1 new version, 6 unchanged"
    assert lines[-1].endswith("kept as it was: doc-caches-zh-q08")
    assert current_version(question_by_slug("doc-caches-zh-q01")).number == 2
    body = QuestionVersion.objects.get(pk=old.pk).body
    assert "相同的系统提示" in body["rubric"]["key_points"][0]["phrasings"]["zh"][0]
    assert question_by_slug("doc-caches-zh-q08").state == "live"
    assert set_items(set_by_slug("caches").pk).count() == 7


def test_problems_are_told_with_file_line_and_reason(told, tmp_path):
    path = tmp_path / "short.md"
    path.write_text("#### 1. Why?\nAnswer: Yes.\n\n#### 2. So?\n\n- no label\n")

    lines = told("import_document", path)

    assert f"{path}:4: problem: question 2 has no answer; left out" in lines


def test_an_english_document_is_imported_in_english(told):
    lines = told("import_document", OWN / "kernels_en.md")

    assert lines[0] == "kernels_en.md: 4 questions, 10 key points, language en"
    question = question_by_slug("doc-kernels-en-q01")
    assert list(current_version(question).body["title"]) == ["en"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"# nothing\n", "no question found"),
        (b"#### 1. a\n\xff", "bad.md:2: not UTF-8 text at byte 10"),
        (b"#### 1. a\n\0", "bad.md:2: a NUL character at byte 10"),
        (b"x" * (50 * 1024 * 1024), "larger than 5 MiB"),
        (None, "there is no such file"),
    ],
    ids=["no question", "encoding", "nul", "50 MB", "missing"],
)
def test_an_unusable_document_is_refused_in_one_line_and_changes_nothing(
    tmp_path, content, reason
):
    path = tmp_path / "bad.md"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(CommandError) as caught:
        call_command("import_document", str(path), "--set", "bad")

    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.returncode == 2
    assert not Question.objects.exists()
    assert not QuestionSet.objects.exists()


@pytest.mark.parametrize(
    "arguments", [("--set", "Not A Slug"), ("--language", "fr"), ("--set", "x" * 101)]
)
def test_bad_arguments_are_refused(document, arguments):
    with pytest.raises(CommandError, match=arguments[0]) as caught:
        call_command("import_document", str(document), *arguments)

    assert caught.value.returncode == 2
    assert not Question.objects.exists()


def test_an_import_never_writes_over_what_came_from_elsewhere(told, document):
    theirs = make_text_question(slug="doc-caches-zh-q03")
    question_publish(theirs)

    with pytest.raises(CommandError, match="rename the document"):
        call_command("import_document", str(document))

    assert QuestionVersion.objects.count() == 1


def test_an_import_never_takes_over_somebody_elses_set(told, document):
    told("import_document", OWN / "kernels_en.md", "--set", "mine")

    with pytest.raises(CommandError, match="choose another slug"):
        call_command("import_document", str(document), "--set", "mine")

    assert set_items(set_by_slug("mine").pk).count() == 4
    assert Question.objects.count() == 4


@pytest.mark.skipif(
    not os.environ.get("INFERVIEW_DOCUMENTS") and os.environ.get("CI") != "true",
    reason="INFERVIEW_DOCUMENTS names no folder of documents, and this is no CI run",
)
def test_both_given_documents_import_to_thirty_questions_each(told):
    for path in sorted(Path(os.environ["INFERVIEW_DOCUMENTS"]).glob("*.txt")):
        assert ": 30 questions, " in told("import_document", path)[0]
        assert told("import_document", path)[1] == "  30 unchanged"

    assert Question.objects.filter(topic="imported", state="live").count() == 60


def test_from_the_command_line_a_refusal_is_status_two_and_one_line(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "import_document", str(tmp_path / "none.md")],
        cwd=ROOT,
        env=os.environ | {"INFERVIEW_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr == f"CommandError: {tmp_path}/none.md: there is no such file\n"
