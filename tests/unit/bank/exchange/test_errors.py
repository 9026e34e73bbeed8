from __future__ import annotations

import re
from pathlib import Path

from bank.exchange.errors import ExchangeError
from bank.exchange.tables import COLUMNS, PARTS

DOCS = (Path(__file__).parents[4] / "docs" / "exchange.md").read_text(encoding="utf-8")
TABLE = (Path(__file__).parents[4] / "bank" / "README.md").read_text(encoding="utf-8")


def kinds(base):
    for kind in base.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_refusal_has_its_own_code_and_is_documented():
    codes = [kind.code for kind in kinds(ExchangeError) if "code" in vars(kind)]
    documented = re.findall(r"^\| `(bank\.\w+)` \|", DOCS, re.MULTILINE)

    assert len(set(codes)) == len(codes) == 16
    assert set(codes) == set(documented) - {"bank.question_format"}


def test_every_part_and_column_of_the_table_is_documented():
    section = TABLE.partition("### The columns of the table")[2].partition("\n## ")[0]
    words = set(re.findall(r"`(\w+)`", section))

    assert set(PARTS) | set(COLUMNS) <= words
