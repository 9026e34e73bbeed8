"""Zips as strangers make them: built entry by entry, honest or not."""

from __future__ import annotations

import io
import stat
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def zip_of(
    files: Mapping[str, bytes] | Iterable[tuple[str, bytes]],
    *,
    method: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """Return a zip; a list of pairs may name one entry twice."""
    pairs = files.items() if hasattr(files, "items") else files
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in pairs:
            info = zipfile.ZipInfo(name)
            info.filename = name  # as it is: ZipInfo would cut it at a NUL
            info.compress_type = method
            archive.writestr(info, content)
    return stream.getvalue()


def zip_of_kind(name: str, content: bytes, mode: int) -> bytes:
    """Return a zip whose one entry says that it is a link, a device, ..."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.create_system = 3
        info.external_attr = (mode | stat.S_IRUSR) << 16
        archive.writestr(info, content)
    return stream.getvalue()


def with_flag(data: bytes, flag: int) -> bytes:
    """Return a zip whose first entry has a further flag, in both places."""
    changed = bytearray(data)
    local, central = 6, data.index(b"PK\x01\x02") + 8
    for place in (local, central):
        changed[place] |= flag & 0xFF
        changed[place + 1] |= flag >> 8
    return bytes(changed)


def with_size(data: bytes, size: int) -> bytes:
    """Return a zip that lies about its first entry's inflated size."""
    changed = bytearray(data)
    for place in (22, data.index(b"PK\x01\x02") + 24):
        changed[place : place + 4] = size.to_bytes(4, "little")
    return bytes(changed)
