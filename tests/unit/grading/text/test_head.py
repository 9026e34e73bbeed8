from __future__ import annotations

import json

import numpy as np
import pytest

from grading.errors import EncoderUnavailable
from grading.text.features import NAMES
from grading.text.head import (
    SCHEMA,
    read_head,
    refuse_other,
    settled,
    shipped_head,
)

ENCODER = "some-model@abc"
NOTHING = dict.fromkeys(NAMES, 0.0)


def values(**changes):
    machine = {
        "features": list(NAMES[:2]),
        "gamma": 0.5,
        "share": 1.0,
        "intercept": 0.4,
        "coefficients": [0.5],
        "support": [[1.0, 0.0]],
    }
    return {
        "schema": SCHEMA,
        "version": 3,
        "encoder": ENCODER,
        "engine": "key-points@2",
        "features": list(NAMES),
        "lowest": [-1.0] * len(NAMES),
        "highest": [1.0] * len(NAMES),
        "middle": [0.0] * len(NAMES),
        "scale": [1.0] * len(NAMES),
        "machines": [machine, machine | {"intercept": 0.2, "share": 3.0}],
        "doubt": {"middle": 1.0, "apart": 1.0},
        "doubt_knots": [0.0, 1.0, 2.0],
        "review_above": 0.8,
        "widths": [[0.5, 0.1, 0.2], [1.0, 0.3, 0.4]],
    } | changes


@pytest.fixture
def head(tmp_path):
    path = tmp_path / "some-model@abc.json"
    path.write_text(json.dumps(values()))
    return read_head(path)


def test_a_score_is_the_weighted_mean_of_its_machines(head):
    near = NOTHING | {NAMES[0]: 1.0}  # on the support vector: kernel 1

    assert head.judge(near).score == pytest.approx((0.9 + 3 * 0.7) / 4)
    kernel = np.exp(-0.5)
    assert head.judge(NOTHING).score == pytest.approx(
        0.5 * kernel + (0.4 + 3 * 0.2) / 4
    )


def test_features_beyond_all_that_was_fitted_count_no_further(head):
    beyond = head.judge(NOTHING | {NAMES[0]: 50.0, NAMES[1]: 0.0})

    assert beyond == head.judge(NOTHING | {NAMES[0]: 1.0})


def test_an_interval_holds_its_score_and_widens_with_doubt(head):
    sure = head.judge(NOTHING | {NAMES[0]: 1.0})
    unsure = head.judge(NOTHING)

    assert unsure.doubt > sure.doubt
    assert unsure.high - unsure.low > sure.high - sure.low
    for judged in (sure, unsure):
        assert 0.0 <= judged.low <= judged.score <= judged.high <= 1.0


def test_a_guard_lowers_the_score_and_leaves_no_doubt(head):
    judged = head.judge(NOTHING | {NAMES[0]: 1.0}, factor=0.1)

    assert judged.score == pytest.approx(0.075)
    assert judged.doubt == 0.0


def test_faint_scores_are_nothing_and_settling_keeps_the_order():
    found = [settled(value) for value in np.linspace(-0.2, 1.3, 200)]

    assert found == sorted(found)
    assert found[0] == settled(0.05) == 0.0
    assert settled(0.5) == 0.5
    assert found[-1] == 1.0


def test_a_head_of_another_encoder_is_refused(head):
    refuse_other(head, ENCODER)
    refuse_other(head, f"{ENCODER}+bf16")
    for other in ("some-model@abd", "other@abc", "some-model"):
        with pytest.raises(EncoderUnavailable, match="calibrate_encoder"):
            refuse_other(head, other)


@pytest.mark.parametrize(
    "changes",
    [{"schema": 99}, {"features": ["length"]}, {"machines": [{}]}, {"widths": None}],
    ids=["schema", "features", "machine", "widths"],
)
def test_a_file_of_another_version_is_refused(tmp_path, changes):
    path = tmp_path / "head.json"
    path.write_text(json.dumps(values(**changes)))

    with pytest.raises(EncoderUnavailable, match=r"head\.json"):
        read_head(path)


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_a_broken_file_is_named(tmp_path, text):
    path = tmp_path / "head.json"
    path.write_text(text)

    with pytest.raises(EncoderUnavailable, match=r"head\.json"):
        read_head(path)


def test_an_encoder_that_was_not_calibrated_has_no_head():
    assert shipped_head("hash@1") is None
    assert shipped_head("multilingual-e5-small@another") is None
