"""The pictures of an evaluation, and figures that a head's file brings along."""

from __future__ import annotations

import builtins
from types import SimpleNamespace

import numpy as np
import pytest

from workers.evaluation.evaluation import figures_left_out
from workers.evaluation.measures import risks
from workers.evaluation.plots import PlotsUnavailable, binned, write_plots


@pytest.fixture
def seen():
    lot = np.random.default_rng(8)
    marks = lot.integers(21, size=60) / 20
    scores = np.clip(marks + lot.normal(0, 0.15, size=60), 0, 1)
    return SimpleNamespace(
        scores=scores,
        marks=marks,
        answers=[
            SimpleNamespace(answer=SimpleNamespace(language="zh" if at % 2 else "en"))
            for at in range(60)
        ],
        grades=[SimpleNamespace(doubt=float(value)) for value in lot.random(60)],
    )


def test_two_pictures_are_drawn_and_drawn_alike_again(seen, tmp_path):
    first = write_plots(seen, tmp_path / "one")
    second = write_plots(seen, tmp_path / "two")

    assert [path.name for path in first] == ["calibration.svg", "risk-coverage.svg"]
    for one, two in zip(first, second, strict=True):
        assert one.read_text() == two.read_text()
        assert "<svg" in one.read_text()
    assert "zh, 30 answers" in first[0].read_text()
    assert "sent by doubt" in first[1].read_text()


def test_a_machine_without_the_library_is_told_what_brings_it(
    seen, tmp_path, monkeypatch
):
    whole = builtins.__import__

    def without(name, *arguments, **options):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return whole(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)

    with pytest.raises(PlotsUnavailable, match="make test"):
        write_plots(seen, tmp_path)


def test_bins_are_means_of_the_answers_in_them():
    scores = np.array([0.1, 0.1, 0.1, 0.9, 0.9])
    marks = np.array([0.0, 0.1, 0.2, 1.0, 1.0])

    ((score, mark, error, count),) = binned(scores, marks)  # two are too few

    assert (score, count) == (pytest.approx(0.1), 3)
    assert mark == pytest.approx(0.1)
    assert error == pytest.approx(0.1 / 3**0.5)


def test_the_rest_is_what_was_least_in_doubt():
    found = risks(np.array([0.4, 0.0, 0.2]), np.array([0.9, 0.1, 0.5]))

    assert found == pytest.approx([0.0, 0.1, 0.2])


def test_what_a_head_was_worth_stands_beside_its_targets():
    worth = {
        "questions": 40.0,
        "pearson": 0.93,
        "spearman_within": 0.9,
        "error": 0.13,
        "error_of_the_rest": 0.08,
        "large_errors_caught": 0.5,
        "coverage": 0.9,
        "width": 0.4,
    }
    figures = figures_left_out(SimpleNamespace(left_out=worth))
    reached = {figure.name.partition(": ")[2]: figure.reached for figure in figures}

    assert all(figure.name.startswith("40 questions, left out") for figure in figures)
    assert reached["Pearson"] is True
    assert reached["mean absolute error"] is False
    assert reached["mean width of that interval"] is None
    assert figures_left_out(None) == []
    assert figures_left_out(SimpleNamespace(left_out={})) == []
