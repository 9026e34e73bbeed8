from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bank.definitions import Source, State
from bank.documents import (
    MAX_BYTES,
    MAX_LINES,
    decoded,
    document_slug,
    parse_document,
    read_document,
    text_question,
)
from bank.errors import DocumentError

OWN = Path(__file__).parents[2] / "documents"


def parsed(text, **options):
    return parse_document(text, path="made/up.md", **options)


def points_of(text):
    (question,) = parsed(text).questions
    return [(point.head, point.text) for point in question.key_points]


@pytest.fixture(scope="module")
def chinese():
    return read_document(OWN / "caches_zh.md")


@pytest.fixture(scope="module")
def english():
    return read_document(OWN / "kernels_en.md")


# -- our own documents, whole ---------------------------------------------------------


def test_every_question_of_the_chinese_document_is_found(chinese):
    assert chinese.language == "zh"
    assert [question.number for question in chinese.questions] == list(range(1, 9))
    assert [len(question.key_points) for question in chinese.questions] == [
        2,
        6,
        4,
        2,
        2,
        2,
        2,
        2,
    ]
    assert not chinese.problems


def test_every_question_of_the_english_document_is_found(english):
    assert english.language == "en"
    assert [question.number for question in english.questions] == [1, 2, 3, 4]
    assert [len(question.key_points) for question in english.questions] == [3, 3, 2, 2]
    assert english.questions[0].prompt.startswith("What does a roofline diagram show")
    assert (
        english.questions[0].explanation == "The diagram does not say how to get there."
    )
    assert not english.problems


def test_a_question_knows_the_line_of_its_heading(chinese):
    lines = (OWN / "caches_zh.md").read_text(encoding="utf-8").split("\n")
    for question in chinese.questions:
        assert question.heading in lines[question.line - 1]
        for point in question.key_points:
            assert (point.head or point.text) in lines[point.line - 1]


def test_what_is_left_out_is_reported_with_line_and_reason(chinese):
    reasons = {(item.line, item.why) for item in chinese.skipped}

    assert (2, "a language model's control tokens") in reasons
    assert (5, "a numbered heading without an answer, so not a question") in reasons
    assert (10, "a numbered heading without an answer, so not a question") in reasons
    assert (14, "a heading without a number") in reasons
    assert (63, "code in an answer") in reasons
    assert chinese.skipped[-1].why == "text after an answer's list, no key point"


def test_questions_that_ask_the_same_are_paired(chinese, english):
    assert [(pair.first, pair.second) for pair in chinese.twins] == [(1, 5), (2, 7)]
    assert [(pair.first, pair.second) for pair in english.twins] == [(2, 4)]
    assert "前缀缓存" in chinese.twins[0].why


# -- the two documents that the bank began with ---------------------------------------

NEEDS = "INFERVIEW_DOCUMENTS names no folder of documents, and this is no CI run"
EXPECTED = {
    "000_4d735639a21c0c33.txt": {"points": 90, "explained": 30, "skipped": 6},
    "001_7dbd3436351c60f2.txt": {"points": 125, "explained": 0, "skipped": 2},
}


@pytest.mark.skipif(
    not os.environ.get("INFERVIEW_DOCUMENTS") and os.environ.get("CI") != "true",
    reason=NEEDS,
)
class TestGivenDocuments:
    @pytest.fixture(params=EXPECTED)
    def report(self, request):
        return read_document(Path(os.environ["INFERVIEW_DOCUMENTS"]) / request.param)

    def test_each_gives_exactly_its_thirty_questions(self, report):
        assert [question.number for question in report.questions] == list(range(1, 31))
        assert report.language == "zh"
        assert not report.problems

    def test_every_bullet_and_numbered_step_is_a_key_point(self, report):
        expected = EXPECTED[report.document]
        points = [point for q in report.questions for point in q.key_points]

        assert len(points) == expected["points"]
        assert all(point.head and point.text for point in points)
        assert not any("*" in point.statement for point in points)
        explained = [question for question in report.questions if question.explanation]
        assert len(explained) == expected["explained"]

    def test_only_what_is_no_question_is_left_out(self, report):
        assert len(report.skipped) == EXPECTED[report.document]["skipped"]
        assert all(item.why for item in report.skipped)

    def test_repeated_questions_are_paired_and_others_are_not(self, report):
        pairs = {(pair.first, pair.second) for pair in report.twins}

        if report.document.startswith("001"):
            assert not pairs
        else:
            distilled, pruned, fused = (3, 28), (20, 29), (5, 23)
            parallel = {(12, 24), (13, 25), (14, 26)}
            assert {distilled, pruned, fused, (1, 27)} | parallel <= pairs
            assert len(pairs) <= 10


# -- one shape at a time --------------------------------------------------------------

ONE = "#### 1. Why?\n\n**Answer:**\n\n"


@pytest.mark.parametrize(
    "heading",
    [
        "#### 1. Why?",
        "### 1. Why?",
        "####1. Why?",
        "#### １．Why?",
        "#### 1、Why?",
        "#### 1) Why?",
        "#### 1：Why?",
        "#### Question 1: Why?",
        "#### Q1. Why?",
        "#### 第1题：Why?",
        "#### 第 1 题 Why?",
        "#### 问题 1：Why?",
        "#### **1. Why?**",
        "  #### 1. Why? ####",
    ],
)
def test_a_numbered_heading_may_be_written_in_many_ways(heading):
    (question,) = parsed(f"{heading}\n\n**Answer:**\n\n- One thing\n").questions

    assert (question.number, question.heading, question.prompt) == (1, "Why?", "Why?")


@pytest.mark.parametrize(
    "label",
    [
        "**答案：**",
        "**答案**：",
        "**答案**",
        "答案：",
        "**参考答案:**",
        "【答案】",
        "__Answer:__",
        "**Answer**:",
        "Answer:",
        "**ANSWER**",
        "##### 答案",
        "##### Answer:",
        "> **Answer:**",
    ],
)
def test_the_label_of_an_answer_may_be_written_in_many_ways(label):
    assert points_of(f"#### 1. Why?\n\n{label}\n\n- One thing\n") == [("", "One thing")]


def test_a_sentence_that_begins_with_the_word_is_no_label():
    text = "#### 1. Why?\n\n**Answer:**\n\n- One\n\nAnswer quickly or not at all.\n"

    assert points_of(text) == [("", "One")]


@pytest.mark.parametrize(
    "line",
    [
        "- **Head:** text",
        "* **Head**: text",
        "+ **Head：** text",
        "1. **Head:** text",
        "1) **Head:** text",
        "1、**Head:** text",
        "（1）**Head:** text",
        "① **Head:** text",
        "•**Head:** text",
        "  - **Head:** text",
        "- __Head:__ text",
        "**Head:** text",
        "- **Head:**\n  text",
    ],
)
def test_a_bullet_may_be_written_in_many_ways(line):
    assert points_of(f"{ONE}{line}\n") == [("Head", "text")]


def test_a_number_with_decimals_is_no_bullet():
    assert points_of(f"{ONE}- Weights\n  take\n3.5 bytes each\n") == [
        ("", "Weights take 3.5 bytes each")
    ]


def test_emphasis_at_the_start_of_a_sentence_is_no_head():
    assert points_of(f"{ONE}- **Only** the last layer changes\n") == [
        ("", "Only the last layer changes")
    ]


def test_a_bullet_that_only_introduces_others_gives_them_its_name():
    text = f"{ONE}- **Splitting:**\n  - **Rows:** by rows\n  - by columns\n- Merging\n"

    assert points_of(text) == [
        ("Splitting / Rows", "by rows"),
        ("Splitting", "by columns"),
        ("", "Merging"),
    ]


def test_a_head_that_its_text_repeats_is_said_once():
    (question,) = parsed(
        f"{ONE}- **Fewer launches:** Fewer launches cost less\n"
    ).questions

    assert question.key_points[0].statement == "Fewer launches cost less"
    (question,) = parsed(f"{ONE}- **少：** 少了开销\n").questions
    assert question.key_points[0].statement == "少了开销"


def test_an_answer_without_a_list_gives_its_sentences():
    assert points_of("#### 1. Why?\n**Answer:** It takes 3.5 GB. That is much!\n") == [
        ("", "It takes 3.5 GB."),
        ("", "That is much!"),
    ]


def test_links_code_marks_and_emphasis_leave_their_words():
    assert points_of(f"{ONE}- Use `solve` *well*, see [the paper](x.html) 2*3*4\n") == [
        ("", "Use solve well, see the paper 2*3*4")
    ]


def test_an_explanation_with_bullets_gives_no_key_points():
    text = f"{ONE}- One\n\n**Explanation:** because\n\n- of this\n"
    (question,) = parsed(text).questions

    assert len(question.key_points) == 1
    assert question.explanation == "because\n\n- of this"


def test_headings_and_bullets_inside_code_are_code():
    text = f"{ONE}- One\n\n```python\n#### 2. No?\n**Answer:**\n- no\n```\n- Two\n"

    assert points_of(text) == [("", "One"), ("", "Two")]


def test_a_fence_that_is_never_closed_swallows_nothing():
    report = parsed(f"{ONE}- One\n\n```\ncode\n\n#### 2. And?\n**Answer:** Yes.\n")

    assert [question.number for question in report.questions] == [1, 2]
    assert report.problems[0].line == 7
    assert "never closed" in report.problems[0].reason


def test_a_deeper_numbered_heading_in_an_answer_is_part_of_it():
    text = (
        f"{ONE}##### 1. First step\n\n- Measure\n\n##### 2. Second step\n\n- Change\n"
    )

    assert [text for _, text in points_of(text) if text] == ["Measure", "Change"]


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_line_endings_make_no_difference(ending):
    text = (OWN / "kernels_en.md").read_text(encoding="utf-8")

    assert parsed(text.replace("\n", ending)) == parsed(text)


@pytest.mark.parametrize(
    "tokens",
    [
        "#gMASK#sop<|user|>",
        "[gMASK]<sop><|assistant|>",
        "<|im_end|>",
        "</s>",
        "[/INST]",
    ],
)
def test_control_tokens_are_dropped_and_reported(tokens):
    report = parsed(f"{tokens}\n{ONE}- One\n{tokens}\n")

    assert [item.what for item in report.skipped] == [tokens, tokens]
    assert report.questions == parsed(f"\n{ONE}- One\n\n").questions


def test_a_control_token_in_front_of_a_heading_leaves_the_heading():
    assert parsed(f"<|assistant|>{ONE}- One\n").questions[0].heading == "Why?"


def test_a_token_that_the_text_speaks_about_stays():
    assert points_of(f"{ONE}- Stop at `<|im_end|>` or at </s> in the output\n") == [
        ("", "Stop at <|im_end|> or at </s> in the output")
    ]


def test_control_characters_are_dropped_and_reported():
    report = parsed(f"{ONE}- On\u202ee\x1b[31m thing\n")

    assert report.questions[0].key_points[0].text == "One[31m thing"
    assert report.skipped[0].why == "control characters"


def test_an_overview_with_the_same_numbers_is_not_asked():
    report = parsed(
        f"### Overview\n#### 1. Kinds\n- a\n#### 2. Ways\n- b\n### Ask\n{ONE}- One\n"
    )

    assert len(report.questions) == 1
    assert [item.line for item in report.skipped] == [1, 2, 4, 6]


def test_a_question_among_others_without_an_answer_is_a_problem():
    report = parsed(
        f"{ONE}- One\n\n#### 2. And?\n\n- no label here\n\n#### 3. So?\nAnswer: A.\n"
    )

    assert [question.number for question in report.questions] == [1, 3]
    assert report.problems[0].line == 7
    assert report.problems[0].reason == "question 2 has no answer; left out"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (
            "#### 2. So?\n**Answer:**\n\n#### 3. A\n",
            7,
            "question 2 has an empty answer",
        ),
        (
            "#### 1. Again?\n**Answer:** Yes.\n",
            7,
            "question 1 is here twice, first in line 1",
        ),
        ("#### Bare?\n**Answer:** Yes.\n", 7, "a heading without a number"),
        ("#### 0. So?\n**Answer:** Yes.\n", 7, "0 is no number"),
        ("#### 123456. So?\n**Answer:** Yes.\n", 7, "123456 is no number"),
        ("#### 5. So?\n**Answer:** Yes.\n", 7, "number 2 to 4 does not occur"),
        ("- \n", 7, "an empty bullet"),
        ("- " + "x" * 9000 + "\n", 7, "a line of 9002 characters"),
        ("#### 2. " + "x" * 900 + "\nAnswer: Yes.\n", 7, "a heading of 903 characters"),
        ("\n".join(f"- point {i}" for i in range(80)), 66, "more than 60 key points"),
        (
            "#### 2. S\n**Question:** " + "p\n" * 11_000 + "Answer: Y.",
            7,
            "the prompt has",
        ),
    ],
    ids=range(11),
)
def test_what_cannot_be_read_is_a_problem_with_line_and_reason(text, line, reason):
    report = parsed(f"{ONE}- One\n\n{text}")

    assert reason in report.problems[0].reason
    assert report.problems[0].line == line
    assert report.questions[0].number == 1


def test_text_after_a_rule_ends_the_question():
    report = parsed(f"{ONE}- One\n\n---\n\nWritten by nobody.\n- not a point\n")

    assert len(report.questions[0].key_points) == 1
    assert report.skipped[-1].why == "text after a rule"


# -- what is refused as a whole -------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no question found"),
        ("just prose\n\n- and a bullet\n", "no question found"),
        ("#### 1. Kinds\n\n- a\n", "line 1: a numbered heading without an answer"),
        (
            "#### What?\n\n**Answer:** Yes.\n",
            "line 1: an answer under a heading without",
        ),
        ("**Answer:** Yes.\n", "line 1: an answer under a heading without a number"),
    ],
)
def test_a_document_without_a_question_is_refused(text, reason):
    with pytest.raises(DocumentError, match=r"made/up\.md: ") as caught:
        parsed(text)

    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"#### 1. ok\n\xff\xfe", "x.md:2: not UTF-8 text at byte 11"),
        ("#### 1. 中".encode("gbk"), "x.md:1: not UTF-8 text at byte 8"),
        ("#### 1. ok".encode("utf-16"), "at byte 0 (UTF-16?)"),
        (b"#### 1. ok\n\n\x00", "x.md:3: a NUL character at byte 12"),
    ],
)
def test_a_broken_encoding_is_refused_with_its_byte(data, reason):
    with pytest.raises(DocumentError) as caught:
        decoded(data, "x.md")

    assert reason in str(caught.value)


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert decoded(b"\xef\xbb\xbf#### 1", "x.md") == "#### 1"


def test_a_file_of_fifty_megabytes_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "huge.md"
    with path.open("wb") as stream:
        stream.truncate(50 * 1024 * 1024)
    asked = []
    real = Path.open

    def counting(self, *args, **kwargs):
        stream = real(self, *args, **kwargs)
        read = stream.read
        asked.append(0)

        class Counting:
            def __enter__(self):
                return self

            def __exit__(self, *_):
                stream.close()

            def read(self, size):
                asked[-1] += size
                return read(size)

        return Counting()

    monkeypatch.setattr(Path, "open", counting)
    with pytest.raises(DocumentError, match="larger than 5 MiB"):
        read_document(path)

    assert asked == [MAX_BYTES + 1]


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(DocumentError, match="there is no such file"):
        read_document(tmp_path / "none.md")
    with pytest.raises(DocumentError, match="is a folder"):
        read_document(tmp_path)


@pytest.mark.parametrize(
    "line",
    ["**" * 3_000, "[" * 7_000, "（a" * 3_000, " " * 7_000 + "x", "# " * 3_000 + "x"],
    ids=["stars", "brackets", "glosses", "spaces", "hashes"],
)
def test_lines_made_to_be_slow_are_read_like_others(line):
    report = parsed(f"{ONE}- One\n\n" + f"{line}\n" * 50)

    assert len(report.questions) == 1


def test_a_document_of_countless_lines_is_refused():
    with pytest.raises(DocumentError, match=f"{MAX_LINES} are allowed"):
        parsed(ONE + "- One\n" * MAX_LINES)


def test_questions_beyond_the_limit_are_one_problem():
    text = "".join(f"#### {i}. Why {i}?\nAnswer: Yes.\n" for i in range(1, 520))
    report = parsed(text)

    assert len(report.questions) == 500
    (problem,) = report.problems
    assert (problem.line, problem.reason[:23]) == (1001, "more than 500 questions")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_happens_to_a_document_it_is_read_or_refused(data):
    lines = (OWN / "caches_zh.md").read_text(encoding="utf-8").split("\n")
    junk = st.sampled_from(
        [
            "#### 1. ",
            "**答案：**",
            "- ",
            "```",
            "---",
            "#### ",
            "答案：",
            "\u202e",
            "1.",
        ]
    )
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(0, len(lines) - 1))
        lines[place : place + data.draw(st.integers(0, 3))] = [data.draw(junk)]
    try:
        report = parsed("\n".join(lines))
    except DocumentError:
        return
    for question in report.questions:
        assert question.prompt
        assert question.key_points
        text_question(report, question)


# -- as a question of the bank --------------------------------------------------------


def test_an_imported_question_can_be_asked_and_says_that_its_rubric_is_not_complete(
    chinese,
):
    question = text_question(chinese, chinese.questions[1])

    assert question.slug == "doc-caches-zh-q02"
    assert question.state is State.LIVE
    assert question.topic == "imported"
    assert question.sources == (Source(document="caches_zh.md", number=2),)
    assert list(question.rubric.prompt) == ["zh"]
    assert [point.weight for point in question.rubric.key_points] == [1.0] * 6
    assert question.rubric.key_points[0].phrasings["zh"] == (
        "固定大小的块：每个块存若干 token 的键和值。",
        "每个块存若干 token 的键和值。",
    )
    assert not question.rubric.complete
    assert question.explanation == {"zh": "浪费只剩每条序列最后一块的空位。"}


def test_the_language_can_be_told(english):
    text = (OWN / "kernels_en.md").read_text(encoding="utf-8")
    report = parsed(text, language="zh")

    assert list(text_question(report, report.questions[0]).title) == ["zh"]


@pytest.mark.parametrize(
    ("document", "slug"),
    [
        ("000_4d735639a21c0c33.txt", "doc-000-4d735639"),
        ("caches_zh.md", "doc-caches-zh"),
        ("Interview Questions.MD", "doc-interview-questions"),
    ],
)
def test_a_document_has_a_short_slug(document, slug):
    assert document_slug(document) == slug


def test_names_that_lose_something_get_different_slugs():
    names = [
        "面试题.md",
        "考题.md",
        "n" * 90 + ".md",
        "n" * 91 + ".md",
        "v1+.md",
        "v1.md",
    ]
    slugs = {document_slug(name) for name in names}

    assert len(slugs) == len(names)
    assert all(len(slug) <= 50 for slug in slugs)
