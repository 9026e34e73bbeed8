from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank.exchange.errors import FileRefused, QuestionsRefused
from bank.exchange.table_reading import MAX_QUESTION_ROWS, read_table
from bank.exchange.tables import COLUMNS, guarded, table_bytes, unguarded
from tests.make.exchange import make_bank, make_imported, nobody, told


@pytest.fixture
def bank(tmp_path):
    return make_bank(tmp_path)


def rows_of(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def data_of(rows, delimiter=","):
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue().encode()


def changed(questions, change):
    """Return the table after `change`, which gets rows as mappings; row 2 is first."""
    header, *rows = rows_of(table_bytes(questions))
    named = [dict(zip(header, row, strict=True)) for row in rows]
    named = change(named) or named
    return data_of([header, *([row[name] for name in header] for row in named)])


def problems(data, known=nobody):
    with pytest.raises(QuestionsRefused) as caught:
        read_table(data, "a.csv", known)
    return list(caught.value.problems)


def row_number(data, **cells):
    header, *rows = rows_of(data)
    for number, row in enumerate(rows, start=2):
        named = dict(zip(header, row, strict=True))
        if all(named[name] == value for name, value in cells.items()):
            return number
    raise AssertionError(cells)


def test_questions_come_back_as_they_were(bank):
    questions = [*bank.values(), make_imported()]

    assert told(read_table(table_bytes(questions), "a.csv", nobody)) == told(questions)


def test_an_alias_may_come_before_its_question_or_without_it(bank):
    back = list(reversed(bank.values()))
    alias = [bank["why-kv-cache"]]

    assert told(read_table(table_bytes(back), "a.csv", nobody)) == told(back)
    assert told(read_table(table_bytes(alias), "a.csv", bank.get)) == told(alias)
    (problem,) = problems(table_bytes(alias))
    assert "row 2, column alias_of: there is no question 'kv-cache'" in problem


def test_a_spreadsheet_may_save_it_its_own_way(bank):
    questions = list(bank.values())
    header, *rows = rows_of(table_bytes(questions))
    moved = [[*row[1:], row[0], "", ""] for row in rows]  # columns in another order
    blank = ["" for _ in COLUMNS]
    again = [[*header[1:], header[0].upper(), "", ""], *moved, blank, blank]

    for delimiter in ",;\t":
        data = data_of(again, delimiter)
        assert told(read_table(data, "a.csv", nobody)) == told(questions)
        marked = b"\xef\xbb\xbf" + data
        assert told(read_table(marked, "a.csv", nobody)) == told(questions)


def test_it_is_written_for_excel(bank):
    data = table_bytes(bank.values())

    assert data.startswith(b"\xef\xbb\xbfslug,part,id,")
    assert data.endswith(b"\r\n")


# -- formulas -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "'=", "''@"]
)
def test_no_cell_is_a_formula_and_every_cell_comes_back(start):
    text = f"{start}HYPERLINK()"

    assert guarded(text)[0] == "'"
    assert unguarded(guarded(text)) == text


@given(st.text(alphabet="=+-@\t\r'a", max_size=6))
def test_guarding_loses_nothing(text):
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_an_apostrophe_of_the_author_stays():
    assert guarded("'quoted'") == "'quoted'"
    assert unguarded("'quoted'") == "'quoted'"


def test_texts_that_look_like_formulas_come_back(tmp_path):
    questions = make_bank(
        tmp_path, title={"zh": "-1 是什么", "en": "@ or = or +"}
    ).values()
    data = table_bytes(questions)
    cells = [cell for row in rows_of(data) for cell in row]

    assert "'@ or = or +" in cells
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    assert told(read_table(data, "a.csv", nobody)) == told(questions)


# -- faults ---------------------------------------------------------------------------


def test_every_fault_is_named_with_row_and_column(bank):
    last = len(rows_of(table_bytes(bank.values()))) + 1

    def change(rows):
        rows[0]["difficulty"] = "hard"
        rows[1]["number"] = ""
        rows[2]["language"] = "fr"
        rows[3]["weight"] = "2"
        rows.append({**dict.fromkeys(COLUMNS, ""), "slug": "No Slug", "part": "pint"})

    found = problems(changed(bank.values(), change))

    assert [
        problem.removeprefix("a.csv: ").split(": ")[0] for problem in found[:4]
    ] == [
        "row 2, column difficulty",
        "row 3, column number",
        "row 4, column language",
        "row 5, column weight",
    ]
    assert found[-2].startswith(f"a.csv: row {last}, column slug: 'No Slug'")
    assert found[-1].startswith(f"a.csv: row {last}, column part: 'pint' is no part")


@pytest.mark.parametrize(
    ("cells", "column", "value", "reason"),
    [
        ({"part": "title", "language": "en"}, "text", " outer", "outer white space"),
        ({"part": "title", "language": "en"}, "text", "a\u0007", "control character"),
        ({"part": "title", "language": "en"}, "text", "a\nb", "must be one line"),
        ({"part": "title", "language": "en"}, "text", "\u4e2d", "Chinese characters"),
        ({"part": "title", "language": "en"}, "text", "", "needs it"),
        ({"part": "title", "language": "en"}, "language", "zh", "a second title row"),
        ({"part": "question"}, "topic", "astrology", "unknown topic"),
        ({"part": "question"}, "minutes", "", "needs it"),
        ({"part": "question"}, "related", "kv-cache", "or the question itself"),
        ({"part": "point", "id": "point-0"}, "weight", "0", "above 0"),
        ({"part": "point", "id": "point-0"}, "id", "point-1", "a second point row"),
        ({"part": "opposite", "id": "point-0"}, "id", "gone", "no point row"),
        ({"part": "contrast", "language": "en"}, "id", "x", "the number"),
        ({"part": "reading"}, "year", "3000", "1900 to 2100"),
        ({"part": "says", "language": "en"}, "id", "2", "no erratum row"),
        ({"part": "follow_up", "language": "en"}, "weight", "1", "does not use"),
    ],
)
def test_a_fault_is_found_where_it_is(bank, cells, column, value, reason):
    question = [bank["kv-cache"]]
    number = row_number(table_bytes(question), **cells)

    def change(rows):
        rows[number - 2][column] = value

    found = problems(changed(question, change))

    assert any(reason in problem for problem in found)
    assert any(f"row {number}" in p or f"row {number + 1}" in p for p in found)


def test_a_missing_phrasing_is_told_at_its_key_point(bank):
    question = [bank["kv-cache"]]
    number = row_number(table_bytes(question), part="phrasing", id="point-3")
    (problem,) = problems(changed(question, lambda rows: rows.pop(number - 2) and None))

    assert "key point 'point-3', zh: 3 texts, 4 needed" in problem
    assert f"row {number}, column text" in problem


def test_a_contrast_has_two_rows_in_each_language(bank):
    question = [bank["kv-cache"]]
    number = row_number(table_bytes(question), part="contrast", language="en")
    (problem,) = problems(changed(question, lambda rows: rows.pop(number - 2) and None))

    assert f"row {number}, column text: contrast 1, en: 1 rows, not 2" in problem


def test_a_question_needs_exactly_one_question_row(bank):
    question = [bank["kv-cache"]]

    (none,) = problems(changed(question, lambda rows: rows[1:]))
    (two,) = problems(changed(question, lambda rows: [rows[0], *rows]))

    assert "row 2, column part: kv-cache needs exactly one" in none
    assert "row 3, column part: kv-cache needs exactly one" in two


def test_an_alias_has_nothing_of_the_other_question(bank):
    def change(rows):
        for row in rows:
            if row["slug"] == "why-kv-cache" and row["part"] == "question":
                row["minutes"] = "5"
        rows.append(
            {
                **dict.fromkeys(COLUMNS, ""),
                "slug": "why-kv-cache",
                "part": "point",
                "id": "more",
                "weight": "1",
            }
        )

    found = problems(changed(bank.values(), change))

    assert any("column minutes: an alias takes it" in problem for problem in found)
    assert any("column part: an alias has no point" in problem for problem in found)


def test_a_fault_of_a_question_is_not_told_again_of_its_alias(bank):
    (problem,) = problems(
        changed(bank.values(), lambda rows: rows[0].update(minutes="0"))
    )

    assert "row 2, column minutes" in problem


def test_a_question_of_too_many_rows_is_refused(bank):
    def change(rows):
        return rows + [rows[-1]] * MAX_QUESTION_ROWS

    (problem,) = problems(changed([bank["kv-cache"]], change))

    assert f"more than {MAX_QUESTION_ROWS} rows" in problem


# -- files that are no table ----------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no question"),
        (b"slug,part\r\n", "no question"),
        (b"slug,part,colour\r\n", "'colour' is no column"),
        (b"slug,part,part\r\n", "is there twice"),
        (b"slug,text\r\n", "column part is missing"),
        (b'slug,part\r\n"a,b\r\n', "not CSV"),
        (b'slug,part\r\n"a"b,c\r\n', "not CSV"),
        (b"slug,part\r\na,question,b\r\n", "more cells than columns"),
        (b"slug,part,text\r\na,title," + b"x" * 40_000, "more than 32000"),
        (b"slug,part,text\r\na,title," + b"x" * 200_000, "field larger"),
        (b"slug,part\0\r\n", "NUL"),
        ("slug,part,text\r\na,title,\u4e2d\u6587".encode("gb18030"), "not UTF-8"),
        ("slug,part\r\n".encode("utf-16"), "UTF-16"),
        (b"slug,part\r\n" + b"\r\n" * 200_001, "more than 200000 rows"),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else value,
)
def test_what_is_no_table_is_refused_in_one_line(data, reason):
    with pytest.raises(FileRefused, match=reason) as caught:
        read_table(data, "a.csv", nobody)

    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300
