"""Files from strangers, read safely: whole archives, and single files of text.

An archive is read into memory and never unpacked under the names it brings. Nothing
that it says about itself is believed: sizes are counted while bytes come out, in
pieces, and reading ends at the first limit. Refused as a whole, never in part.

    names     only `folder/file`: no `..`, no drive, no backslash, no leading slash
    entries   plain files, stored or deflated (other methods inflate without bound)
    sizes     of the file, of each entry, of all together, and inflated to deflated

Writing is here too: the same files give the same bytes.
"""

from __future__ import annotations

import io
import os
import re
import stat
import struct
import tempfile
import unicodedata
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bank.exchange.errors import (
    ArchiveTooLarge,
    DuplicateName,
    EntryRefused,
    FileRefused,
    NestedArchive,
    NotAnArchive,
    UnsafeName,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_ARCHIVE: Final = 32 * 1024**2  # bytes of the file
MAX_ENTRIES: Final = 4_000
MAX_ENTRY: Final = 8 * 1024**2  # bytes of one entry, inflated
MAX_TOTAL: Final = 64 * 1024**2  # bytes of all entries, inflated
MAX_RATIO: Final = 100  # inflated to deflated; prose stays below 10
RATIO_FROM: Final = 64 * 1024  # bytes out of one entry before the ratio counts
MAX_NAME: Final = 200  # characters
MAX_PARTS: Final = 8  # of a name
PIECE: Final = 64 * 1024  # bytes inflated at once

_ENTRY_SIGNATURE: Final = b"PK\x01\x02"
_OPENINGS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED: Final = 0x1 | 0x40 | 0x2000  # the old way, the strong way, masked names
_WINDOWS_DEVICE: Final = re.compile(
    r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE
)
_ARCHIVE_NAME: Final = re.compile(
    r".*\.(zip|jar|war|whl|egg|tar|tgz|tbz2?|txz|gz|bz2|xz|zst|lzma|7z|rar|cab|iso)",
    re.IGNORECASE,
)
_ARCHIVE_START: Final = (
    *_OPENINGS,
    b"PK\x07\x08",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x28\xb5\x2f\xfd",
)
_TAR_MARK: Final = slice(257, 262)  # where a tar says what it is
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can name
_BROKEN: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    UnicodeError,
    ValueError,
    OSError,
    OverflowError,
)


def read_file(path: Path, *, limit: int) -> bytes:
    """Return a file's bytes, at most `limit` of them.

    Raises: `FileRefused`.
    """
    try:
        if path.is_dir():
            message = f"{path}: is a folder"
            raise FileRefused(message)
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "not a path"
        message = f"{path}: cannot be read: {why}"
        raise FileRefused(message) from error
    if len(data) > limit:
        message = f"{path}: larger than {limit // 1024**2} MiB"
        raise FileRefused(message)
    return data


def text_of(data: bytes, path: str) -> str:
    """Return UTF-8 bytes as text, with or without a byte order mark.

    Raises: `FileRefused` for another encoding, and for a NUL.
    """
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        message = f"{path}: is UTF-16; save it as UTF-8"
        raise FileRefused(message)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"{path}:{line}: not UTF-8 at byte {error.start}; save it as UTF-8"
        raise FileRefused(message) from error
    nul = text.find("\0")
    if nul >= 0:
        line = text.count("\n", 0, nul) + 1
        message = f"{path}:{line}: holds a NUL character"
        raise FileRefused(message)
    return text.removeprefix("\ufeff")


def read_archive(path: Path) -> dict[str, bytes]:
    """Return an archive's files by name, sorted; folders are left out.

    Raises: `ArchiveRefused` and its kinds, `FileRefused`.
    """
    return entries_of(read_file(path, limit=MAX_ARCHIVE), str(path))


def entries_of(data: bytes, path: str) -> dict[str, bytes]:
    """Return the files of an archive's bytes; `path` is what errors call it.

    Raises: `ArchiveRefused` and its kinds.
    """
    if not data.startswith(_OPENINGS):
        message = f"{path}: not a zip file"
        raise NotAnArchive(message)
    # zipfile builds its whole list before anybody can count it, so count first: each
    # entry of the list begins with these bytes.
    if data.count(_ENTRY_SIGNATURE) > MAX_ENTRIES:
        message = f"{path}: more than {MAX_ENTRIES} entries"
        raise ArchiveTooLarge(message)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        message = f"{path}: a broken zip file: {_reason(error)}"
        raise NotAnArchive(message) from error
    with archive:
        infos = archive.infolist()
        _check_names(infos, path)
        files: dict[str, bytes] = {}
        left = MAX_TOTAL
        for info in infos:
            _check_entry(info, path)
            content = _inflated(archive, info, left, path)
            left -= len(content)
            if info.is_dir():
                if content:
                    _refuse_entry(info, path, "is a folder with content")
                continue
            _check_nesting(info, content, path)
            files[info.filename] = content
    return dict(sorted(files.items()))


def _check_names(infos: list[zipfile.ZipInfo], path: str) -> None:
    seen: dict[str, str] = {}  # what file systems make of a name -> the name
    folders: set[str] = set()
    for info in infos:
        name = info.orig_filename  # as it stands in the file, NUL and all
        reason = unsafe(name)
        if reason:
            message = f"{path}: the entry {name!a} {reason}"
            raise UnsafeName(message)
        folded = _folded(name.rstrip("/"))
        if folded in seen:
            message = f"{path}: {name!a} and {seen[folded]!a} are one name"
            raise DuplicateName(message)
        seen[folded] = name
        parts = folded.split("/")
        folders.update("/".join(parts[:end]) for end in range(1, len(parts)))
    for folded in folders & seen.keys():
        if not seen[folded].endswith("/"):
            message = f"{path}: {seen[folded]!a} is a file and a folder"
            raise DuplicateName(message)


def unsafe(name: str) -> str:
    """Say why a name must not be followed, or return an empty string."""
    parts = name.removesuffix("/").split("/")
    rules = (
        ("holds a backslash or a colon", "\\" in name or ":" in name),
        ("begins with a slash", name.startswith("/")),
        ("leads elsewhere", any(part in {"", ".", ".."} for part in parts)),
        ("is too long", len(name) > MAX_NAME or len(parts) > MAX_PARTS),
        ("holds control characters", any(map(_is_control, name))),
        ("is no file's name on every system", any(map(_is_reserved, parts))),
    )
    return next((reason for reason, broken in rules if broken), "")


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _is_reserved(part: str) -> bool:
    return part.endswith((" ", ".")) or _WINDOWS_DEVICE.fullmatch(part) is not None


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFC", name).casefold())


def _check_entry(info: zipfile.ZipInfo, path: str) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        what = "a link" if kind == stat.S_IFLNK else "neither a file nor a folder"
        _refuse_entry(info, path, f"is {what}")
    if info.flag_bits & _ENCRYPTED:
        _refuse_entry(info, path, "is encrypted")
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        _refuse_entry(info, path, "is neither stored nor deflated")


def _refuse_entry(info: zipfile.ZipInfo, path: str, reason: str) -> None:
    message = f"{path}: the entry {info.filename!a} {reason}"
    raise EntryRefused(message)


def _inflated(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int, path: str
) -> bytes:
    """Return an entry's bytes, counting them as they come."""
    name = ascii(info.filename)
    pieces: list[bytes] = []
    size = 0
    try:
        with archive.open(info) as stream:
            while piece := stream.read(PIECE):
                size += len(piece)
                if size > min(MAX_ENTRY, left):
                    message = f"{path}: too large with the entry {name}"
                    raise ArchiveTooLarge(message)
                if size > RATIO_FROM and size > MAX_RATIO * info.compress_size:
                    message = (
                        f"{path}: the entry {name} inflates to more than "
                        f"{MAX_RATIO} times its size"
                    )
                    raise ArchiveTooLarge(message)
                pieces.append(piece)
    except _BROKEN as error:
        message = f"{path}: the entry {name} is broken: {_reason(error)}"
        raise NotAnArchive(message) from error
    content = b"".join(pieces)
    # zipfile stops silently when a stored entry ends early.
    if len(content) != info.file_size or zlib.crc32(content) != info.CRC:
        message = f"{path}: the entry {name} is broken: not the content it promises"
        raise NotAnArchive(message)
    return content


def _check_nesting(info: zipfile.ZipInfo, content: bytes, path: str) -> None:
    if (
        _ARCHIVE_NAME.fullmatch(info.filename)
        or content.startswith(_ARCHIVE_START)
        or content[_TAR_MARK] == b"ustar"
    ):
        message = f"{path}: the entry {info.filename!a} is an archive itself"
        raise NestedArchive(message)


def _reason(error: BaseException) -> str:
    said = str(error).splitlines()
    return ascii(said[0])[1:-1][:200] if said else type(error).__name__


def archive_of(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of these files: sorted, without clock or owner."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, date_time=_EPOCH)
            info.create_system = 3  # as on Unix, wherever it is written
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, files[name])
    return stream.getvalue()


def write_file(path: Path, data: bytes, *, overwrite: bool) -> None:
    """Write a file whole, or leave everything as it was.

    Raises: `FileRefused` when it is there already, or cannot be written.
    """
    if path.exists() and not overwrite:
        message = f"{path}: is there already; --overwrite replaces it"
        raise FileRefused(message)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".export-")
    except OSError as error:
        message = f"{path}: cannot be written: {error.strerror}"
        raise FileRefused(message) from error
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        beside.chmod(0o644)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        message = f"{path}: cannot be written: {error.strerror}"
        raise FileRefused(message) from error
