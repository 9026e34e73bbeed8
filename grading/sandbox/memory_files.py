"""Anonymous files in memory, sealed so that who gets one cannot harm who reads it."""

from __future__ import annotations

import os
from typing import Final


def memory_file(name: str, content: bytes = b"", *, size: int = 0) -> int:
    """Return an open anonymous file that can't change its size any more.

    A guest that could shrink it would make the parent's reads of it fatal.
    """
    flags = os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING
    descriptor = os.memfd_create(name, flags)
    written = 0
    while written < len(content):
        written += os.write(descriptor, content[written:])
    os.ftruncate(descriptor, size or len(content))
    _seal(descriptor, writable=True)
    return descriptor


_F_ADD_SEALS: Final = 1033
_SEAL, _SHRINK, _GROW, _WRITE = 1, 2, 4, 8


def _seal(descriptor: int, *, writable: bool) -> None:
    import fcntl  # noqa: PLC0415  # Linux only, and this module imports anywhere

    seals = _SHRINK | _GROW | (0 if writable else _WRITE | _SEAL)
    fcntl.fcntl(descriptor, _F_ADD_SEALS, seals)


def seal_content(descriptor: int) -> None:
    """Make an anonymous file read-only for everybody, this process included."""
    _seal(descriptor, writable=False)
