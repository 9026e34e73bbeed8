"""What a point is about, without language and wording; letters stand for a model."""

from __future__ import annotations

import numpy as np
import pytest

from grading.inputs import KeyPoint, Misconception, Rubric
from grading.text.adapter import PLAIN, Adapter
from grading.text.background import BUILT_IN
from grading.text.centred import bare_of, centred_of
from grading.text.encoder import HashEncoder
from grading.text.vectors import Remembering

RUBRIC = Rubric(
    prompt={"en": "How does paging help the cache of keys and values?"},
    key_points=(
        KeyPoint(
            id="blocks",
            weight=1.0,
            phrasings={
                "en": (
                    "The cache is kept in blocks of equal size",
                    "Blocks of one size hold the cache",
                ),
                "zh": ("缓存放在大小相同的块里",),
            },
        ),
        KeyPoint(
            id="sharing",
            weight=1.0,
            phrasings={"en": ("Requests with the same beginning share their pages",)},
        ),
    ),
    misconceptions=(
        Misconception(
            id="faster-reads",
            phrasings={"en": ("Paging makes every read of memory faster",)},
        ),
    ),
)
BLOCKS = "Blocks of equal size hold the cache"
SHARING = "Requests that have the same beginning share pages"
WRONG = "Paging makes every read of the memory faster"
OTHER = "A learning rate warm-up keeps early updates small"


@pytest.fixture(scope="module")
def letters():
    return Remembering(HashEncoder())


def bare(letters, *units, languages=None, rubric=RUBRIC):
    return bare_of(
        letters.encode(units),
        [len(unit) for unit in units],
        rubric=rubric,
        languages=languages or ["en"] * len(units),
        encoder=letters,
        background=BUILT_IN,
    )


def seen(letters, *units, adapter=PLAIN, **changes):
    return centred_of(bare(letters, *units, **changes), adapter)


def test_each_unit_stands_nearest_to_what_it_says(letters):
    found = seen(letters, BLOCKS, SHARING, WRONG).standings

    assert found.shape == (3, 4)  # two points, an error, the prompt
    assert found.argmax(axis=1).tolist() == [0, 1, 2]


def test_what_is_about_something_else_stands_near_nothing(letters):
    right, other = seen(letters, BLOCKS, OTHER).standings

    assert right[0] > 4.0
    assert other.max() < 3.0


def test_the_whole_answer_leans_to_the_points_or_to_the_errors(letters):
    right = seen(letters, BLOCKS, SHARING)
    wrong = seen(letters, WRONG)

    assert right.right > right.wrong
    assert wrong.wrong > wrong.right


def test_units_are_read_in_their_own_language_and_alone_as_among_others(letters):
    zh = "缓存放在大小相同的块里"
    both = seen(letters, BLOCKS, zh, languages=["en", "zh"]).standings
    alone = seen(letters, zh, languages=["zh"]).standings

    assert both[1].argmax() == 0
    assert np.allclose(both[1, :3], alone[0, :3], atol=1e-5)


def test_a_rubric_without_errors_or_prompt_has_a_place_for_each_point(letters):
    bare = Rubric(prompt={}, key_points=RUBRIC.key_points, misconceptions=())
    found = seen(letters, BLOCKS, rubric=bare)

    assert found.standings.shape == (1, 3)
    assert np.isfinite(found.standings).all()
    assert found.wrong == 0.0


def test_a_point_that_is_stated_is_the_likeliest_to_earn_credit(letters):
    found = seen(letters, BLOCKS, OTHER).credits

    assert found.shape == (2,)
    assert found[0] > found[1]


def test_an_error_that_is_nearer_takes_the_chance_of_a_credit(letters):
    without = Rubric(prompt=RUBRIC.prompt, key_points=RUBRIC.key_points)

    assert (
        seen(letters, WRONG).credits < seen(letters, WRONG, rubric=without).credits
    ).all()


def test_an_adapter_moves_what_it_was_taught_to_move(letters):
    answer = bare(letters, OTHER)
    unit, point = answer.units[0], answer.centres[0]
    # one direction: whatever looks like the unit is moved to the point
    towards = Adapter(
        down=unit[:, None] * 3.0,
        up=point[None],
        slope=PLAIN.slope,
        level=PLAIN.level,
        wrong=PLAIN.wrong,
    )

    before, after = centred_of(answer, PLAIN), centred_of(answer, towards)

    assert after.standings[0, 0] > before.standings[0, 0] + 1.0
    assert after.credits[0] > before.credits[0] + 1.0
