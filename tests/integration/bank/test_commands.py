from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from bank.definitions import State
from bank.models import Question, QuestionMove, QuestionSet, QuestionVersion
from bank.publishing import question_publish
from bank.selectors import (
    current_version,
    live_questions,
    question_by_slug,
    set_by_slug,
    set_items,
)
from bank.sets import CHOSEN
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


def test_every_broken_folder_is_named_in_a_line_of_its_own(folder):
    write_question(folder, "a-broken", "schema: 1\nkind: text\nstate: alive\n")
    write_question(folder, "b-broken", "schema: 2\nkind: text\n")
    write_question(folder, "c-broken", alias_file(alias_of="nowhere"))

    with pytest.raises(CommandError) as caught:
        call_command("load_bank", "--folder", str(folder))

    lines = str(caught.value).splitlines()
    assert [line.partition(": ")[0] for line in lines] == [
        f"{folder}/a-broken/question.yaml:3",
        f"{folder}/b-broken/question.yaml:1",
        f"{folder}/c-broken/question.yaml:5",
    ]
    assert caught.value.returncode == 2
    assert not Question.objects.exists()


@pytest.fixture
def shipped(settings, folder):
    """Stand in for the shipped bank with a folder that may be changed."""
    settings.BANK_FOLDER = folder
    return folder


def remove(folder, slug):
    (folder / slug / "question.yaml").unlink()
    (folder / slug).rmdir()


def test_a_question_whose_folder_left_the_bank_is_retired_and_told(told, shipped):
    told("load_bank")
    remove(shipped, "why-kv-cache")

    assert told("load_bank") == [
        "question why-kv-cache: retired, its folder is gone",
        "set doc-questions (1 questions): moved",
        "1 questions, 0 changed; 1 sets",
    ]

    gone = question_by_slug("why-kv-cache")
    assert gone.state == "retired"
    assert gone.versions.count() == 1
    move = gone.moves.last()
    assert (move.old, move.new, move.by) == ("live", "retired", "load_bank")
    assert move.reason == "its folder is no longer in the bank"
    assert told("load_bank") == ["1 questions, 0 changed; 1 sets"]
    assert gone.moves.count() == 2


def test_a_folder_that_comes_back_is_asked_again(told, shipped):
    told("load_bank")
    remove(shipped, "why-kv-cache")
    told("load_bank")
    write_question(shipped, "why-kv-cache", alias_file())

    assert "question why-kv-cache v1: moved" in told("load_bank")

    assert question_by_slug("why-kv-cache").state == "live"


def test_what_came_from_elsewhere_is_not_retired_with_the_bank(
    told, shipped, document, tmp_path
):
    told("load_bank")
    told("import_document", document)
    question_publish(make_text_question(slug="by-hand", sources=()))
    own = tmp_path / "own"
    write_question(own, "of-ours", question_file(sources=None, errata=None))
    told("load_bank", "--folder", own)

    assert told("load_bank") == ["2 questions, 0 changed; 1 sets"]

    assert live_questions().count() == 2 + 8 + 1 + 1


def test_another_folder_retires_nothing_of_the_shipped_bank(told, shipped, tmp_path):
    told("load_bank")
    own = tmp_path / "own"
    write_question(own, "of-ours", question_file(sources=None, errata=None))

    assert told("load_bank", "--folder", own)[-1] == "1 questions, 1 changed; 0 sets"

    assert live_questions().count() == 3


def test_an_empty_bank_does_not_retire_everything(told, shipped):
    told("load_bank")
    remove(shipped, "why-kv-cache")
    remove(shipped, "kv-cache")

    with pytest.raises(CommandError, match="no question in the bank's own") as caught:
        call_command("load_bank")

    assert caught.value.returncode == 2
    assert live_questions().count() == 2


def test_the_shipped_bank_loads_and_makes_its_sets(told):
    lines = told("load_bank")

    assert lines[-1].endswith("8 sets")
    assert set(QuestionSet.objects.values_list("slug", flat=True)) == {
        "demo",
        "doc-000-4d735639",
        "doc-001-7dbd3436",
        *(chosen.slug for chosen in CHOSEN),
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
    "arguments",
    [
        ("--set", "Not A Slug"),
        ("--language", "fr"),
        ("--set", "x" * 101),
        ("--state", "retired"),
    ],
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


def test_an_importer_may_want_a_look_first(told, document):
    told("import_document", document, "--set", "caches", "--state", "draft")

    assert not live_questions().exists()
    mine = set_by_slug("caches")
    assert set_items(mine.pk).count() == 8
    assert not set_items(mine.pk, live=True).exists()


@pytest.mark.parametrize("again", [(), ("--state", "live"), ("--state", "draft")])
def test_importing_again_leaves_every_state_as_it_is(told, document, again):
    told("import_document", document)
    told("move_question", "doc-caches-zh-q01", "retired")
    text = document.read_text(encoding="utf-8")
    document.write_text(text.replace("系统提示", "系统指令"), encoding="utf-8")

    told("import_document", document, *again)

    assert question_by_slug("doc-caches-zh-q01").state == "retired"
    assert live_questions().count() == 7


def test_an_import_is_the_first_line_of_the_history(told, document):
    told("import_document", document)

    move = question_by_slug("doc-caches-zh-q01").moves.get()
    assert (move.old, move.new, move.number) == ("", "live", 1)
    assert (move.by, move.reason) == ("import_document", "imported from caches_zh.md")


@pytest.mark.skipif(
    not os.environ.get("INFERVIEW_DOCUMENTS") and os.environ.get("CI") != "true",
    reason="INFERVIEW_DOCUMENTS names no folder of documents, and this is no CI run",
)
def test_both_given_documents_import_to_thirty_questions_each(told):
    for path in sorted(Path(os.environ["INFERVIEW_DOCUMENTS"]).glob("*.txt")):
        assert ": 30 questions, " in told("import_document", path)[0]
        assert told("import_document", path)[1] == "  30 unchanged"

    assert Question.objects.filter(topic="imported", state="live").count() == 60


# -- move_question --------------------------------------------------------------------


@pytest.fixture
def question():
    question_publish(make_text_question(state=State.DRAFT))
    return question_by_slug("kv-cache")


def test_a_question_is_moved_step_by_step_with_its_history(told, question):
    assert told("move_question", "kv-cache", "reviewed", "--by", "李雷") == [
        "question kv-cache v1: draft -> reviewed"
    ]
    told("move_question", "kv-cache", "live")
    assert live_questions().get() == question
    told("move_question", "kv-cache", "retired", "--reason", "out of date")

    assert not live_questions().exists()
    assert [
        (move.old, move.new, move.by, move.reason) for move in question.moves.all()
    ] == [
        ("", "draft", "", ""),
        ("draft", "reviewed", "李雷", ""),
        ("reviewed", "live", "move_question", ""),
        ("live", "retired", "move_question", "out of date"),
    ]


def test_retiring_a_question_names_aliases_that_are_still_asked(told):
    question_publish(make_text_question())
    question_publish(make_text_question(slug="again", sources=(), alias_of="kv-cache"))

    assert told("move_question", "kv-cache", "retired") == [
        "question kv-cache v1: live -> retired",
        "still live with the same rubric: again",
    ]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("kv-cache", "live"), "'kv-cache' is draft and cannot become live, only"),
        (("kv-cache", "draft"), "is draft and cannot become draft, only reviewed"),
        (("kv-cache", "gone"), "must be one of draft, reviewed, live, retired"),
        (("nowhere", "live"), "no question 'nowhere'"),
        (("kv-cache", "reviewed", "--by", "x" * 151), "--by: one line of at most 150"),
        (("kv-cache", "reviewed", "--reason", "a\nb"), "--reason: one line"),
    ],
)
def test_a_move_that_is_refused_changes_nothing(question, arguments, reason):
    with pytest.raises(CommandError) as caught:
        call_command("move_question", *arguments)

    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.returncode == 2
    assert question_by_slug("kv-cache").state == "draft"
    assert QuestionMove.objects.count() == 1


# -- diff_question --------------------------------------------------------------------


@pytest.fixture
def three_versions():
    for minutes in (6, 7, 8):
        question_publish(make_text_question(minutes=minutes))


@pytest.mark.parametrize(
    ("numbers", "lines"),
    [
        ((), ["kv-cache: v2 -> v3", "", "changed: minutes", "- 7", "+ 8"]),
        (("1", "v3"), ["kv-cache: v1 -> v3", "", "changed: minutes", "- 6", "+ 8"]),
        (("V3", "2"), ["kv-cache: v3 -> v2", "", "changed: minutes", "- 8", "+ 7"]),
        (("2", "2"), ["kv-cache: v2 -> v2", "no difference"]),
    ],
)
def test_two_versions_are_compared(told, three_versions, numbers, lines):
    assert told("diff_question", "kv-cache", *numbers) == lines


def test_a_question_with_one_version_has_nothing_to_compare(told):
    question_publish(make_text_question())

    assert told("diff_question", "kv-cache") == [
        "kv-cache: there are no two versions to compare"
    ]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("nowhere",), "no question 'nowhere'"),
        (("kv-cache", "1", "4"), "'kv-cache' has no version 4; it has 1, 2, 3"),
        (("kv-cache", "0", "1"), "has no version 0"),
        (("kv-cache", "1", "two"), "'two' is no version; write 2 or v2"),
        (("kv-cache", "-1", "2"), "'-1' is no version"),
        (("kv-cache", "1"), "name two versions, or none"),
    ],
)
def test_a_comparison_with_nothing_is_refused_in_one_line(
    three_versions, arguments, reason
):
    slug, *numbers = arguments
    with pytest.raises(CommandError) as caught:
        call_command("diff_question", slug, "--", *numbers)

    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.returncode == 2


# -- list_errata ----------------------------------------------------------------------


def test_errata_are_listed_in_the_order_of_the_documents(told, folder):
    erratum = {
        "document": "questions.md",
        "number": 2,
        "says": {"zh": "缓存不占显存", "en": "The *cache* is <free>"},
        "right": {"zh": "占", "en": "It is not"},
        "source": "Pope et al. 2022",
    }
    file = question_file(
        sources=[{"document": "questions.md", "number": 2}],
        errata=[erratum],
        related=None,
    )
    write_question(folder, "paging", file)

    assert told("list_errata", "--folder", folder, "--language", "en") == [
        "questions.md 2 (paging)",
        "  says: The *cache* is <free>",
        "  right: It is not",
        "  source: Pope et al. 2022",
        "questions.md 4 (kv-cache)",
        "  says: The cache keeps queries",
        "  right: It keeps keys and values",
        "  source: Pope et al. 2022",
    ]
    both = told("list_errata", "--folder", folder)
    assert both[1:4] == [
        "  says: The *cache* is <free>",
        "  right: It is not",
        "  原文: 缓存不占显存",
    ]
    page = told("list_errata", "--folder", folder, "--markdown")
    assert r"- *says*: The \*cache\* is \<free\>" in page
    assert page.index("### 2. KV cache · 键值缓存") < page.index(
        "### 4. KV cache · 键值缓存"
    )


def test_the_page_of_errata_is_what_the_bank_says(told):
    page = (ROOT / "docs" / "errata.md").read_text(encoding="utf-8")

    assert page.splitlines() == told("list_errata", "--markdown"), (
        "python manage.py list_errata --markdown > docs/errata.md"
    )


@pytest.mark.parametrize(
    "arguments", [("--language", "fr"), ("--folder", "/nowhere/at/all")]
)
def test_errata_that_cannot_be_listed_are_refused_in_one_line(arguments):
    with pytest.raises(CommandError, match=arguments[1]) as caught:
        call_command("list_errata", *arguments)

    assert caught.value.returncode == 2
    assert "\n" not in str(caught.value)


# -- all of them ----------------------------------------------------------------------


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
