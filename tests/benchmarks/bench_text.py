"""What the text engine's marks are worth and what they cost; prints tables.

    python -m pytest -s -m "" tests/benchmarks/bench_text.py

The public sets are read from the folder that INFERVIEW_DATA names; without it that
part says so and is left out.
"""

from __future__ import annotations

import gzip
import json
import os
import resource
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from grading.inputs import TextAnswer
from grading.text.adhoc import adhoc_rubric
from grading.text.encoder import HashEncoder
from grading.text.grade import grade_many, grade_text
from grading.text.packed_e5 import prepared_folder
from grading.text.loading import load_encoder
from grading.text.vectors import Remembering, recalled
from tests.encoder.written import shipped_background, written

SAMPLE = 439  # of each public set: all of Beetle's unseen answers
SEED = 3
SETS = ("semeval2013_beetle", "semeval2013_scientsbank")


@pytest.fixture(scope="module")
def home(request) -> Path:
    folder: Path = request.config.cache.mkdir("encoder")
    return folder


@pytest.fixture(scope="module")
def background():
    return shipped_background()


@pytest.fixture(scope="module")
def real(home):
    return Remembering(load_encoder("", device="auto", home=home), home / "vectors")


def show(*cells):
    print(" | ".join(str(cell) for cell in cells))  # noqa: T201 - a benchmark prints


@pytest.mark.slow
@pytest.mark.parametrize("part", ["tuned", "watched", "unseen"])
@pytest.mark.parametrize("letters", [False, True], ids=["real", "letters"])
def test_marks_by_kind(real, background, part, letters):
    encoder = Remembering(HashEncoder()) if letters else real
    answers = written(part)
    grades = grade_many([w.answer for w in answers], encoder, background)
    scores = defaultdict(list)
    for one, grade in zip(answers, grades, strict=True):
        scores[one.kind, one.answer.language].append(grade.score)

    show(f"\n{encoder.name}, {part}", "zh mean (min to max)", "en mean (min to max)")
    for kind in dict.fromkeys(one.kind for one in answers):
        row = (np.array(scores[kind, language]) for language in ("zh", "en"))
        show(kind, *(f"{s.mean():.2f} ({s.min():.2f} to {s.max():.2f})" for s in row))
    assert len(grades) == len(answers)


@pytest.mark.slow
@pytest.mark.parametrize("name", SETS)
def test_adhoc_on_public_references(real, background, name):
    folder = os.environ.get("INFERVIEW_DATA", "")
    if not folder:
        pytest.skip("INFERVIEW_DATA names no folder of public data")
    with gzip.open(Path(folder) / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    rows = [row for row in rows if row["split"] == "unseen-answers"]
    np.random.default_rng(SEED).shuffle(rows)
    rows = rows[:SAMPLE]
    references = [_best_reference(row) for row in rows]

    grades = grade_many(
        [
            TextAnswer(
                text=row["answer"],
                language="en",
                rubric=adhoc_rubric(row["question"], reference, language="en"),
            )
            for row, reference in zip(rows, references, strict=True)
        ],
        real,
        background,
    )
    correct = np.array([row["label"] == "correct" for row in rows], dtype=float)
    scores = np.array([grade.score for grade in grades])
    answers = real.encode([row["answer"] for row in rows])
    cosines = (answers * recalled(real, references)).sum(axis=1)
    ours = float(np.corrcoef(scores, correct)[0, 1])
    plain = float(np.corrcoef(cosines, correct)[0, 1])

    show(
        f"\n{name}",
        f"{len(rows)} answers",
        f"Pearson {ours:.3f}",
        f"cosine {plain:.3f}",
    )
    assert ours > plain


def _best_reference(row) -> str:
    best = [r["text"] for r in row["references"] if r.get("category") in {None, "BEST"}]
    return str((best or [r["text"] for r in row["references"]])[0])


@pytest.mark.slow
def test_seconds(home, background, tmp_path):
    def clocked(what, action):
        wall, cpu = time.perf_counter(), time.process_time()
        result = action()
        spent = time.perf_counter() - wall, time.process_time() - cpu
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        show(what, f"{spent[0]:.2f} s", f"{spent[1]:.2f} CPU s", f"peak {memory} MB")
        return result

    answers = [w.answer for w in written("tuned")]
    show()
    clocked("unpacking the model", lambda: prepared_folder(tmp_path))
    encoder = Remembering(
        clocked("loading it", lambda: load_encoder("", device="auto", home=home)),
        home / "vectors",
    )
    clocked(
        "vectors of background and rubrics",
        lambda: grade_many(answers, encoder, background),
    )
    median = sorted(answers, key=lambda a: len(a.text))[len(answers) // 2]
    clocked(
        f"one answer of {len(median.text)} characters",
        lambda: grade_text(median, encoder, background),
    )
    clocked(
        f"{len(answers)} answers together",
        lambda: grade_many(answers, encoder, background),
    )
    assert encoder.device in {"cpu", "cuda"}
