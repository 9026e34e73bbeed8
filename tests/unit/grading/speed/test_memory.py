"""Pages of libraries are read before any lane can be charged for them."""

from __future__ import annotations

import ctypes
import mmap
import os

from grading.speed.memory import read_libraries

SIZE = 8 * 1024 * 1024
_libc = ctypes.CDLL(None, use_errno=True)


def resident(mapped):
    """Return how many pages of a private mapping are in memory."""
    pages = len(mapped) // mmap.PAGESIZE
    seen = (ctypes.c_ubyte * pages)()
    start = ctypes.addressof(ctypes.c_char.from_buffer(mapped))
    size = ctypes.c_size_t(len(mapped))
    assert _libc.mincore(ctypes.c_void_p(start), size, seen) == 0
    return sum(page & 1 for page in seen)


def test_a_file_that_is_mapped_is_read_into_memory(tmp_path):
    path = tmp_path / "library.so"
    path.write_bytes(os.urandom(SIZE))
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        mapped = mmap.mmap(file.fileno(), SIZE, access=mmap.ACCESS_COPY)
    before = resident(mapped)

    read = read_libraries()

    assert before < SIZE // mmap.PAGESIZE // 2
    assert resident(mapped) == SIZE // mmap.PAGESIZE
    assert read > SIZE


def test_a_mapped_file_that_is_gone_is_passed_over(tmp_path):
    path = tmp_path / "gone.so"
    path.write_bytes(b"x" * mmap.PAGESIZE)
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    path.unlink()

    assert read_libraries() > 0
    assert mapped[0] == ord("x")
