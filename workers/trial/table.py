"""A trial as people read it: a table, what is outside its bounds, and sums. Pure."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any, Final

from workers.trial.answers import Column
from workers.trial.marking import BOUNDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from workers.trial.marking import Bound, Cell, Row, Trial

HARDEST: Final = 12  # questions that the summary names
_MARK: Final = "!"
_RANGES: Final = frozenset({Column.OWN, Column.HALF})  # both ends matter
_NONE: Final = "-"
_NAME: Final = 48  # characters of the worst answer's name in the table
DECIMALS: Final = 4


def offenders(trial: Trial) -> list[Row]:
    """Return the rows with a cell outside its bounds."""
    return [row for row in trial.rows if any(c.offends for c in row.cells.values())]


def table(trial: Trial) -> Iterator[str]:
    """Yield the table, one line for each question and language."""
    width = max((len(row.slug) for row in trial.rows), default=0)
    heads = [f"{column:>{_width(column)}}" for column in Column]
    yield f"{'question':<{width}}  lang  {'  '.join(heads)}  outside"
    for row in trial.rows:
        cells = [_shown(column, row.cells.get(column)) for column in Column]
        worst = "; ".join(
            f"{column}: {_short(cell.worst)}"
            for column, cell in row.cells.items()
            if cell.offends
        )
        head = f"{row.slug:<{width}}  {row.language:<4}  "
        yield f"{head}{'  '.join(cells)}  {worst}".rstrip()


def _short(name: str) -> str:
    return name if len(name) <= _NAME else name[: _NAME - 3] + "..."


def _width(column: Column) -> int:
    return max(len(column), 10 if column in _RANGES else 5)


def _shown(column: Column, cell: Cell | None) -> str:
    if cell is None:
        text = _NONE
    else:
        text = f"{cell.highest:.2f}"
        if column in _RANGES:
            text = f"{cell.lowest:.2f}-{text}"
        text += _MARK if cell.offends else " "
    return f"{text:>{_width(column)}}"


def summary(trial: Trial) -> Iterator[str]:
    """Yield the sums of every column, then the questions that are hardest to pass."""
    yield f"{'column':<10}  {'bound':<12}  outside  lowest  median  highest  worst"
    for sums in _sums(trial):
        yield (
            f"{sums['column']:<10}  {sums['bound'] or 'information':<12}  "
            f"{sums['outside']:>3}/{sums['rows']:<3}  {sums['lowest']:>6.2f}  "
            f"{sums['median']:>6.2f}  {sums['highest']:>7.2f}  {sums['worst']}"
        )
    yield ""
    yield f"hardest {HARDEST}, by how far they are outside, both languages together"
    for slug, overrun, margin in _hardest(trial)[:HARDEST]:
        yield f"{overrun:>6.2f}  {slug} (smallest margin {margin:+.2f})"
    yield ""
    yield f"encoder {trial.encoder}, {trial.engine}"


def _sums(trial: Trial) -> Iterator[dict[str, Any]]:
    for column in Column:
        held = [(row, row.cells[column]) for row in trial.rows if column in row.cells]
        if not held:
            continue
        row, cell = min(
            held,
            key=lambda pair: (
                -pair[1].highest if pair[1].margin is None else pair[1].margin
            ),
        )
        middles = [
            cell.lowest if column is Column.OWN else cell.highest for _, cell in held
        ]
        yield {
            "column": str(column),
            "bound": _bound(BOUNDS.get(column)),
            "outside": sum(cell.offends for _, cell in held),
            "rows": len(held),
            "answers": sum(cell.answers for _, cell in held),
            "lowest": min(cell.lowest for _, cell in held),
            "median": round(statistics.median(middles), DECIMALS),
            "highest": max(cell.highest for _, cell in held),
            "worst": f"{row.slug} {row.language}: {cell.worst}",
        }


def _bound(bound: Bound | None) -> str:
    if bound is None:
        return ""
    if bound.highest == 1.0:
        return f">= {bound.lowest}"
    if bound.lowest == 0.0:
        return f"<= {bound.highest}"
    return f"{bound.lowest} to {bound.highest}"


def _hardest(trial: Trial) -> list[tuple[str, float, float]]:
    """Return slug, overrun and smallest margin of each question, hardest first."""
    by_slug: dict[str, list[Row]] = {}
    for row in trial.rows:
        by_slug.setdefault(row.slug, []).append(row)
    found = [
        (slug, sum(row.overrun for row in rows), _margin(rows))
        for slug, rows in by_slug.items()
    ]
    return sorted(found, key=lambda one: (-one[1], one[2], one[0]))


def _margin(rows: Sequence[Row]) -> float:
    return min(
        (
            cell.margin
            for row in rows
            for cell in row.cells.values()
            if cell.margin is not None
        ),
        default=1.0,
    )


def as_json(trial: Trial) -> dict[str, Any]:
    """Return a trial as JSON holds it."""
    return {
        "encoder": trial.encoder,
        "engine": trial.engine,
        "summary": list(_sums(trial)),
        "hardest": [
            {"slug": slug, "overrun": round(overrun, DECIMALS), "margin": margin}
            for slug, overrun, margin in _hardest(trial)[:HARDEST]
        ],
        "rows": [
            {
                "slug": row.slug,
                "language": row.language,
                "cells": {
                    str(column): {
                        "lowest": cell.lowest,
                        "highest": cell.highest,
                        "answers": cell.answers,
                        "worst": cell.worst,
                        "margin": (
                            None
                            if cell.margin is None
                            else round(cell.margin, DECIMALS)
                        ),
                        "offends": cell.offends,
                    }
                    for column, cell in row.cells.items()
                },
            }
            for row in trial.rows
        ],
    }
