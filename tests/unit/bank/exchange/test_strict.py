"""JSON and XML from strangers: what is not plain is refused."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bank.exchange.errors import ExchangeError, FileRefused, JsonRefused, XmlRefused
from bank.exchange.strict_json import json_bytes, parse_json
from bank.exchange.strict_xml import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_ELEMENTS,
    parse_xml,
    sayable,
    within,
)


def test_json_comes_back_as_it_was():
    values = {"a": [1, 2.5, None, True, '\u4e2d"}]'], "b": {}}

    assert parse_json(json_bytes(values), "a.json") == values


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not JSON"),
        ("[1,]", "not JSON"),
        ("[NaN]", "NaN is no number"),
        ("[-Infinity]", "-Infinity is no number"),
        ("[1e999]", "too large"),
        (f"[{'9' * 5000}]", "5000 digits"),
        ("[" * 17 + "]" * 17, "deeper than"),
        ('{"a":' * 100_000, "deeper than"),
        ('{"a": 1, "a": 2}', "twice"),
        ('{"a": {"b": 1, "b": 1}}', "twice"),
        ('["\\u0000"]', "NUL"),
        ('{"\\ud800": 1}', "surrogate"),
    ],
    ids=lambda value: value[:30],
)
def test_json_that_others_read_differently_is_refused(text, reason):
    with pytest.raises(JsonRefused, match=reason) as caught:
        parse_json(text.encode(), "a.json")

    assert str(caught.value).startswith("a.json")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("data", [b"\xff\xfe[\0]\0", b'["\xff"]', b"[\0]"])
def test_json_in_another_encoding_is_refused(data):
    with pytest.raises(FileRefused):
        parse_json(data, "a.json")


def test_brackets_in_texts_are_no_depth():
    assert parse_json(json_bytes(["[" * 50, '\\"[' * 50]), "a.json")


@pytest.mark.parametrize(
    "text", ['["' + '\\"' * 1_000_000, '"' * 1_000_001], ids=["escaped", "bare"]
)
def test_open_quotation_marks_cost_one_pass(text):
    started = time.monotonic()
    with pytest.raises(JsonRefused):
        parse_json(text.encode(), "a.json")
    assert time.monotonic() - started < 5


# -- XML ------------------------------------------------------------------------------

LAUGHS = """<!DOCTYPE a [<!ENTITY l "ha"><!ENTITY m "&l;&l;&l;&l;&l;&l;&l;&l;">
<!ENTITY n "&m;&m;&m;&m;&m;&m;&m;&m;"><!ENTITY o "&n;&n;&n;&n;&n;&n;&n;&n;">]>
<a>&o;</a>"""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (LAUGHS, "document type"),
        ("<!DOCTYPE a><a/>", "document type"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document type"),
        (
            '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
            "document type",
        ),
        (
            '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd">%x;]><a/>',
            "document type",
        ),
        ("<a>&undefined;</a>", "not XML"),
        ("<a>", "not XML"),
        ("", "not XML"),
        ("<a/><b/>", "not XML"),
        ("<a>\0</a>", "not XML"),
        ('<?xml version="1.0" encoding="made-up"?><a/>', "encoding|not XML"),
        ("<a>" * (MAX_DEPTH + 1), "deeper than"),
        ("<a>" + "<b/>" * MAX_ELEMENTS + "</a>", "elements"),
        ("<a>" + "x" * MAX_BYTES + "</a>", "larger than"),
    ],
    ids=lambda value: value[:40],
)
def test_xml_that_fetches_or_swells_is_refused(text, reason):
    with pytest.raises(XmlRefused, match=reason) as caught:
        parse_xml(text.encode(), "a.xml")

    assert str(caught.value).startswith("a.xml")
    assert "\n" not in str(caught.value)
    assert "root:" not in str(caught.value)


def test_an_inclusion_is_an_element_and_nothing_more():
    text = (
        '<a xmlns:xi="http://www.w3.org/2001/XInclude">'
        '<xi:include href="file:///etc/passwd" parse="text"/></a>'
    )
    root = parse_xml(text.encode(), "a.xml")

    (include,) = within(root, "include")
    assert include.text is None


def test_utf_16_xml_says_so_itself_and_is_read():
    text = '<?xml version="1.0" encoding="utf-16"?><a>\u4e2d</a>'

    assert parse_xml(text.encode("utf-16"), "a.xml").text == "\u4e2d"


def test_only_characters_that_xml_holds_are_written():
    assert sayable("a\x00\x0b\ud800b\tc\nd\U0001f600\ufffe") == "ab\tc\nd\U0001f600"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    read = 0
    for parse in (parse_json, parse_xml):
        with suppress(ExchangeError):
            parse(data, "x")
            read += 1
    assert read < 2  # nothing is JSON and XML
