"""Every question that ships goes through every format and comes back the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from bank.definitions import SpeedQuestion, TextQuestion
from bank.documents import parse_document
from bank.exchange.archive import archive_of, entries_of
from bank.exchange.bundles import bundle_bytes, read_bundle_bytes
from bank.exchange.markdown import Numbered, document_text
from bank.exchange.qti import export_package
from bank.exchange.qti_reading import read_package_bytes
from bank.exchange.records import read_records, records_bytes
from bank.exchange.table_reading import read_table
from bank.exchange.tables import table_bytes
from bank.parsing import load_bank
from tests.make.exchange import nobody, told

ROOT = Path(__file__).parents[4] / "bank" / "questions"


@pytest.fixture(scope="module")
def shipped():
    return list(load_bank(ROOT).values())


@pytest.fixture(scope="module")
def texts(shipped):
    return [question for question in shipped if isinstance(question, TextQuestion)]


def test_as_a_bundle_with_the_speed_tasks(shipped):
    data = bundle_bytes(shipped, created_by="a test", bank_folder=ROOT)
    bundle = read_bundle_bytes(data, "b.zip", bank_folder=ROOT)

    assert told(bundle.questions) == told(shipped)
    names = set(entries_of(data, "b.zip"))
    for question in shipped:
        folder = ROOT / question.slug
        if isinstance(question, SpeedQuestion):
            for path in folder.rglob("*.py"):
                assert f"questions/{path.relative_to(ROOT).as_posix()}" in names


def test_as_json(texts):
    assert told(read_records(records_bytes(texts), "a.json", nobody)) == told(texts)


def test_as_a_table(texts):
    assert told(read_table(table_bytes(texts), "a.csv", nobody)) == told(texts)


def test_as_a_qti_package_with_and_without_our_extension(texts):
    export = export_package(texts, created_by="a test")
    package = read_package_bytes(export.data, "a.zip", nobody)

    assert told(package.whole) == told(texts)
    assert not package.drafts
    assert export.items == 2 * len(texts)

    files = entries_of(export.data, "a.zip")
    bare = {n: c for n, c in files.items() if not n.startswith("inferview/")}
    drafts = read_package_bytes(archive_of(bare), "a.zip", nobody).drafts
    points = sorted(len(q.rubric.key_points) for q in texts for _ in q.rubric.prompt)
    assert sorted(len(q.rubric.key_points) for q in drafts) == points


@pytest.mark.parametrize("language", ["zh", "en"])
def test_as_a_document(texts, language):
    numbered = [Numbered(number=n, question=q) for n, q in enumerate(texts, start=1)]
    text = document_text(numbered, heading="All", language=language)
    report = parse_document(text, path="all.md")

    assert report.language == language
    assert not report.problems
    assert [(q.heading, len(q.key_points)) for q in report.questions] == [
        (q.title[language], len(q.rubric.key_points)) for q in texts
    ]
    assert [[point.statement for point in q.key_points] for q in report.questions] == [
        [point.statement(language) for point in q.rubric.key_points] for q in texts
    ]
