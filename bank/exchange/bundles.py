"""Our own bundle: a zip with a list of what is in it, and question folders.

    manifest.json                   format, schema, files with size and SHA-256,
                                    questions with the digest of their body, sets
    questions/<slug>/question.yaml  exactly as in the bank's folder
    questions/<slug>/...            a speed task's further files
    imported/<slug>.json            what a document gave: one record, see `records`

Reading checks the archive, the list, every checksum, then parses with the bank's own
parser and compares each question with its digest. A speed task is code that the judge
would run in its own process, so a bundle never brings one: it is taken only when this
machine's bank folder holds the very same files already.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from bank.bodies import body_of, digest_of
from bank.definitions import Kind, SpeedQuestion, State, TextQuestion
from bank.documents import IMPORTED_TOPIC
from bank.errors import QuestionFormatError
from bank.exchange.archive import archive_of, entries_of, unsafe
from bank.exchange.checking import fault_of, is_slug, shares_rubric
from bank.exchange.errors import (
    ChecksumWrong,
    CodeRefused,
    FilesDiffer,
    ManifestBroken,
    NotExportable,
    QuestionsRefused,
)
from bank.exchange.question_yaml import alias_yaml, question_yaml
from bank.exchange.records import question_of_record, record_of
from bank.exchange.strict_json import json_bytes, parse_json
from bank.parsing import QUESTION_FILE, parse_question
from grading.inputs import LANGUAGES, task_digest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Question: TypeAlias = TextQuestion | SpeedQuestion

FORMAT: Final = "inferview-bank"
SCHEMA: Final = 1
MANIFEST: Final = "manifest.json"
_FOLDERS: Final = "questions"
_IMPORTED: Final = "imported"
_SHA: Final = re.compile(r"[0-9a-f]{64}")
_KEYS: Final = {
    "manifest": {"format", "schema", "created_by", "files", "questions", "sets"},
    "file": {"path", "bytes", "sha256"},
    "question": {"slug", "kind", "state", "digest"},
    "set": {"slug", "name", "description", "questions"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleSet:
    """One set of a bundle."""

    slug: str
    name: Mapping[str, str]
    description: Mapping[str, str]
    questions: tuple[str, ...]  # slugs in order


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What a bundle holds."""

    created_by: str
    questions: tuple[Question, ...]  # tasks point to this machine's folders
    sets: tuple[BundleSet, ...]
    left_out: tuple[str, ...] = ()  # slugs of tasks that were to stay out


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One question as the manifest has it."""

    slug: str
    kind: Kind
    state: State
    digest: str


# -- writing --------------------------------------------------------------------------


def bundle_bytes(
    questions: Sequence[Question],
    *,
    sets: Sequence[BundleSet] = (),
    created_by: str,
    bank_folder: Path,
) -> bytes:
    """Return a bundle; the same questions and sets give the same bytes.

    An alias needs its question among `questions`. A bundle that would not be read
    back as the same questions is not made.

    Raises: `NotExportable` with the question and the reason.
    """
    by_slug = {question.slug: question for question in questions}
    files: dict[str, bytes] = {}
    for question in by_slug.values():
        files.update(_files_of(question, by_slug))
    manifest = {
        "format": FORMAT,
        "schema": SCHEMA,
        "created_by": created_by,
        "files": [
            {"path": name, "bytes": len(files[name]), "sha256": _sha256(files[name])}
            for name in sorted(files)
        ],
        "questions": [
            {
                "slug": slug,
                "kind": str(_kind(by_slug[slug])),
                "state": str(by_slug[slug].state),
                "digest": digest_of(body_of(by_slug[slug])),
            }
            for slug in sorted(by_slug)
        ],
        "sets": [
            {
                "slug": one.slug,
                "name": dict(one.name),
                "description": dict(one.description),
                "questions": list(one.questions),
            }
            for one in sorted(sets, key=lambda one: one.slug)
        ],
    }
    files[MANIFEST] = json_bytes(manifest)
    data = archive_of(files)
    try:
        read_bundle_bytes(data, "the bundle", bank_folder=bank_folder)
    except (QuestionFormatError, QuestionsRefused, ChecksumWrong) as error:
        message = f"would not be read back: {error}"
        raise NotExportable(message) from error
    return data


def _files_of(question: Question, others: Mapping[str, Question]) -> dict[str, bytes]:
    if isinstance(question, SpeedQuestion):
        return _task_files(question)
    if question.topic == IMPORTED_TOPIC:
        return {f"{_IMPORTED}/{question.slug}.json": json_bytes(record_of(question))}
    written = question_yaml(question)
    if question.alias_of:
        canonical = others.get(question.alias_of)
        if not isinstance(canonical, TextQuestion):
            message = f"{question.slug}: {question.alias_of!r} must be exported with it"
            raise NotExportable(message)
        if not shares_rubric(question, canonical):
            message = (
                f"{question.slug}: its rubric is not the present one of "
                f"{canonical.slug!r}; publish both again"
            )
            raise NotExportable(message)
        written = alias_yaml(question)
    name = f"{_FOLDERS}/{question.slug}/{QUESTION_FILE}"
    return {name: written.text.encode()}


def _task_files(task: SpeedQuestion) -> dict[str, bytes]:
    folder = task.folder
    if not folder.is_dir():
        message = f"{task.slug}: its folder is not in the bank"
        raise NotExportable(message)
    if task_digest(folder) != task.digest:
        message = (
            f"{task.slug}: the files of its folder are not those of the published "
            "version; run load_bank, or bring the old files back"
        )
        raise NotExportable(message)
    files = {}
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if any(part.startswith((".", "__pycache__")) for part in inner.parts):
            continue  # what the digest leaves out too
        if path.is_symlink():
            message = f"{task.slug}: {inner} is a link"
            raise NotExportable(message)
        if path.is_file():
            files[f"{_FOLDERS}/{task.slug}/{inner.as_posix()}"] = path.read_bytes()
    return files


def _kind(question: Question) -> Kind:
    return Kind.TEXT if isinstance(question, TextQuestion) else Kind.SPEED


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# -- reading --------------------------------------------------------------------------


def read_bundle_bytes(
    data: bytes, path: str, *, bank_folder: Path, without_tasks: bool = False
) -> Bundle:
    """Return what a bundle holds, all of it or nothing.

    `without_tasks` leaves speed tasks out, of the sets too.

    Raises: `ArchiveRefused` and its kinds, `ManifestBroken`, `FilesDiffer`,
        `ChecksumWrong`, `QuestionFormatError`, `QuestionsRefused`, `CodeRefused`.
    """
    files = entries_of(data, path)
    if MANIFEST not in files:
        message = f"{path}: no {MANIFEST} in it; not a bundle"
        raise ManifestBroken(message)
    manifest = parse_json(files.pop(MANIFEST), f"{path}/{MANIFEST}")
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        _broken(path, f"the format is not {FORMAT!r}")
    if manifest.get("schema") != SCHEMA:
        _broken(path, f"the schema is not {SCHEMA}; a newer version wrote it")
    _only(manifest, "manifest", path)
    created_by = manifest["created_by"]
    if not isinstance(created_by, str):
        _broken(path, "created_by must be a text")
    _check_files(manifest["files"], files, path)
    entries = _entries(manifest["questions"], path)
    _check_places(files, entries, path)
    sets = _sets(manifest["sets"], entries, path)
    read = _questions(files, entries, path)
    left_out: set[str] = set()
    questions: list[Question] = []
    for question in read:
        if isinstance(question, TextQuestion):
            questions.append(question)
        elif without_tasks:
            left_out.add(question.slug)
        else:
            questions.append(_own_task(question, bank_folder, path))
    return Bundle(
        created_by=created_by,
        questions=tuple(questions),
        sets=tuple(
            dataclasses.replace(
                one, questions=tuple(s for s in one.questions if s not in left_out)
            )
            for one in sets
        ),
        left_out=tuple(sorted(left_out)),
    )


def _own_task(task: SpeedQuestion, bank_folder: Path, path: str) -> SpeedQuestion:
    """Return the task with this machine's folder, if that is the very same."""
    folder = bank_folder / task.slug
    if not folder.is_dir() or task_digest(folder) != task.digest:
        message = (
            f"{path}: {task.slug} is a speed task with programs that the judge would "
            "run, and this bank's folder does not hold the same files; look at them, "
            f"copy {_FOLDERS}/{task.slug} into the bank's folder and run load_bank, or "
            "import with --without-tasks"
        )
        raise CodeRefused(message)
    return dataclasses.replace(task, folder=folder)


def _check_files(listed: object, files: Mapping[str, bytes], path: str) -> None:
    if not isinstance(listed, list):
        _broken(path, "files must be a list")
    names: set[str] = set()
    for item in listed:
        _only(item, "file", path)
        name, size, checksum = item["path"], item["bytes"], item["sha256"]
        if not isinstance(name, str) or unsafe(name) or name in names:
            _broken(path, f"{name!a} is no file's name, or is listed twice")
        if not isinstance(checksum, str) or not _SHA.fullmatch(checksum):
            _broken(path, f"{name}: sha256 must be 64 hexadecimal digits")
        names.add(name)
        if name not in files:
            message = f"{path}: {name} is in the manifest and not in the bundle"
            raise FilesDiffer(message)
        if size != len(files[name]) or checksum != _sha256(files[name]):
            message = f"{path}: {name} is not the file that was packed"
            raise ChecksumWrong(message)
    for name in files:
        if name not in names:
            message = f"{path}: {name} is in the bundle and not in the manifest"
            raise FilesDiffer(message)


def _entries(listed: object, path: str) -> dict[str, _Entry]:
    if not isinstance(listed, list) or not listed:
        _broken(path, "questions must be a list with something in it")
    entries: dict[str, _Entry] = {}
    for item in listed:
        _only(item, "question", path)
        slug, digest = item["slug"], item["digest"]
        if not isinstance(slug, str) or not is_slug(slug) or slug in entries:
            _broken(path, f"{slug!a} is no slug, or is listed twice")
        if item["kind"] not in list(Kind) or item["state"] not in list(State):
            _broken(path, f"{slug}: unknown kind or state")
        if not isinstance(digest, str) or not _SHA.fullmatch(digest):
            _broken(path, f"{slug}: digest must be 64 hexadecimal digits")
        entries[slug] = _Entry(
            slug=slug,
            kind=Kind(item["kind"]),
            state=State(item["state"]),
            digest=digest,
        )
    return entries


def _check_places(
    files: Mapping[str, bytes], entries: Mapping[str, _Entry], path: str
) -> None:
    """Refuse a file that belongs to no question, and a question without a file."""
    missing = set(entries)
    for name in files:
        top, _, rest = name.partition("/")
        slug, _, inner = rest.partition("/")
        if top == _IMPORTED and not inner and slug.endswith(".json"):
            slug = slug.removesuffix(".json")
            fits = slug in entries and entries[slug].kind is Kind.TEXT
        else:
            fits = top == _FOLDERS and slug in entries and inner != ""
            if fits and entries[slug].kind is Kind.TEXT:
                fits = inner == QUESTION_FILE
            hidden = any(part.startswith(".") for part in inner.split("/"))
            fits = fits and not hidden
        if not fits:
            message = f"{path}: {name} belongs to no question of the manifest"
            raise FilesDiffer(message)
        missing.discard(slug)
    if missing:
        message = f"{path}: no file for the question {min(missing)}"
        raise FilesDiffer(message)


def _sets(
    listed: object, entries: Mapping[str, _Entry], path: str
) -> tuple[BundleSet, ...]:
    if not isinstance(listed, list):
        _broken(path, "sets must be a list")
    sets: dict[str, BundleSet] = {}
    for item in listed:
        _only(item, "set", path)
        slug, questions = item["slug"], item["questions"]
        if not isinstance(slug, str) or not is_slug(slug) or slug in sets:
            _broken(path, f"the set {slug!a} is no slug, or is listed twice")
        for key in ("name", "description"):
            if not _is_texts(item[key]):
                _broken(path, f"the set {slug}: {key} must be a text by language")
        if not item["name"]:
            _broken(path, f"the set {slug} has no name")
        if not isinstance(questions, list) or not all(
            isinstance(question, str) and question in entries for question in questions
        ):
            _broken(path, f"the set {slug} holds what is not in the bundle")
        sets[slug] = BundleSet(
            slug=slug,
            name=item["name"],
            description=item["description"],
            questions=tuple(questions),
        )
    return tuple(sets.values())


def _is_texts(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() <= set(LANGUAGES)
        and all(isinstance(text, str) for text in value.values())
    )


def _questions(
    files: Mapping[str, bytes], entries: Mapping[str, _Entry], path: str
) -> list[Question]:
    read: dict[str, Question] = {}
    for slug in entries:
        name = f"{_IMPORTED}/{slug}.json"
        if name in files:
            read[slug] = _imported(files[name], slug, f"{path}/{name}")
    with tempfile.TemporaryDirectory(prefix="inferview-bundle-") as place:
        root = Path(place).resolve()
        for name, content in files.items():
            if name.startswith(f"{_FOLDERS}/"):
                target = root / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        for slug in sorted(entries.keys() - read.keys()):
            read[slug] = _parsed(root, slug, path)
    return [_as_packed(read[slug], entries[slug], path) for slug in sorted(entries)]


def _as_packed(question: Question, entry: _Entry, path: str) -> Question:
    """Return the question if it is the one that the manifest names."""
    slug = entry.slug
    if _kind(question) is not entry.kind:
        _broken(path, f"{slug} is a {_kind(question)} question")
    if digest_of(body_of(question)) != entry.digest:
        message = f"{path}: {slug} is not the question that was packed"
        raise ChecksumWrong(message)
    if isinstance(question, SpeedQuestion):
        # A person may have moved it since its folder was written.
        return dataclasses.replace(question, state=entry.state)
    if question.state is not entry.state:
        _broken(path, f"{slug} is {question.state}, not {entry.state}")
    return question


def _imported(data: bytes, slug: str, path: str) -> TextQuestion:
    problems: list[tuple[str, str]] = []
    question = question_of_record(parse_json(data, path), "#", problems)
    if question is not None:
        if question.slug != slug:
            problems.append(("#/slug", f"is not {slug!r}"))
        if question.topic != IMPORTED_TOPIC:
            problems.append(("#/body/topic", f"must be {IMPORTED_TOPIC!r}"))
        fault = fault_of(question, lambda _: None)
        if fault is not None:
            problems.append((f"#/{'/'.join(map(str, fault.place))}", fault.reason))
    if question is None or problems:
        raise QuestionsRefused(
            [f"{path}: {pointer}: {reason}" for pointer, reason in problems]
        )
    return question


def _parsed(root: Path, slug: str, path: str) -> Question:
    try:
        return parse_question(root / _FOLDERS / slug)
    except QuestionFormatError as error:
        inner = Path(error.path).relative_to(root).as_posix()
        place = f"{path}/{inner}"
        raise QuestionFormatError(place, error.line, error.reason) from None


def _only(item: Any, what: str, path: str) -> None:  # noqa: ANN401 # any JSON
    keys = _KEYS[what]
    if not isinstance(item, dict) or set(item) != keys:
        _broken(path, f"a {what} needs exactly the keys " + ", ".join(sorted(keys)))


def _broken(path: str, reason: str) -> NoReturn:
    message = f"{path}/{MANIFEST}: {reason}"
    raise ManifestBroken(message)
