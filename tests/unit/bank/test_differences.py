from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank.bodies import body_of
from bank.definitions import Erratum
from bank.differences import Change, Difference, differences, unified
from grading.inputs import KeyPoint
from tests.make.bank import make_rubric, make_speed_question, make_text_question

RUBRIC = make_rubric()
KEEPS, COSTS = RUBRIC.key_points


def told(before, after):
    return [
        (found.kind.value, found.path, found.before, found.after)
        for found in differences(body_of(before), body_of(after))
    ]


def with_rubric(**changes):
    return make_text_question(rubric=make_rubric(**changes))


def with_points(*points):
    return with_rubric(key_points=points)


def said(point, *, en, zh=None):
    phrasings = {"zh": zh or point.phrasings["zh"], "en": en}
    return dataclasses.replace(point, phrasings=phrasings)


def shuffled(value):
    """As a database may give it back: keys in another order."""
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in sorted(value, reverse=True)}
    if isinstance(value, list):
        return [shuffled(item) for item in value]
    return value


def test_equal_wordings_have_no_difference_whatever_the_order_of_keys(tmp_path):
    for question in (make_text_question(), make_speed_question(tmp_path / "task")):
        body = body_of(question)
        assert differences(body, body) == ()
        assert differences(body, shuffled(body)) == ()


def test_a_changed_phrasing_is_named_by_key_point_language_and_place():
    after = said(KEEPS, en=("The cache keeps past keys and values", "Old K, V stay"))

    assert told(make_text_question(), with_points(after, COSTS)) == [
        (
            "changed",
            "key_points/keeps-keys/en/phrasing 2",
            "Old K and V stay",
            "Old K, V stay",
        )
    ]


def test_a_phrasing_put_in_front_is_one_difference():
    after = said(KEEPS, en=("New", *KEEPS.phrasings["en"]))

    assert told(make_text_question(), with_points(after, COSTS)) == [
        ("added", "key_points/keeps-keys/en/phrasing 1", "", "New")
    ]
    assert told(with_points(after, COSTS), make_text_question()) == [
        ("removed", "key_points/keeps-keys/en/phrasing 1", "New", "")
    ]


def test_a_new_key_point_in_front_leaves_the_others_alone():
    new = KeyPoint(id="grows", weight=1.0, phrasings={"zh": ("会变长",)})

    assert told(make_text_question(), with_points(new, KEEPS, COSTS)) == [
        ("added", "key_points/grows/id", "", "grows"),
        ("added", "key_points/grows/weight", "", "1.0"),
        ("added", "key_points/grows/zh/phrasing 1", "", "会变长"),
    ]


def test_key_points_in_another_order_are_one_difference():
    assert told(make_text_question(), with_points(COSTS, KEEPS)) == [
        (
            "changed",
            "key_points/order",
            "keeps-keys, costs-memory",
            "costs-memory, keeps-keys",
        )
    ]


def test_weights_opposites_and_contrasts_are_compared():
    heavier = dataclasses.replace(
        KEEPS, weight=3.0, opposites={"zh": "缓存丢弃过去的键"}
    )
    contrast = dataclasses.replace(
        RUBRIC.contrasts[0],
        pairs={
            **RUBRIC.contrasts[0].pairs,
            "en": (("prefill", "arithmetic"), ("decode", "bandwidth")),
        },
    )
    after = with_rubric(key_points=(heavier, COSTS), contrasts=(contrast,))

    assert told(make_text_question(), after) == [
        ("changed", "key_points/keeps-keys/weight", "2.0", "3.0"),
        (
            "removed",
            "key_points/keeps-keys/opposites/en",
            "The cache drops past keys",
            "",
        ),
        (
            "changed",
            "contrasts/contrast 1/en",
            "prefill: compute / decode: bandwidth",
            "prefill: arithmetic / decode: bandwidth",
        ),
    ]


def test_two_errata_about_one_place_are_told_apart():
    (erratum,) = make_text_question().errata
    second = Erratum(
        document=erratum.document,
        number=erratum.number,
        says={"en": "It is free"},
        right={"en": "It is not"},
        source="Pope et al. 2022",
    )
    better = dataclasses.replace(second, right={"en": "It costs memory"})
    before = make_text_question(errata=(erratum, second))

    assert told(before, make_text_question(errata=(erratum, better))) == [
        (
            "changed",
            "errata/questions.md 4 (2)/right/en",
            "It is not",
            "It costs memory",
        )
    ]


def test_what_was_missing_before_is_added():
    bare = make_text_question(competency=None, follow_ups=None, related=())

    assert told(bare, make_text_question()) == [
        ("added", "competency/zh", "", "懂得缓存"),
        ("added", "competency/en", "", "Knows the cache"),
        ("added", "follow_ups/zh/question 1", "", "多大？"),
        ("added", "follow_ups/en/question 1", "", "How large?"),
        ("added", "related/slug 1", "", "paging"),
    ]


def test_facts_of_the_question_come_before_its_texts():
    after = make_text_question(minutes=9, difficulty=3, title={"zh": "缓存", "en": "C"})

    assert [path for _, path, _, _ in told(make_text_question(), after)] == [
        "difficulty",
        "minutes",
        "title/zh",
        "title/en",
    ]


def test_a_task_is_compared_by_its_files(tmp_path):
    before = make_speed_question(tmp_path / "task")
    code = "def solve(x):\n    return x.clone()\n"
    after = dataclasses.replace(before, baseline=code, digest="e" * 64)

    assert [path for _, path, _, _ in told(before, after)] == ["baseline", "digest"]


def test_one_form_instead_of_another_is_all_removed_and_all_added():
    assert [
        (found.kind, found.path)
        for found in differences({"title": "Cache"}, {"title": {"en": "Cache"}})
    ] == [(Change.REMOVED, "title"), (Change.ADDED, "title/en")]


# -- as lines -------------------------------------------------------------------------


def difference(kind=Change.CHANGED, before="old", after="new"):
    return Difference(path="title/en", kind=kind, before=before, after=after)


def test_a_difference_is_shown_as_path_before_and_after():
    assert unified(difference()) == ("changed: title/en", "- old", "+ new")
    assert unified(difference(Change.ADDED, before="")) == ("added: title/en", "+ new")
    assert unified(difference(Change.REMOVED, after="")) == (
        "removed: title/en",
        "- old",
    )


def test_of_a_long_text_only_the_surroundings_of_a_change_are_shown():
    lines = [f"line {number}" for number in range(20)]
    after = [*lines[:10], "another line", *lines[11:]]

    assert unified(difference(before="\n".join(lines), after="\n".join(after))) == (
        "changed: title/en",
        "@@ -9,5 +9,5 @@",
        "  line 8",
        "  line 9",
        "- line 10",
        "+ another line",
        "  line 11",
        "  line 12",
    )


# -- whatever is stored ---------------------------------------------------------------

TEXTS = st.lists(st.text(max_size=3), max_size=3)
BODIES = st.fixed_dictionaries(
    {
        "title": st.dictionaries(st.sampled_from(["zh", "en"]), st.text(max_size=3)),
        "related": TEXTS,
        "rubric": st.fixed_dictionaries(
            {
                "key_points": st.lists(
                    st.fixed_dictionaries(
                        {"id": st.sampled_from("abc"), "phrasings": TEXTS}
                    ),
                    max_size=3,
                )
            }
        ),
        "explanation": st.none() | st.text(max_size=3),
    }
)


def emptied(value):
    """Return the value without what is nothing; and nothing when that is all."""
    if isinstance(value, dict):
        kept = {key: emptied(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item} or None
    if isinstance(value, list):
        return [item for item in map(emptied, value) if item] or None
    return value or None


@given(before=BODIES, after=BODIES)
def test_there_is_a_difference_exactly_when_something_differs(before, after):
    found = differences(before, after)

    assert bool(found) == (emptied(before) != emptied(after))
    for item in found:
        assert item.before != item.after
        assert bool(item.before) == (item.kind is not Change.ADDED)
        assert bool(item.after) == (item.kind is not Change.REMOVED)


@pytest.mark.parametrize("body", [{}, {"kind": "text"}])
def test_anything_against_nothing_is_added(body):
    found = differences(body, body_of(make_text_question()))

    assert found
    assert {item.kind for item in found} <= {Change.ADDED}
