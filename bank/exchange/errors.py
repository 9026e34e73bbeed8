"""Refusals of files that carry questions in or out, with stable codes.

BankError
└── ExchangeError
    ├── FileRefused             too large, unreadable, not the text it should be
    ├── ArchiveRefused
    │   ├── NotAnArchive            not a zip, or a broken one
    │   ├── UnsafeName              a name that leads out of the archive
    │   ├── DuplicateName           two entries that one file system would merge
    │   ├── EntryRefused            a link, a device, encrypted, compressed unusually
    │   ├── NestedArchive           an archive in the archive
    │   └── ArchiveTooLarge         too many entries, too much in them, a bomb
    ├── ManifestBroken          a bundle's list of files or questions is not valid
    ├── FilesDiffer             a file is missing, or is in no list
    ├── ChecksumWrong           a file or a question is not what the list says
    ├── CodeRefused             a bundle would bring a speed task's programs
    ├── JsonRefused             not JSON, or JSON that we do not read
    ├── XmlRefused              not XML, or XML that we do not read
    ├── PackageRefused          not a QTI 3 package
    ├── QuestionsRefused        a table or a list whose questions have faults
    └── NotExportable           a question cannot be said in the wanted form
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bank.errors import BankError

if TYPE_CHECKING:
    from collections.abc import Sequence


class ExchangeError(BankError):
    """Base of the refusals of this package."""


class FileRefused(ExchangeError):
    """A file cannot be read, is too large, or is not the text it should be."""

    code = "bank.file_refused"


class ArchiveRefused(ExchangeError):
    """Base of what is wrong with an archive before its content is looked at."""


class NotAnArchive(ArchiveRefused):
    """The file is no zip, or a broken one."""

    code = "bank.archive_unreadable"


class UnsafeName(ArchiveRefused):
    """An entry's name leads out of the archive, or not to one plain file."""

    code = "bank.archive_unsafe_name"


class DuplicateName(ArchiveRefused):
    """Two entries have one name, or names that some file systems take for one."""

    code = "bank.archive_duplicate_name"


class EntryRefused(ArchiveRefused):
    """An entry is a link or a device, is encrypted, or is compressed unusually."""

    code = "bank.archive_entry_refused"


class NestedArchive(ArchiveRefused):
    """An entry is an archive itself."""

    code = "bank.archive_nested"


class ArchiveTooLarge(ArchiveRefused):
    """The archive has too many entries, or too much in them."""

    code = "bank.archive_too_large"


class ManifestBroken(ExchangeError):
    """A bundle's manifest is not what the format says."""

    code = "bank.manifest_broken"


class FilesDiffer(ExchangeError):
    """A file of the manifest is not in the bundle, or the other way round."""

    code = "bank.files_differ"


class ChecksumWrong(ExchangeError):
    """A file, or a question read from it, is not the one that was packed."""

    code = "bank.checksum_wrong"


class CodeRefused(ExchangeError):
    """A bundle holds a speed task that this machine's own bank does not have."""

    code = "bank.code_refused"


class JsonRefused(ExchangeError):
    """Not JSON, or JSON with what we do not read: depth, NaN, a key twice."""

    code = "bank.json_refused"


class XmlRefused(ExchangeError):
    """Not XML, or XML with what we do not read: a DTD, entities, depth."""

    code = "bank.xml_refused"


class PackageRefused(ExchangeError):
    """Not a QTI 3 package, or one that refers outside of itself."""

    code = "bank.package_refused"


class QuestionsRefused(ExchangeError):
    """Questions of a table, a list or a package have faults; all are named."""

    code = "bank.questions_refused"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)  # at least one, each a line


class NotExportable(ExchangeError):
    """A question cannot be said in this form without becoming another one."""

    code = "bank.not_exportable"
