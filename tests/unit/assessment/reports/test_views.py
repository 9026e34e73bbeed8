from __future__ import annotations

import dataclasses

import pytest
from django.utils import translation

from assessment.reports import answer_view, card_view, speed_view, words
from grading.results import Verdict
from grading.text.grade import DOUBT
from grading.text.guards import Flag
from tests.make.assessment import TEXT_ANSWER, judged_body, speed_body, text_body


def point(start, end, *, credit=1.0, note=""):
    return {
        "point": "p",
        "statement": "A statement",
        "weight": 1.0,
        "credit": credit,
        "sentence": "words",
        "start": start,
        "end": end,
        "similarity": 0.9,
        "note": note,
    }


def body_with(*items, score=None):
    return {
        "score": score,
        "topics": [
            {
                "topic": "kernels",
                "name": {"zh": "算子", "en": "Kernels"},
                "score": score,
                "items": len(items),
            }
        ],
        "items": list(items),
    }


def item(grade, *, kind="text", score=0.5, override=None, answer=TEXT_ANSWER):
    return {
        "position": 1,
        "question": {
            "slug": "q",
            "version": 1,
            "kind": kind,
            "topic": "kernels",
            "title": {"zh": "题", "en": "Title"},
        },
        "weight": 1.0,
        "score": score,
        "automatic_score": grade["score"] if grade else None,
        "override": override,
        "answer": answer,
        "answer_language": "en",
        "grade": grade,
    }


# -- passages ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "points",
    [
        [],
        [point(0, 5)],
        [point(3, 9), point(0, 5)],
        [point(0, 5), point(0, 5)],
        [point(0, 12), point(4, 6, credit=0.0, note="prompt")],
        [point(-1, -1), point(5, 5), point(9, 4), point(0, 10_000)],
    ],
    ids=["none", "one", "overlapping", "same", "nested", "impossible"],
)
def test_the_passages_joined_are_the_answer(points):
    answer = "Zwölf 字符 🙂"

    passages = answer_view.passages_of(answer, points)

    assert "".join(passage.text for passage in passages) == answer


def test_overlapping_points_each_mark_their_own_words():
    passages = answer_view.passages_of("abcdefgh", [point(0, 5), point(3, 8)])

    assert [(p.text, p.earned) for p in passages] == [
        ("abc", (1,)),
        ("de", (1, 2)),
        ("fgh", (2,)),
    ]


def test_words_that_came_near_for_nothing_are_told_apart():
    passages = answer_view.passages_of(
        "abcdef", [point(0, 3, credit=0.0, note="misconception:m"), point(3, 6)]
    )

    assert [(p.earned, p.refused) for p in passages] == [((), (1,)), ((2,), ())]


def test_an_empty_answer_has_no_passage_with_text():
    assert "".join(p.text for p in answer_view.passages_of("", [point(0, 0)])) == ""


# -- numbers ----------------------------------------------------------------------


def test_no_mark_is_never_a_zero():
    view = card_view.card_view(body_with(item(None, score=None)))

    assert view.total is None
    assert view.marked == 0
    assert view.items[0].score is None
    assert view.items[0].automatic is None
    assert words.percent(None) is None
    assert words.percent(0.0) == 0


def test_a_speed_up_is_written_with_its_interval():
    interval = speed_view.interval_of(speed_body())

    assert interval is not None
    assert interval.words == "1.48x (1.45 to 1.51)"
    assert (
        float(interval.one)
        < float(interval.low)
        < float(interval.middle)
        < float(interval.low) + float(interval.width)
    )


@pytest.mark.parametrize("ratio", [0.01, 0.5, 1.0, 1.02, 40.0, 1000.0])
def test_every_interval_lies_on_its_line(ratio):
    grade = speed_body(speedup=ratio, low=ratio * 0.99, high=ratio * 1.01)

    interval = speed_view.interval_of(grade)

    assert interval is not None
    places = [interval.one, interval.low, interval.middle]
    assert all(0 <= float(place) <= 100 for place in places)
    assert float(interval.width) > 0


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_its_words(verdict):
    view = speed_view.speed_of(speed_body(verdict=verdict))

    assert view.headline != verdict
    assert (view.interval is None) == (view.pairs == 0)


def test_a_measurement_without_a_sensible_interval_shows_none():
    assert speed_view.interval_of(speed_body(low=0.0)) is None
    assert speed_view.interval_of(speed_body(low=None)) is None


def test_the_credited_speed_up_is_none_when_nothing_was_measured():
    assert speed_view.speed_of(speed_body()).credited == "1.45x"
    assert speed_view.speed_of(speed_body(verdict=Verdict.CRASHED)).credited == ""


def test_a_grade_says_over_how_many_processes_its_interval_is():
    processes = tuple(1 + n // 20 for n in range(200))

    assert speed_view.speed_of(speed_body()).processes == 0  # an older grade
    assert (
        speed_view.speed_of(
            speed_body(details={"process_of_pair": processes})
        ).processes
        == 10
    )


def test_the_machine_is_told_line_by_line():
    facts = speed_view.facts_of(
        {
            "processor": "EPYC",
            "load": [0.5, 0.25],
            "gpu": None,
            "wait_statistics": True,
            "limits": {"memory_bytes": 1024},
            "share_waited": 0.01234567,
        }
    )

    assert [(fact.name, fact.value) for fact in facts] == [
        ("processor", "EPYC"),
        ("load over 1, 5 and 15 minutes", "0.5, 0.25"),
        ("waiting time was known", "yes"),
        ("limits: memory bytes", "1024"),
        ("share of time spent waiting", "0.01235"),
    ]


def test_the_raw_series_keeps_every_pair():
    series = speed_view.series_of(speed_body())

    assert len(series["baseline_seconds"]) == len(series["candidate_seconds"]) == 200
    assert "output" not in series


# -- words ------------------------------------------------------------------------


@pytest.mark.parametrize("flag", list(Flag))
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_guard_of_the_grader_has_its_sentence(flag, language):
    with translation.override(language):
        assert str(flag) in words.FLAGS
        assert words.flag_words(flag) not in {flag, flag.replace("_", " ")}


def test_a_note_names_the_misconception():
    known = {"teacher-serves": "The teacher also serves"}

    assert "The teacher also serves" in words.note_words(
        "misconception:teacher-serves", known
    )
    assert "teacher-serves" in words.note_words("misconception:teacher-serves", {})
    assert words.note_words("", known) == ""


@pytest.mark.parametrize(
    ("language", "text", "lang"),
    [("en", "Prune", "en"), ("zh-hans", "剪枝", "zh-Hans")],
)
def test_words_come_in_the_language_of_the_page(language, text, lang):
    with translation.override(language):
        found = words.words_of({"zh": "剪枝", "en": "Prune"})

    assert (found.text, found.lang) == (text, lang)


def test_words_that_exist_in_one_language_say_which():
    with translation.override("en"):
        found = words.words_of({"zh": "剪枝"})

    assert (found.text, found.lang) == ("剪枝", "zh-Hans")


@pytest.mark.parametrize(
    ("state", "code", "whose"),
    [
        ("held", "bank.no_reference", "author"),
        ("failed", "service.worker_lost", "service"),
        ("failed", "something.new", "service"),
    ],
)
def test_a_fault_says_whose_turn_it_is(state, code, whose):
    fault = words.fault_of(state, code)

    assert fault is not None
    assert fault.whose == whose


@pytest.mark.parametrize("state", ["", "queued", "running", "graded"])
def test_work_that_goes_on_is_no_fault(state):
    assert words.fault_of(state, "") is None


# -- the whole card ---------------------------------------------------------------


def test_a_card_shows_both_marks_and_the_reason():
    mark = {
        "score": 0.8,
        "reason": "said otherwise",
        "by": "ruth@acme.example",
        "at": "2026-11-26T08:00:00+00:00",
    }

    (view,) = card_view.card_view(
        body_with(item(text_body(), score=0.8, override=mark), score=0.8)
    ).items

    assert (view.score, view.automatic, view.overridden) == (80, 56, 80)
    assert view.override is not None
    assert view.override.reason == "said otherwise"


def test_every_value_of_a_card_is_frozen():
    view = card_view.card_view(body_with(item(text_body())))

    with pytest.raises(dataclasses.FrozenInstanceError):
        view.total = 1


def test_evidence_counts_only_what_earned_something():
    (view,) = card_view.card_view(body_with(item(text_body()))).items

    assert (view.found, len(view.evidence)) == (2, 4)
    assert [line.missing for line in view.evidence] == [False, False, False, True]


def judged_item(**changes):
    grade = judged_body()
    kept = {name: grade[name] for name in ("low", "high", "doubt", "review", "reasons")}
    return item(grade, score=grade["score"]) | kept | changes


def test_a_mark_says_between_what_it_lies():
    (view,) = card_view.card_view(body_with(judged_item())).items

    assert view.span is not None
    assert (view.span.low, view.span.high) == (41, 72)
    assert view.span.words == "between 41 and 72 with 90 % confidence"
    assert (view.span.start, view.span.end) == ("43", "74")


def test_a_persons_mark_has_no_interval_and_the_computed_one_keeps_its_own():
    mark = {
        "score": 0.8,
        "reason": "said otherwise",
        "by": "ruth@acme.example",
        "at": "2026-11-26T08:00:00+00:00",
    }

    (view,) = card_view.card_view(body_with(judged_item(override=mark))).items

    assert view.span is None
    assert view.measured_span is not None


@pytest.mark.parametrize("reason", [DOUBT, *words.FLAGS])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_reason_to_read_an_answer_has_its_sentence(reason, language):
    with translation.override(language):
        for doubt in (None, 0.834):
            told = words.reason_words(reason, doubt)
            assert told not in {"", reason, reason.replace("_", " ")}
    assert "83 %" in words.doubt_words(0.834)


def test_what_is_a_reason_is_not_said_twice():
    (view,) = card_view.card_view(body_with(judged_item())).items

    assert len(view.reasons) == 2
    assert view.other_flags == (words.flag_words("repetition"),)
    assert len(view.flags) == 2


def test_a_key_point_tells_what_stood_for_and_against_it():
    rubric = answer_view.RubricWords(
        misconceptions={"teacher-serves": "The teacher also serves"},
        opposites={"targets": "Outputs are no targets"},
    )

    (view,) = card_view.card_view(body_with(judged_item()), {1: rubric}).items
    first, _second, third, _last = (line.comparison for line in view.evidence)

    assert (first.background, first.standing, first.net) == ("0.78", "4.2", "3.9")
    assert first.misconception == "The teacher also serves"
    assert (first.opposite, first.lean) == ("Outputs are no targets", "1.3")
    assert first.leans_to_point
    assert not third.leans_to_point
    assert third.net == "−0.1"


def test_a_grade_of_an_older_engine_still_has_its_card():
    older = text_body()
    for name in ("low", "high", "doubt", "review", "reasons", "details"):
        del older[name]

    (view,) = card_view.card_view(body_with(item(older))).items

    assert (view.span, view.review, view.doubt, view.coverage) == (None, False, "", "")
    assert all(line.comparison is None for line in view.evidence)
    assert view.found == 2
