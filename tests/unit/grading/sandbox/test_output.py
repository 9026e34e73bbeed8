from __future__ import annotations

from grading.sandbox.output import Printed, shown_line


def test_short_output_is_kept_whole():
    printed = Printed()
    printed.add("hello\n世界".encode())

    assert printed.text() == "hello\n世界"


def test_of_a_flood_the_first_and_the_last_are_kept():
    printed = Printed(kept=10)
    printed.add(b"begin")
    for _ in range(1000):
        printed.add(b"x" * 1000)
    printed.add(b"the end")

    assert printed.text().startswith("beginxxxxx\n[... 999992 bytes not kept ...]\n")
    assert printed.text().endswith("xxxthe end")
    assert len(printed.text()) < 100


def test_control_characters_become_visible():
    assert shown_line(b"\x1b[2J\x00red\xe2\x80\xae") == "�[2J��red�".replace(
        "��r", "�red"[0] + "r"
    )


def test_a_message_is_cut():
    assert len(shown_line(b"a" * 10_000)) == 2_000
