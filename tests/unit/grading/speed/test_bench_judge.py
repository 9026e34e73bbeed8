"""The benchmark of the judge: its record can be resumed, its figures are honest."""

from __future__ import annotations

import json
import math
import time
from dataclasses import asdict, replace

import pytest

from tests.benchmarks.bench_judge import (
    RATIO_TASK,
    RecordUnreadable,
    counting,
    plan,
    read_record,
    session,
)
from tests.benchmarks.judge_figures import Finished, Group, by_name, figures

ONE = Finished(
    key="same/0/kv",
    stamp="a",
    group=Group.SAME,
    name="kv",
    true=1.0,
    verdict="not_faster",
    speedup=1.0,
    low=0.98,
    high=1.02,
    credited=1.0,
    pairs=24,
    call_seconds=0.02,
    seconds=4.0,
)


def figure(lines, name):
    return next(found for found in figures(lines) if found.name.startswith(name))


@pytest.fixture(scope="module")
def small():
    return plan([RATIO_TASK], same=4, ratio=1, reference=1)


def line_of(planned, **changes):
    return replace(ONE, key=planned.key, stamp=planned.stamp, **changes)


def kept(path, *lines):
    path.write_text("".join(json.dumps(asdict(line)) + "\n" for line in lines))
    return path


def test_any_beginning_of_the_plan_is_a_sample_of_all_of_it(small):
    assert len({one.key for one in small}) == len(small)
    half = {one.group for one in small[: len(small) // 2 + 2]}

    assert half == {one.group for one in small}


def test_what_is_finished_is_not_done_again(small, tmp_path):
    record = kept(tmp_path / "record.jsonl", *(line_of(one) for one in small[:-2]))

    done = counting(read_record(record), small)
    again = list(session(small, done, until=math.inf, carry_out=line_of))

    assert [line.key for line in again] == [one.key for one in small[-2:]]


def test_a_fault_and_a_changed_program_are_done_again(small):
    fault = line_of(small[0], fault="service.node_too_busy: why")
    older = replace(line_of(small[1]), stamp="of another engine")
    done = counting([fault, older], small)

    again = list(session(small[:2], done, until=math.inf, carry_out=line_of))

    assert [line.key for line in again] == [one.key for one in small[:2]]
    assert figure(counting([*done, *again], small), "judgements that").met


def test_nothing_is_begun_after_the_time(small):
    assert list(session(small, [], until=time.monotonic(), carry_out=line_of)) == []


def test_a_line_torn_by_a_crash_is_dropped_and_the_rest_kept(tmp_path):
    record = kept(tmp_path / "record.jsonl", ONE)
    whole = record.read_bytes()
    record.write_bytes(whole + b'{"key": "same/1')

    assert read_record(record) == [ONE]
    assert record.read_bytes() == whole


def test_a_file_of_something_else_is_named_and_left_alone(tmp_path):
    record = tmp_path / "record.jsonl"
    record.write_text("{}\n")

    with pytest.raises(RecordUnreadable, match="line 1"):
        read_record(record)
    assert record.read_text() == "{}\n"


def test_a_figure_that_was_not_measured_does_not_pass():
    assert figure([], "cheats").met is None
    assert figure([], "one judgement").met is None


def test_one_credited_cheat_is_one_too_many():
    cheat = replace(ONE, group=Group.CHEAT, name="trick", verdict="wrong_output")
    caught = figure([cheat], "cheats")
    paid = figure([cheat, replace(cheat, credited=1.4)], "cheats")

    assert caught.met
    assert paid.met is False
    assert paid.measured == "1 of 2 (trick)"


def test_an_undecided_honest_program_is_not_rejected():
    undecided = replace(ONE, verdict="inconclusive")

    assert figure([undecided], "honest").met
    assert figure([replace(ONE, verdict="time_limit")], "honest").met is False


def test_coverage_and_ratios_are_held_against_the_truth():
    missing = replace(ONE, low=1.001)
    ratio = replace(ONE, group=Group.RATIO, true=2.0, speedup=1.9)

    assert figure([ONE], "99 % interval").met
    assert figure([ONE, missing], "99 % interval").met is False
    assert figure([ratio], "true ratio 2").met is False
    assert figure([replace(ratio, speedup=1.96)], "true ratio 2").met


def test_whatever_is_left_is_named():
    left = Finished(
        key="left/0", stamp="", group=Group.LEFT, name="session", left=("process 7",)
    )

    assert figure([replace(left, left=())], "processes").met
    assert "process 7" in figure([left], "processes").measured


def test_a_program_that_was_never_timed_has_a_row_too():
    failed = replace(ONE, verdict="crashed", speedup=None, low=None, high=None)

    (row,) = by_name([failed])

    assert "1 crashed" in row
