"""What the judge says is read in Chinese on a Chinese page."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from django.utils import translation

import grading
from assessment.reports.judge_words import FORMS, judge_words
from grading.results import Verdict
from grading.speed.metric import Metric
from grading.speed.rules import refusal, told
from grading.speed.statistics import Interval

HAN = re.compile(r"[\u4e00-\u9fff]")
SPEED = Path(grading.__file__).parent / "speed"
SPANS = [Interval(middle=1.3, low=1.2, high=1.4), None]
VERDICTS = (Verdict.FASTER, Verdict.NOT_FASTER, Verdict.INCONCLUSIVE)
OF_RULES = {
    told(verdict, span, busy=busy, metric=metric)
    for verdict, span, busy, metric in product(
        VERDICTS, SPANS, (False, True), tuple(Metric)
    )
} | {
    refusal(source) or ""
    for source in (b"", b"\0", b"\xff", b"#" * 2**20)  # one for each refusal
}
WIDE = (
    "Wrong result: case s, output y of shape 3 is off by up to 12.5 times the "
    "tolerance, in 2 of 12 values."
)
OF_LANES = {
    f"{what} {end}"
    for what in ("loading the file", "prepare()", "solve()")
    for end in (
        "took more than 2.5 s and was stopped.",
        "needed more than the 512 MiB that the task allows.",
        "was in system calls that could not be stopped.",
    )
} | {
    "The program ended by itself during solve().",
    "The program disturbed the judge's channel during prepare().",
    "The file does not parse: invalid syntax (line 3).",
    "Loading the file failed: ModuleNotFoundError: No module named 'x'.",
    "prepare() failed: ValueError: a, b: c.",
    "solve() raised an error: RuntimeError: shapes (2x3) and (4x5).",
    "Wrong result: the result is a list and not a tensor.",
    "Wrong result: case measured has a length outside its buffer.",
    "Wrong result: case small, output y of shape 3x4 is wrong in 2 of 12 values.",
    "Wrong result: case small, output y of shape  has values that are not finite.",
    WIDE,
    "Wrong result: case long tail: only 0.83 of the neighbours are right.",
    "Its calls took so long that too few could be measured.",
    "The program left work running on the GPU after its call.",
}


@pytest.mark.parametrize("said", sorted(OF_RULES | OF_LANES))
def test_a_sentence_of_the_judge_is_chinese_on_a_chinese_page(said):
    with translation.override("zh-hans"):
        found = judge_words(said)

    assert found.lang == "zh-Hans"
    assert HAN.search(found.text)
    assert "%(" not in found.text
    # Nothing that was measured is lost on the way.
    for number in re.findall(r"\d+(?:\.\d+)?", said):
        assert number in found.text
    assert not found.text.endswith("..")


@pytest.mark.parametrize("said", sorted(OF_RULES | OF_LANES))
def test_on_an_english_page_it_stays_as_it_is(said):
    with translation.override("en"):
        assert judge_words(said).text == said


def test_what_has_no_known_form_stays_english_and_says_so():
    with translation.override("zh-hans"):
        found = judge_words("Something that an older judge said.")

    assert (found.text, found.lang) == ("Something that an older judge said.", "en")


def test_a_programs_own_words_are_kept_as_they_are():
    with translation.override("zh-hans"):
        found = judge_words("solve() raised an error: %(what)s of {it} 50 %.")

    assert "%(what)s of {it} 50 %" in found.text


def test_every_sentence_in_the_judges_source_has_a_form():
    """A new sentence of the judge without a translation fails here."""
    source = "".join(
        (SPEED / name).read_text()
        for name in ("rules.py", "lane.py", "judgement.py", "record.py")
    )
    stems = re.findall(
        r'(?:reason = |reason=|return )\(?\s*f?"([A-Z][^"{]{8,})', source
    )

    assert len(stems) > 8
    for stem in stems:
        assert any(form.startswith(stem.rstrip()[:20]) for form in FORMS), stem
