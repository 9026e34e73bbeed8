from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from bank.definitions import Review, Source, State, may_follow
from bank.errors import QuestionFormatError, UnknownQuestion
from bank.marked_yaml import MAX_BYTES
from bank.parsing import (
    check_folders,
    find_by_source,
    load_bank,
    parse_question,
    read_bank,
)
from tests.make.bank import (
    alias_file,
    key_point,
    make_speed_question,
    make_text_question,
    misconception,
    question_file,
    write_question,
)

SIX = [key_point(place) for place in range(6)]
FOUR = [misconception(place) for place in range(4)]


def refused(root, file, slug="kv-cache") -> QuestionFormatError:
    folder = write_question(root, slug, file)
    with pytest.raises(QuestionFormatError) as caught:
        parse_question(folder)
    assert caught.value.path == str(folder.resolve() / "question.yaml")
    return caught.value


def test_a_finished_question_is_read_whole(tmp_path):
    question = parse_question(write_question(tmp_path, "kv-cache", question_file()))

    assert question.slug == "kv-cache"
    assert question.state is State.LIVE
    assert question.sources == (Source(document="questions.md", number=4),)
    assert question.rubric.prompt["en"] == "What is a KV cache?"
    assert question.rubric.key_points[0].id == "point-0"
    assert question.rubric.key_points[0].weight == 1.5
    assert len(question.rubric.key_points[0].phrasings["zh"]) == 4
    assert question.rubric.key_points[0].opposites["en"] == "Point 0 is false"
    assert question.rubric.contrasts[0].pairs["en"] == (
        ("prefill", "compute"),
        ("decode", "bandwidth"),
    )
    assert question.rubric.complete
    assert question.errata[0].right["zh"] == "保存键和值"
    assert question.reading[0].year == 2022
    assert question.follow_ups == {"zh": ("多大？",), "en": ("How large?",)}


def test_a_draft_may_be_short_of_everything(tmp_path):
    draft = question_file(
        state="draft",
        title={"en": "KV cache"},
        competency=None,
        misconceptions=None,
        contrasts=None,
        key_points=[{"id": "one", "weight": 1, "en": ["It keeps keys"]}],
    )

    question = parse_question(write_question(tmp_path, "kv-cache", draft))

    assert question.state is State.DRAFT
    assert not question.rubric.complete


@pytest.mark.parametrize("state", ["live", "reviewed"])
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"key_points": SIX[:5]}, "6 to 9 key points, this one has 5"),
        (
            {"key_points": [*SIX[:5], key_point(5, en=["a", "b", "c"])]},
            "3 texts, 4 needed",
        ),
        ({"key_points": [*SIX[:5], key_point(5, zh=None)]}, "'zh' is missing"),
        (
            {"key_points": [*SIX[:5], key_point(5, opposite=None)]},
            "'opposite' is missing",
        ),
        (
            {"key_points": [*SIX[:5], key_point(5, opposite={"zh": "不"})]},
            "en is missing",
        ),
        ({"misconceptions": FOUR[:3]}, "at least 4 misconceptions, this one has 3"),
        ({"misconceptions": None}, "'misconceptions' is missing"),
        (
            {"misconceptions": [*FOUR[:3], misconception(3, en=["only one"])]},
            "1 texts, 2 needed",
        ),
        ({"title": {"en": "KV cache"}}, "title: zh is missing"),
        ({"prompt": {"zh": "什么？"}}, "prompt: en is missing"),
        ({"competency": None}, "'competency' is missing"),
    ],
)
def test_a_finished_question_has_all_that_grading_needs(
    tmp_path, changes, reason, state
):
    assert reason in refused(tmp_path, question_file(state=state, **changes)).reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"colour": "red"}, "unknown key 'colour'"),
        ({"topic": "gardening"}, "unknown topic 'gardening'"),
        ({"state": "alive"}, "state must be one of"),
        ({"kind": "dance"}, "kind must be one of"),
        ({"schema": 2}, "schema must be a whole number from 1 to 1"),
        ({"difficulty": 6}, "difficulty must be a whole number from 1 to 5"),
        ({"difficulty": 2.5}, "difficulty must be a whole number"),
        ({"minutes": 0}, "minutes must be a whole number from 1"),
        ({"key_points": [key_point(0, weight=0), *SIX[1:]]}, "number above 0"),
        ({"key_points": [key_point(0, weight=-1), *SIX[1:]]}, "number above 0"),
        ({"key_points": [key_point(0, weight="inf"), *SIX[1:]]}, "number above 0"),
        ({"key_points": [key_point(0, id="point-1"), *SIX[1:]]}, "here twice"),
        ({"key_points": [key_point(0, id="Point 1"), *SIX[1:]]}, "lower-case words"),
        ({"key_points": [key_point(0, note="x"), *SIX[1:]]}, "unknown key 'note'"),
        ({"key_points": [key_point(0, en=SIX[1]["en"]), *SIX[1:]]}, "same text as"),
        ({"key_points": []}, "needs key points"),
        ({"key_points": "many"}, "must be a list"),
        (
            {
                "key_points": [
                    key_point(0, opposite={"zh": "不", "en": "point 0 said SO."})
                ]
            },
            "the same as a phrasing",
        ),
        ({"misconceptions": [FOUR[0], FOUR[0]]}, "here twice"),
        ({"title": {"zh": "键", "en": "键 cache"}}, "holds Chinese characters"),
        ({"title": {"zh": "键", "en": "K", "fr": "C"}}, "unknown key 'fr'"),
        ({"title": {"zh": "键", "en": "  "}}, "title.en is empty"),
        ({"title": {"zh": "键", "en": "..."}}, "no letter or digit"),
        ({"title": {"zh": "键", "en": "a\nb"}}, "must be one line"),
        ({"title": "KV cache"}, "must be a mapping"),
        ({"title": {"zh": "键", "en": "a\u202eb"}}, "control character"),
        ({"prompt": {"zh": "键", "en": "x" * 4001}}, "4001 characters"),
        ({"sources": [{"document": "a/b.md", "number": 1}]}, "base name"),
        ({"sources": [{"document": "b.md", "number": 0}]}, "number must be"),
        ({"sources": [{"document": "b.md"}]}, "'number' is missing"),
        ({"related": ["kv-cache"]}, "or the question itself"),
        ({"contrasts": [{"zh": [["a", "b"]], "en": [["a", "b"]]}]}, "1 items"),
        (
            {"contrasts": [{"zh": [["甲", "b"], ["甲", "d"]], "en": [["a", "b"]] * 2}]},
            "must differ on both sides",
        ),
        ({"reading": [{"title": "T", "authors": "A", "year": "soon"}]}, "year must be"),
        ({"follow_ups": {"zh": [], "en": ["Why?"]}}, "0 texts, 1 needed"),
        ({"competency": []}, "must be a mapping"),
    ],
)
def test_what_breaks_the_format_is_refused_with_its_reason(tmp_path, changes, reason):
    file = question_file(state="draft") | changes

    assert reason in refused(tmp_path, file).reason


def test_an_error_names_the_line_of_the_fault(tmp_path):
    text = (
        "schema: 1\nkind: text\nstate: draft\ntopic: memory\n"
        "difficulty: 1\nminutes: 5\ntitle: {en: T}\nprompt: {en: P}\n"
        "key_points:\n  - id: one\n    weight: zero\n    en: [A]\n"
    )

    error = refused(tmp_path, text)

    assert error.line == 11
    assert str(error).endswith(
        "question.yaml:11: key point 'one', weight must be a number above 0"
    )


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "the file is empty"),
        ("- a\n- b\n", 1, "must be a mapping"),
        ("schema: 1\nkind: text\nschema: 1\n", 3, "'schema' is here twice"),
        ("schema: 1\nkind: *text\n", 2, "alias"),
        ("schema: &one 1\n", 1, "anchors (&name) are not allowed"),
        ("schema: !!python/object:os.system 1\n", 1, "tags (!name) are not allowed"),
        ("schema: 1\n---\nschema: 1\n", 2, "a second YAML document"),
        ("schema: 1\nkind: [text\nstate: live\n", 3, "not YAML"),
        ("schema: 1\n  kind: text\n", 2, "not YAML"),
        ("schema: " + "[" * 30 + "]" * 30, 1, "nested deeper than 12"),
        ("? [a, b]\n: 1\n", 1, "a key must be text"),
        ("schema: 1\nkind: \x00\n", 1, "not YAML"),
        ("x: |\n" + "  y\n" * (MAX_BYTES // 3), 1, "larger than"),
    ],
    ids=range(13),
)
def test_yaml_that_is_more_or_less_than_a_mapping_is_refused(
    tmp_path, text, line, reason
):
    error = refused(tmp_path, text)

    assert reason in error.reason
    assert error.line == line


def test_ten_thousand_open_brackets_are_refused_without_exhausting_the_stack(tmp_path):
    assert "nest" in refused(tmp_path, "a: " + "[" * 10_000).reason


def test_a_word_that_yaml_would_turn_into_a_value_stays_a_word(tmp_path):
    file = question_file(state="draft", title={"en": "T"})
    folder = write_question(tmp_path, "kv-cache", file)
    path = folder / "question.yaml"
    path.write_text(path.read_text().replace('"en": "T"', '"en": no'))

    assert parse_question(folder).title == {"en": "no"}


def test_a_file_that_is_not_utf_8_is_refused_with_its_byte(tmp_path):
    folder = write_question(tmp_path, "kv-cache", "schema: 1\n")
    (folder / "question.yaml").write_bytes(b"schema: 1\ntitle: \xff\n")

    with pytest.raises(QuestionFormatError, match=r":2: not UTF-8 at byte 17"):
        parse_question(folder)


def test_a_folder_without_its_file_is_refused(tmp_path):
    (tmp_path / "kv-cache").mkdir()

    with pytest.raises(QuestionFormatError, match="cannot be read"):
        parse_question(tmp_path / "kv-cache")


def test_a_folder_whose_name_is_no_slug_is_refused(tmp_path):
    assert "not a slug" in refused(tmp_path, question_file(), slug="KV_Cache").reason


def test_an_alias_has_its_own_words_and_the_shared_rubric(tmp_path):
    write_question(tmp_path, "kv-cache", question_file())
    write_question(tmp_path, "why-kv-cache", alias_file())

    bank = load_bank(tmp_path)

    alias, canonical = bank["why-kv-cache"], bank["kv-cache"]
    assert alias.alias_of == "kv-cache"
    assert alias.rubric.prompt["en"] == "Why is there a KV cache?"
    assert alias.rubric.key_points == canonical.rubric.key_points
    assert alias.title["en"] == "The KV cache again"
    assert alias.sources == (Source(document="questions.md", number=9),)
    assert (alias.topic, alias.minutes) == (canonical.topic, canonical.minutes)
    assert parse_question(tmp_path / "why-kv-cache") == alias


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"alias_of": "nothing"}, "there is no question 'nothing'"),
        ({"alias_of": "why-kv-cache"}, "alias of itself"),
        ({"alias_of": "other-alias"}, "not a text question with its own rubric"),
        ({"key_points": SIX}, "unknown key 'key_points'"),
        ({"sources": None}, "'sources' is missing"),
        ({"prompt": {"zh": "为什么？"}}, "en is missing"),
    ],
)
def test_an_alias_of_nothing_useful_is_refused(tmp_path, changes, reason):
    write_question(tmp_path, "kv-cache", question_file())
    write_question(tmp_path, "other-alias", alias_file(sources=[]))

    error = refused(tmp_path, alias_file(**changes), slug="why-kv-cache")

    assert reason in error.reason


@pytest.mark.parametrize("state", ["draft", "reviewed", "retired"])
def test_an_alias_is_never_live_before_its_question(tmp_path, state):
    write_question(tmp_path, "kv-cache", question_file(state=state))

    error = refused(tmp_path, alias_file(), slug="why-kv-cache")

    assert error.reason == f"the alias is live, but 'kv-cache' is {state}"


def test_one_place_of_a_document_belongs_to_one_question(tmp_path):
    write_question(tmp_path, "kv-cache", question_file())
    write_question(tmp_path, "paging", question_file(related=None))

    with pytest.raises(QuestionFormatError, match="number 4 belongs to 'kv-cache'"):
        load_bank(tmp_path)


def test_an_erratum_is_about_a_place_that_the_question_stands_for(tmp_path):
    errata = question_file()["errata"]
    write_question(
        tmp_path, "kv-cache", question_file(errata=[errata[0] | {"number": 9}])
    )

    with pytest.raises(QuestionFormatError, match="not a source of this question"):
        load_bank(tmp_path)

    write_question(tmp_path, "why-kv-cache", alias_file())
    assert len(load_bank(tmp_path)) == 2


def test_reading_a_bank_goes_on_behind_every_broken_folder(tmp_path):
    broken = {
        "broken-first": "schema: 1\nkind: text\nstate: alive\n",
        "broken-last": "[",
    }
    for slug, file in broken.items():
        write_question(tmp_path, slug, file)
    write_question(tmp_path, "kv-cache", question_file())
    write_question(tmp_path, "no-such", alias_file(alias_of="nowhere"))
    write_question(tmp_path, "of-broken", alias_file(alias_of="broken-last"))
    write_question(tmp_path, "zz-same-place", question_file())

    reading = read_bank(tmp_path)

    assert [(Path(f.path).parent.name, f.reason[:12]) for f in reading.faults] == [
        ("broken-first", "state must b"),
        ("broken-last", "not YAML: di"),
        ("no-such", "there is no "),
        ("zz-same-place", "questions.md"),
    ]
    assert set(reading.questions) == {"kv-cache", "zz-same-place"}
    with pytest.raises(QuestionFormatError, match="broken-first"):
        load_bank(tmp_path)


def test_a_whole_bank_has_no_faults(tmp_path):
    write_question(tmp_path, "kv-cache", question_file())
    write_question(tmp_path, "why-kv-cache", alias_file())

    reading = read_bank(tmp_path)

    assert reading.faults == ()
    assert reading.questions == load_bank(tmp_path)


@pytest.mark.parametrize(
    "file",
    [
        question_file(review={"by": "李雷", "on": "2026-11-26"}),
        alias_file(review={"by": "李雷", "on": "2026-11-26"}),
    ],
    ids=["a question", "an alias"],
)
def test_a_review_says_who_looked_and_when(tmp_path, file):
    write_question(tmp_path, "kv-cache", question_file())
    question = parse_question(write_question(tmp_path, "looked-at", file))

    assert question.review == Review(by="李雷", on=date(2026, 11, 26))
    assert parse_question(tmp_path / "kv-cache").review is None


@pytest.mark.parametrize(
    ("review", "reason"),
    [
        ({"by": "Li Lei", "on": "26.11.2026"}, "is no date such as"),
        ({"by": "Li Lei", "on": "20261126"}, "is no date such as"),
        ({"by": "Li Lei", "on": "2026-02-30"}, "is no date such as"),
        ({"by": "Li Lei", "on": "2026-11-2٦"}, "is no date such as"),
        ({"by": "Li Lei"}, "'on' is missing"),
        ({"on": "2026-11-26"}, "'by' is missing"),
        ({"by": "...", "on": "2026-11-26"}, "no letter or digit"),
        ({"by": "Li", "on": "2026-11-26", "grade": "A"}, "unknown key 'grade'"),
        ("Li Lei", "must be a mapping"),
    ],
)
def test_a_review_that_says_less_is_refused(tmp_path, review, reason):
    assert reason in refused(tmp_path, question_file(review=review)).reason


def test_a_state_is_followed_only_by_its_next():
    allowed = {(old, new) for old in State for new in State if may_follow(old, new)}

    assert allowed == {
        (State.DRAFT, State.REVIEWED),
        (State.REVIEWED, State.DRAFT),
        (State.REVIEWED, State.LIVE),
        (State.LIVE, State.RETIRED),
        (State.RETIRED, State.REVIEWED),
    }


def test_a_question_is_found_by_its_place_in_a_document(tmp_path):
    write_question(tmp_path, "kv-cache", question_file())
    write_question(tmp_path, "why-kv-cache", alias_file())
    bank = load_bank(tmp_path)

    assert find_by_source(bank, "questions.md", 9).slug == "why-kv-cache"
    with pytest.raises(UnknownQuestion):
        find_by_source(bank, "questions.md", 5)
    with pytest.raises(UnknownQuestion):
        find_by_source(bank, "other.md", 4)


def test_a_text_question_comes_before_a_task_from_the_same_place(tmp_path):
    text = make_text_question()
    task = make_speed_question(tmp_path / "a-task", sources=text.sources)
    bank = {"a-task": task, "kv-cache": text}

    assert find_by_source(bank, "questions.md", 4) is text
    assert find_by_source({"a-task": task}, "questions.md", 4) is task


def test_the_check_prints_one_line_for_each_folder(tmp_path, capsys):
    good = write_question(tmp_path, "kv-cache", question_file())
    bad = write_question(tmp_path, "paging", "schema: 2\nkind: text\n")

    assert check_folders([good]) == 0
    assert check_folders([good, bad]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2] == f"{good}: ok"
    assert lines[-1].startswith(f"{bad}/question.yaml:1: schema must be")


def test_the_check_runs_from_the_command_line(tmp_path):
    folder = write_question(tmp_path, "kv-cache", question_file())
    done = subprocess.run(
        [sys.executable, "-m", "bank.parsing", str(folder)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, f"{folder}: ok\n")
