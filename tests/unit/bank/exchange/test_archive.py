from __future__ import annotations

import io
import stat
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bank.exchange import archive
from bank.exchange.archive import (
    MAX_ENTRIES,
    MAX_ENTRY,
    archive_of,
    entries_of,
    read_archive,
    read_file,
    text_of,
    write_file,
)
from bank.exchange.errors import ArchiveRefused, FileRefused
from tests.make.archives import with_flag, with_size, zip_of, zip_of_kind


def refused(data):
    with pytest.raises(ArchiveRefused) as caught:
        entries_of(data, "made/up.zip")
    message = str(caught.value)
    assert message.startswith("made/up.zip: ")
    assert "\n" not in message
    return caught.value.code


def test_an_archive_comes_back_as_it_was():
    files = {"b/two.txt": b"2" * 1000, "one.txt": b"", "b/\u4e8c.txt": b"\0\1"}

    assert entries_of(archive_of(files), "x.zip") == files


def test_equal_files_give_equal_bytes_whatever_their_order():
    files = {"b": b"2", "a": b"1"}

    assert archive_of(files) == archive_of(dict(reversed(files.items())))


@pytest.mark.parametrize(
    "name",
    [
        "../up.txt",
        "a/../../up.txt",
        "a/./b.txt",
        "/etc/passwd",
        "//server/share",
        "a//b.txt",
        "..\\up.txt",
        "a\\b.txt",
        "C:/windows.txt",
        "C:windows.txt",
        "stream.txt:hidden",
        "nul\0cut.txt",
        "line\nbreak.txt",
        "turned\u202egnp.txt",
        "con.txt",
        "a/COM1",
        "dot./a.txt",
        "space /a.txt",
        "..",
        "a/b/c/d/e/f/g/h/i.txt",
        "n" * 300,
    ],
)
def test_a_name_that_leads_out_is_refused(name):
    assert refused(zip_of({name: b"x"})) == "bank.archive_unsafe_name"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a.txt", "a.txt"),
        ("a.txt", "A.TXT"),
        ("caf\u00e9.txt", "cafe\u0301.txt"),
        ("a", "a/b.txt"),
        ("a/b.txt", "A"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_names_for_one_file_are_refused(first, second):
    data = zip_of([(first, b"1"), (second, b"2")])

    assert refused(data) == "bank.archive_duplicate_name"


def test_a_folder_of_its_own_is_no_file():
    assert entries_of(zip_of({"a/": b"", "a/b.txt": b"1"}), "x.zip") == {
        "a/b.txt": b"1"
    }


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(mode):
    data = zip_of_kind("question.yaml", b"/etc/passwd", mode)

    assert refused(data) == "bank.archive_entry_refused"


@pytest.mark.parametrize("flag", [0x1, 0x41, 0x2000])
def test_encrypted_entries_are_refused(flag):
    data = with_flag(zip_of({"a.txt": b"secret"}), flag)

    assert refused(data) == "bank.archive_entry_refused"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_inflates_without_bound_is_refused(method):
    data = zip_of({"a.txt": b"0" * 10_000}, method=method)

    assert refused(data) == "bank.archive_entry_refused"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("inner.zip", b"whatever"),
        ("inner.tar.gz", b"whatever"),
        ("innocent.yaml", zip_of({"a": b"1"})),
        ("innocent.yaml", b"\x1f\x8b\x08" + b"0" * 20),
        ("innocent.yaml", b"\0" * 257 + b"ustar" + b"\0" * 250),
    ],
)
def test_an_archive_in_the_archive_is_refused(name, content):
    assert refused(zip_of({name: content})) == "bank.archive_nested"


# -- bombs ----------------------------------------------------------------------------


def test_a_bomb_is_refused_before_it_is_in_memory():
    data = zip_of({"bomb.txt": b"0" * (64 * 1024**2)})
    assert len(data) < 100_000

    tracemalloc.start()
    code = refused(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert code == "bank.archive_too_large"
    assert peak < MAX_ENTRY + 1024**2


@pytest.mark.parametrize("size", [0, 1, 0xFFFF])
def test_a_lie_about_the_size_gains_nothing(size):
    honest = zip_of({"bomb.txt": b"0" * (2 * 1024**2)})

    assert refused(with_size(honest, size)) in {
        "bank.archive_too_large",
        "bank.archive_unreadable",
    }


def test_a_size_that_is_less_than_promised_is_refused():
    data = with_size(zip_of({"a.txt": b"short"}, method=zipfile.ZIP_STORED), 500)

    assert refused(data) == "bank.archive_unreadable"


def test_an_entry_beyond_the_limit_is_refused_even_when_it_hardly_deflates():
    noise = zlib.compress(bytes(range(256)), 0)
    data = zip_of({"a.bin": noise * (MAX_ENTRY // len(noise) + 2)}, method=0)

    assert refused(data) == "bank.archive_too_large"


def test_all_entries_together_have_a_limit(monkeypatch):
    monkeypatch.setattr(archive, "MAX_TOTAL", 1_000)
    data = zip_of({f"{n}.txt": bytes([65 + n]) * 300 for n in range(4)})

    assert refused(data) == "bank.archive_too_large"


def test_too_many_entries_are_refused_before_they_are_listed():
    data = zip_of({f"{n}": b"" for n in range(MAX_ENTRIES + 1)}, method=0)

    assert refused(data) == "bank.archive_too_large"


# -- no zip at all --------------------------------------------------------------------

GOOD = archive_of({"manifest.json": b"{}" * 50, "questions/a/question.yaml": b"a: 1"})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"PK\x03\x04" + b"\xff" * 200,
        b"PK\x05\x06" + b"\xff" * 18,
        b"#!/bin/sh\n" + GOOD,
        GOOD[:-30],
    ],
)
def test_what_is_no_zip_is_refused(data):
    assert refused(data) == "bank.archive_unreadable"


def test_a_flipped_bit_is_noticed():
    data = bytearray(archive_of({"a.txt": bytes(range(256))}))
    data[60] ^= 0x10

    assert refused(bytes(data)) == "bank.archive_unreadable"


@settings(max_examples=150, deadline=None)
@given(
    changes=st.lists(
        st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_is_changed_it_is_read_or_refused(changes):
    data = bytearray(GOOD)
    for place, value in changes:
        data[place] = value
    try:
        files = entries_of(bytes(data), "x.zip")
    except ArchiveRefused:
        return
    assert all(isinstance(content, bytes) for content in files.values())


# -- plain files ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("\u4e00".encode("utf-16"), "UTF-16"),
        ("\u4e2d\u6587".encode("gb18030"), "not UTF-8 at byte 0"),
        (b"one\ntwo\xff", ":2: not UTF-8"),
        (b"one\n\0two", ":2: holds a NUL"),
    ],
)
def test_text_in_another_encoding_is_refused(data, reason):
    with pytest.raises(FileRefused, match=reason):
        text_of(data, "a.csv")


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert text_of(b"\xef\xbb\xbfslug", "a.csv") == "slug"


def test_a_file_is_read_up_to_its_limit(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(b"0" * 11)

    assert read_file(path, limit=11) == b"0" * 11
    with pytest.raises(FileRefused, match="larger than"):
        read_file(path, limit=10)


@pytest.mark.parametrize("name", ["missing.zip", ".", "nul\0.zip"])
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path, name):
    with pytest.raises(FileRefused) as caught:
        read_archive(tmp_path / name)

    assert "\n" not in str(caught.value)


def test_writing_replaces_a_file_only_when_told_to(tmp_path):
    path = tmp_path / "a.zip"
    write_file(path, b"first", overwrite=False)
    with pytest.raises(FileRefused, match="is there already"):
        write_file(path, b"second", overwrite=False)
    assert path.read_bytes() == b"first"

    write_file(path, b"second", overwrite=True)

    assert path.read_bytes() == b"second"
    assert [found.name for found in tmp_path.iterdir()] == ["a.zip"]


def test_writing_into_no_folder_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="cannot be written"):
        write_file(tmp_path / "none" / "a.zip", b"x", overwrite=False)


def test_an_empty_archive_is_an_archive():
    stream = io.BytesIO()
    zipfile.ZipFile(stream, "w").close()

    assert entries_of(stream.getvalue(), "x.zip") == {}
