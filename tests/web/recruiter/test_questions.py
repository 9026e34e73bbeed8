from __future__ import annotations

import dataclasses
import re

import pytest
from django.test import Client

from assessment.selectors.questions import folded
from bank.definitions import Erratum, Reading, Source, State
from bank.publishing import question_publish
from tests.make.assessment import (
    make_question,
    make_set,
    make_speed_question,
    text_question,
)
from tests.web.recruiter.conftest import text_of

pytestmark = pytest.mark.django_db

SLUGS = ("soft-targets", "fused-norm", "jianzhi")
ERRATUM = Erratum(
    document="first.txt",
    number=3,
    says={"zh": "教师的输出是学生的输入", "en": "The teacher’s output is input"},
    right={"zh": "教师的输出是目标", "en": "It is the target"},
    source="Hinton et al. 2015",
)


@pytest.fixture
def bank(db):
    asked = make_question(
        "soft-targets",
        sources=(Source(document="first.txt", number=3),),
        errata=(ERRATUM,),
        related=("jianzhi", "not-there"),
        competency={"zh": "会蒸馏", "en": "Can distil"},
        follow_ups={"zh": ("然后呢？",), "en": ("And then?",)},
        reading=(Reading(title="Distilling", authors="Hinton et al.", year=2015),),
    )
    task = make_speed_question("fused-norm")
    only_chinese = text_question(
        "jianzhi",
        topic="imported",
        title={"zh": "什么是剪枝"},
        difficulty=1,
        minutes=5,
        state=State.REVIEWED,
        alias_of="soft-targets",
    )
    rubric = dataclasses.replace(
        only_chinese.rubric, prompt={"zh": "什么是剪枝？"}, misconceptions=()
    )
    question_publish(dataclasses.replace(only_chinese, rubric=rubric))
    make_set("both", [asked, task])


def listed(page):
    """Return the questions in the order in which a page links to them."""
    return [
        slug
        for slug in re.findall(r"/recruiter/questions/([\w-]+)/\"", page)
        if slug in SLUGS
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"soft-targets", "fused-norm", "jianzhi"}),
        ("?q=剪枝", {"jianzhi"}),
        ("?q=SOFT", {"soft-targets"}),
        ("?q=大模型", {"soft-targets"}),
        ("?q=ＳＯＦＴ", {"soft-targets"}),
        ("?q=训练目标", {"soft-targets", "jianzhi"}),
        ("?q=flattens+temperature", {"soft-targets", "jianzhi"}),
        ("?q=算子", {"fused-norm"}),
        ("?q=operators", {"fused-norm"}),
        ("?q=学生的输入", {"soft-targets"}),
        ("?q=hinton", {"soft-targets"}),
        ("?topic=kernels", {"fused-norm"}),
        ("?difficulty=1", {"jianzhi"}),
        ("?set=both", {"soft-targets", "fused-norm"}),
        ("?language=en", {"soft-targets", "fused-norm"}),
        ("?kind=speed", {"fused-norm"}),
        ("?document=first.txt", {"soft-targets"}),
        ("?state=reviewed", {"jianzhi"}),
        ("?state=live&kind=text", {"soft-targets"}),
        ("?topic=compression&difficulty=3&set=both&language=zh", {"soft-targets"}),
        ("?topic=kernels&difficulty=1", set()),
        ("?topic=nonsense&difficulty=x&state=y&document=z&sort=w", set(SLUGS)),
        ("?q=zzz", set()),
    ],
)
def test_questions_are_found(client, bank, query, found):
    page = text_of(client.get(f"/recruiter/questions/{query}"))

    assert set(listed(page)) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("KV 缓存", "KV缓存"),
        ("ＩＮＴ４ 量化", "int4量化"),
        ("解码\n受带宽限制", "解码受带宽限制"),
        ("Straße", "STRASSE"),
        ("⑵：", "(2):"),
    ],
)
def test_texts_that_read_the_same_are_compared_the_same(one, other):
    assert folded(one) == folded(other)


def test_two_latin_words_stay_two():
    assert folded("paged attention") == "paged attention"


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", ["soft-targets", "fused-norm", "jianzhi"]),
        ("-topic", ["jianzhi", "fused-norm", "soft-targets"]),
        ("difficulty", ["jianzhi", "soft-targets", "fused-norm"]),
        ("-difficulty", ["fused-norm", "soft-targets", "jianzhi"]),
        ("minutes", ["jianzhi", "soft-targets", "fused-norm"]),
        ("title", ["fused-norm", "soft-targets", "jianzhi"]),
    ],
)
def test_questions_stand_in_the_order_asked_for(client, bank, sort, order):
    page = text_of(client.get(f"/recruiter/questions/?sort={sort}"))

    assert listed(page) == order


def test_chinese_titles_are_ordered_by_their_sound(client, bank):
    client.cookies["django_language"] = "zh-hans"

    page = text_of(client.get("/recruiter/questions/?sort=title"))

    # róng hé, ruǎn biāo, shén me
    assert listed(page) == ["fused-norm", "soft-targets", "jianzhi"]


def test_a_head_says_how_the_table_is_sorted_and_turns_it_around(client, bank):
    page = text_of(client.get("/recruiter/questions/?kind=text&sort=minutes"))

    assert 'aria-sort="ascending"><a href="?kind=text&amp;sort=-minutes"' in page
    assert page.count("aria-sort") == 1
    assert '<option value="minutes" selected>' in page


def test_hits_are_counted_and_everything_can_be_cleared(client, bank):
    some = text_of(client.get("/recruiter/questions/?kind=text&q=targets"))
    everything = text_of(client.get("/recruiter/questions/"))

    assert "2 of 3 questions match" in some
    assert 'href="/recruiter/questions/">Clear all<' in some
    assert 'name="q" value="targets"' in some
    assert "3 questions" in everything
    assert "Clear all" not in everything


def test_a_hit_says_where_the_words_are_unless_in_its_title(client, bank):
    inside = text_of(client.get("/recruiter/questions/?q=hinton"))
    title = text_of(client.get("/recruiter/questions/?q=fused"))

    assert "found in: errata" in inside
    assert "found in:" not in title


def test_an_empty_list_says_which_filter_to_leave_out(client, bank):
    page = text_of(client.get("/recruiter/questions/?topic=kernels&q=剪枝"))

    assert "No question matches" in page
    assert 'href="?q=%E5%89%AA%E6%9E%9D">Topic: Operators and kernels</a>' in page
    assert 'href="?topic=kernels">Words in the question: 剪枝</a>' in page
    assert page.count("then 1 question<") == 2


def test_a_question_shows_all_that_answers_are_held_against(client, bank):
    english = text_of(client.get("/recruiter/questions/soft-targets/"))
    both = text_of(client.get("/recruiter/questions/soft-targets/?in=both"))

    for words in (
        "Outputs are targets",
        "Outputs are targets, in other words",
        "The teacher also serves",
        "It is not so that",
        "50 % of the mark",
        "weight 2",
    ):
        assert words in english
        assert words in both
    assert "教师的输出是训练目标" not in english
    assert '<p class="evidence-point" lang="zh-Hans">教师的输出是训练目标' in both
    assert "部署时教师也在运行" in both


def test_the_chosen_language_and_version_go_along_from_part_to_part(client, bank):
    make_question("soft-targets", minutes=9)

    page = text_of(client.get("/recruiter/questions/soft-targets/?version=1&in=zh"))

    assert (
        'href="/recruiter/questions/soft-targets/errata/?version=1&amp;in=zh"' in page
    )


def test_an_older_version_can_be_read_and_says_so(client, bank):
    make_question("soft-targets", title={"zh": "新", "en": "Newer title"})

    page = text_of(client.get("/recruiter/questions/soft-targets/?version=1"))

    assert "This is version 1. New attempts get version 2." in page
    assert "Training on soft targets" in page


@pytest.mark.parametrize(
    "path",
    [
        "soft-targets/?version=9",
        "no-such-question/",
        "no-such-question/preview/",
        "soft-targets/versions/?from=1&to=9",
        "soft-targets/versions/?from=0&to=1",
        "soft-targets/statistics/?version=9",
    ],
)
def test_what_is_not_there_is_not_found(client, bank, path):
    assert client.get(f"/recruiter/questions/{path}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "soft-targets/?version=x",
        "soft-targets/?version=²",
        "soft-targets/?in=fr",
        "jianzhi/?in=en",
        "jianzhi/preview/?in=en",
        "soft-targets/versions/?from=a&to=1",
        "soft-targets/versions/?from=1",
    ],
)
def test_what_makes_no_sense_in_an_address_is_left_alone(client, bank, path):
    assert client.get(f"/recruiter/questions/{path}").status_code == 200


PARTS = ("", "preview/", "errata/", "background/", "statistics/", "versions/")


@pytest.mark.parametrize("part", PARTS)
def test_no_part_is_for_strangers(bank, part):
    response = Client().get(f"/recruiter/questions/soft-targets/{part}")

    assert response.status_code == 302
    assert "/accounts/login/" in response["Location"]


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_part_of_every_kind_of_question_can_be_shown(
    client, bank, slug, part, language
):
    client.cookies["django_language"] = language

    response = client.get(f"/recruiter/questions/{slug}/{part}")

    assert response.status_code == 200
    assert text_of(response).count('aria-current="page"') == 1


def test_a_task_shows_its_baseline_and_an_import_its_gap(client, bank):
    task = text_of(client.get("/recruiter/questions/fused-norm/"))
    imported = text_of(client.get("/recruiter/questions/jianzhi/"))

    assert "def solve(x, residual, weight):" in task
    assert "No specialist has written down" in imported
    assert 'lang="zh-Hans">什么是剪枝<' in imported


def test_the_preview_is_the_candidates_own_page(client, bank):
    english = text_of(client.get("/recruiter/questions/soft-targets/preview/"))
    chinese = text_of(client.get("/recruiter/questions/soft-targets/preview/?in=zh"))
    code = text_of(client.get("/recruiter/questions/fused-norm/preview/"))

    assert "How do you train a small, faster model" in english
    assert "About 8 minutes" in english
    assert "Your answer" in english
    assert "中文题目" in english
    assert 'lang="zh-Hans" aria-labelledby="seen"' in chinese
    assert "您的作答" in chinese
    assert "The question in English" in chinese
    assert "Statistics" in chinese  # the page around it keeps its own language
    assert "def solve(x, residual, weight):\n    ...\n</textarea>" in code


def test_what_the_document_gets_wrong_stands_with_what_is_right(client, bank):
    page = text_of(client.get("/recruiter/questions/soft-targets/errata/?in=both"))

    for words in (
        "first.txt, question 3",
        "The teacher’s output is input",
        "It is the target",
        "教师的输出是目标",
        "Hinton et al. 2015",
    ):
        assert words in page


def test_where_a_question_comes_from_and_leads_to(client, bank):
    page = text_of(client.get("/recruiter/questions/soft-targets/background/"))

    for words in (
        "Can distil",
        "And then?",
        "Distilling",
        'href="/recruiter/questions/?document=first.txt"',
        'href="/recruiter/questions/?set=both"',
        'href="/recruiter/questions/jianzhi/" lang="zh-Hans">什么是剪枝',
        "<code>not-there</code>",
        "Asked in other words as",
    ):
        assert words in page
    alias = text_of(client.get("/recruiter/questions/jianzhi/background/"))
    assert "Shares its rubric with" in alias


def test_two_versions_are_compared_word_by_word(client, bank):
    rubric = text_question().rubric
    make_question(
        "soft-targets",
        minutes=9,
        rubric=dataclasses.replace(
            rubric,
            prompt={
                **rubric.prompt,
                "en": rubric.prompt["en"].replace("small", "tiny"),
            },
        ),
    )

    page = text_of(
        client.get("/recruiter/questions/soft-targets/versions/?from=1&to=2")
    )

    marks = re.sub(r'<span class="for-readers">.*?</span>', "", page)
    assert "<del>small</del><ins>tiny</ins>" in marks
    assert "<del>8</del><ins>9</ins>" in marks
    assert "[taken away:" in page
    assert "question as asked · English" in page
    assert "From version 1 to version 2" in page
    same = text_of(
        client.get("/recruiter/questions/soft-targets/versions/?from=2&to=2")
    )
    assert "They say the same." in same


def test_versions_are_listed_with_their_dates_and_changes(client, bank):
    make_question("soft-targets", minutes=9)

    page = text_of(client.get("/recruiter/questions/soft-targets/versions/"))

    assert page.count("<time ") >= 2
    assert 'href="?from=1&amp;to=2#differences"' in page
    assert "now asked" in page


def test_markup_in_a_question_is_only_text(client, bank):
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    rubric = text_question().rubric
    point = dataclasses.replace(
        rubric.key_points[0],
        phrasings={"zh": (evil, evil), "en": (evil, evil)},
        opposites={"zh": evil, "en": evil},
    )
    changes = {
        "sources": (Source(document=evil, number=1),),
        "errata": (
            Erratum(
                document=evil,
                number=1,
                says={"zh": evil, "en": evil},
                right={"zh": evil, "en": evil},
                source=evil,
            ),
        ),
        "follow_ups": {"zh": (evil,), "en": (evil,)},
        "reading": (Reading(title=evil, authors=evil, year=2024),),
        "explanation": {"zh": evil, "en": evil},
        "title": {"zh": evil, "en": evil},
        "competency": {"zh": evil, "en": evil},
    }
    make_question("evil-question", related=(evil,), **changes)
    make_question(
        "evil-question",
        related=(evil,),
        rubric=dataclasses.replace(
            rubric,
            prompt={"zh": evil, "en": evil},
            key_points=(point, *rubric.key_points[1:]),
        ),
        **changes,
    )

    parts = (*PARTS, "?in=both", "versions/?from=1&to=2")
    addresses = [f"/recruiter/questions/evil-question/{part}" for part in parts]
    addresses += [
        f"/recruiter/questions/?q={evil}",
        "/recruiter/questions/",
        "/recruiter/errata/",
    ]
    for address in addresses:
        page = text_of(client.get(address))
        assert "<script>" not in page, address
        assert "<img src=x" not in page, address
        assert "alert(1)" in page, address


def test_errata_are_listed_by_document_and_number(client, bank):
    other = dataclasses.replace(ERRATUM, document="second.txt", number=1)
    earlier = dataclasses.replace(ERRATUM, number=1, right={"zh": "早", "en": "Early"})
    make_question("soft-targets", errata=(other, ERRATUM, earlier))

    page = text_of(client.get("/recruiter/errata/"))
    chosen = text_of(client.get("/recruiter/errata/?document=second.txt&in=zh"))

    assert "3 errata" in page
    assert page.index("Early") < page.index("It is the target")
    assert page.rindex(">second.txt<") > page.rindex("Early")
    assert "Early" not in chosen
    assert "教师的输出是目标" in chosen
    assert "1 erratum" in chosen
    assert "All (3)" in chosen


def test_a_bank_without_errata_says_so(client, db):
    make_speed_question()

    page = text_of(client.get("/recruiter/errata/?document=nothing"))

    assert "No errata" in page
