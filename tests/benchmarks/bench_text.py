"""What the text engine's marks are worth and what they cost; prints tables.

    python -m pytest -s -m "" tests/benchmarks/bench_text.py

The public sets are read from the folder that INFERVIEW_DATA names; without it that
part says so and is left out.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from grading.inputs import TextAnswer
from grading.text.adhoc import adhoc_rubric
from grading.text.encoder import HashEncoder
from grading.text.grade import grade_many, grade_text
from grading.text.loading import load_encoder
from grading.text.packed_e5 import PROMPT, prepared_folder
from grading.text.reading import read
from grading.text.vectors import Remembering, recalled
from tests.encoder.written import shipped_background, written

SAMPLE = 439  # of each public set: all of Beetle's unseen answers
SEED = 3
BARE = ("onnx", "openvino-bf16")
NAIVE_BATCH = 32
EVERY = 3  # of the tuned answers is timed
TURN = 14  # answers before the next engine has its turn
MOST_CHANGED = 0.005  # of the decisions, against the model on torch
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
def test_answers_per_core_second(home, background):
    """Whole grades against the naive service, which only encodes, in one run.

    The naive service hands each answer's units to `SentenceTransformer.encode`, 32 in
    a batch, on one thread. Turns are interleaved, so other work hits all alike.
    """
    everything = [one.answer for one in written("tuned")]
    answers = everything[::EVERY]
    plain = load_encoder("", device="cpu", home=home, backend="torch")
    naive = SentenceTransformer(str(prepared_folder(home)), device="cpu")
    units = [[PROMPT + unit.plain for unit in read(answer).units] for answer in answers]
    engines = {
        name: Remembering(
            load_encoder("", device="cpu", home=home, backend=name),
            home / f"vectors-{name}",
        )
        for name in BARE
    }
    torch = Remembering(plain, home / "vectors-torch")
    wanted = grade_many(everything, torch, background)
    grades = {  # also the vectors of rubrics and background, which are kept
        name: grade_many(everything, engine, background)
        for name, engine in engines.items()
    }
    naive.encode(units[0], batch_size=NAIVE_BATCH, show_progress_bar=False)

    spent: dict[str, float] = defaultdict(float)

    def clocked(what, action):
        start = time.process_time()
        action()
        spent[what] += time.process_time() - start

    for first in range(0, len(answers), TURN):
        some = answers[first : first + TURN]
        for mine in units[first : first + TURN]:
            clocked(
                "naive",
                lambda mine=mine: naive.encode(
                    mine, batch_size=NAIVE_BATCH, show_progress_bar=False
                ),
            )
        for name, engine in engines.items():
            clocked(f"{name}, bulk", partial(grade_many, some, engine, background))
            for one in some:
                clocked(f"{name}, single", partial(grade_text, one, engine, background))

    show(
        f"\n{len(answers)} answers", f"{sum(map(len, units)) / len(answers):.1f} units"
    )
    show("engine", "answers per core-second", "CPU ms an answer", "ratio to naive")
    for what, seconds in spent.items():
        show(
            what,
            f"{len(answers) / seconds:.1f}",
            f"{1000 * seconds / len(answers):.1f}",
            f"{spent['naive'] / seconds:.2f}x",
        )
    for name, found in grades.items():
        pairs = [
            (mine, theirs)
            for grade, other in zip(found, wanted, strict=True)
            for mine, theirs in zip(grade.points, other.points, strict=True)
        ]
        changed = sum((m.credit > 0.5) != (t.credit > 0.5) for m, t in pairs)
        apart = max(abs(g.score - w.score) for g, w in zip(found, wanted, strict=True))
        show(
            f"{name} against torch, {engines[name].name}",
            f"{changed} of {len(pairs)} decisions changed",
            f"scores apart by {apart:.4f} at most",
        )
        assert changed <= MOST_CHANGED * len(pairs)
    assert spent["naive"] > spent["onnx, bulk"]


@pytest.mark.slow
def test_a_cold_worker(home, tmp_path):
    """What a text worker's process spends until its first grade, and holds then.

    The second start finds the bank's vectors in the data folder. The peak is the
    kernel's own count; what getrusage says is at least the parent's.
    """
    load_encoder("", device="cpu", home=home)  # unpacked and exported
    for start in ("first start, vectors not kept yet", "later start"):
        ran = subprocess.run(
            [sys.executable, "-c", COLD, str(home), str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        seconds, memory, engine, torch = ran.stdout.split()[-4:]
        show(f"\n{start}", f"{seconds} CPU s", f"peak {memory} MB", engine)
        assert torch == "False"


COLD = """
import re, resource, sys
from pathlib import Path
import django
django.setup()
from django.conf import settings
from grading.inputs import TextAnswer
from grading.text.grade import grade_many
from grading.text.loading import load_encoder
from grading.text.vectors import Remembering
from bank.parsing import parse_question
from workers import encoder
home, vectors = map(Path, sys.argv[1:])
loaded = load_encoder("", device="cpu", home=home)
encoder._held["encoder"] = Remembering(loaded, vectors)
encoder.warm()
rubric = parse_question(settings.BANK_FOLDER / "gradient-clipping").rubric
said = "The norm of the gradients is limited, so that one bad batch does no harm."
answer = TextAnswer(text=said, language="en", rubric=rubric)
grade_many([answer], encoder.encoder(), encoder.background())
used = resource.getrusage(resource.RUSAGE_SELF)
peak = re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())
print(f"{used.ru_utime + used.ru_stime:.2f}", int(peak[1]) // 1024,
      type(loaded).__name__, "torch" in sys.modules)
"""
