from __future__ import annotations

import dataclasses
import hashlib
import json

import pytest

from bank.definitions import SpeedQuestion, State
from bank.errors import BankError
from bank.exchange.archive import archive_of, entries_of
from bank.exchange.bundles import BundleSet, bundle_bytes, read_bundle_bytes
from bank.exchange.errors import NotExportable
from bank.parsing import parse_question
from tests.make.archives import zip_of
from tests.make.bank import make_text_question
from tests.make.exchange import make_bank, make_imported, told, write_task


@pytest.fixture
def bank(tmp_path):
    return make_bank(tmp_path / "questions")


@pytest.fixture
def task(tmp_path):
    return parse_question(write_task(tmp_path / "questions", "faster"))


@pytest.fixture
def packed(bank, tmp_path):
    return bundle_bytes(
        list(bank.values()), created_by="a test", bank_folder=tmp_path / "questions"
    )


def read(data, folder, **options):
    return read_bundle_bytes(data, "b.zip", bank_folder=folder, **options)


def repacked(data, change):
    """Return a bundle whose content went through `change`, checksums right."""
    files = entries_of(data, "b.zip")
    manifest = json.loads(files.pop("manifest.json"))
    change(manifest, files)
    manifest["files"] = [
        {"path": n, "bytes": len(c), "sha256": hashlib.sha256(c).hexdigest()}
        for n, c in sorted(files.items())
    ]
    return archive_of({**files, "manifest.json": json.dumps(manifest).encode()})


def rewritten(data, change):
    """Return a bundle whose manifest alone went through `change`."""
    files = entries_of(data, "b.zip")
    manifest = json.loads(files["manifest.json"])
    manifest = change(manifest) or manifest
    return archive_of({**files, "manifest.json": json.dumps(manifest).encode()})


def refused(data, folder):
    with pytest.raises(BankError) as caught:
        read(data, folder)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("b.zip")
    return caught.value.code


def test_a_bundle_brings_questions_and_sets_back(bank, tmp_path):
    imported = make_imported()
    wanted = BundleSet(
        slug="both",
        name={"en": "Both"},
        description={},
        questions=("why-kv-cache", "doc-made-up-q01"),
    )
    data = bundle_bytes(
        [*bank.values(), imported],
        sets=[wanted],
        created_by="a test",
        bank_folder=tmp_path,
    )
    bundle = read(data, tmp_path)

    assert told(bundle.questions) == told([*bank.values(), imported])
    assert bundle.sets == (wanted,)
    assert bundle.created_by == "a test"
    assert sorted(entries_of(data, "b.zip")) == [
        "imported/doc-made-up-q01.json",
        "manifest.json",
        "questions/kv-cache/question.yaml",
        "questions/why-kv-cache/question.yaml",
    ]


def test_equal_questions_give_equal_bytes(bank, tmp_path):
    there, back = list(bank.values()), list(reversed(bank.values()))

    assert bundle_bytes(there, created_by="x", bank_folder=tmp_path) == bundle_bytes(
        back, created_by="x", bank_folder=tmp_path
    )


# -- what is not taken out ------------------------------------------------------------


def test_an_alias_goes_with_its_question_only(bank, tmp_path):
    with pytest.raises(NotExportable, match="'kv-cache' must be exported with it"):
        bundle_bytes([bank["why-kv-cache"]], created_by="x", bank_folder=tmp_path)


def test_an_alias_of_an_older_rubric_is_not_taken_out(bank, tmp_path):
    newer = dataclasses.replace(bank["kv-cache"], minutes=9)

    with pytest.raises(NotExportable, match="publish both again"):
        bundle_bytes(
            [newer, bank["why-kv-cache"]], created_by="x", bank_folder=tmp_path
        )


def test_what_would_not_be_read_back_is_not_taken_out(tmp_path):
    with pytest.raises(NotExportable, match="this one has 2"):
        bundle_bytes([make_text_question()], created_by="x", bank_folder=tmp_path)


def test_a_task_whose_files_changed_is_not_taken_out(task, tmp_path):
    (task.folder / "inputs.py").write_text("# changed\n")

    with pytest.raises(NotExportable, match="not those of the published version"):
        bundle_bytes([task], created_by="x", bank_folder=tmp_path)


def test_a_task_without_a_folder_is_not_taken_out(task, tmp_path):
    gone = dataclasses.replace(task, folder=tmp_path / "gone")

    with pytest.raises(NotExportable, match="not in the bank"):
        bundle_bytes([gone], created_by="x", bank_folder=tmp_path)


def test_a_task_does_not_follow_links(task, tmp_path):
    secret = tmp_path / "secret.py"
    secret.write_text("# secret\n")
    (task.folder / "extra.py").symlink_to(secret)
    linked = parse_question(task.folder)

    with pytest.raises(NotExportable, match="is a link"):
        bundle_bytes([linked], created_by="x", bank_folder=tmp_path)


# -- programs -------------------------------------------------------------------------


def test_a_task_is_taken_where_the_very_same_files_are(task, tmp_path):
    moved = dataclasses.replace(task, state=State.RETIRED)
    folder = tmp_path / "questions"
    data = bundle_bytes([moved], created_by="x", bank_folder=folder)
    (read_back,) = read(data, folder).questions

    assert isinstance(read_back, SpeedQuestion)
    assert read_back == moved
    assert "questions/faster/wrong/lazy.py" in entries_of(data, "b.zip")
    assert not any("pycache" in name for name in entries_of(data, "b.zip"))


def test_a_bundle_never_brings_programs(task, bank, tmp_path):
    folder = tmp_path / "questions"
    wanted = BundleSet(
        slug="both", name={"en": "x"}, description={}, questions=("faster", "kv-cache")
    )
    data = bundle_bytes(
        [task, bank["kv-cache"]], sets=[wanted], created_by="x", bank_folder=folder
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    assert refused(data, elsewhere) == "bank.code_refused"
    assert list(elsewhere.iterdir()) == []

    without = read(data, elsewhere, without_tasks=True)
    assert [question.slug for question in without.questions] == ["kv-cache"]
    assert without.sets[0].questions == ("kv-cache",)
    assert without.left_out == ("faster",)

    (task.folder / "inputs.py").write_text("# changed\n")
    assert refused(data, folder) == "bank.code_refused"


# -- broken bundles -------------------------------------------------------------------


def test_a_changed_file_is_noticed(packed, tmp_path):
    files = entries_of(packed, "b.zip")
    name = "questions/kv-cache/question.yaml"
    files[name] = files[name].replace(b"minutes: 8", b"minutes: 9")

    assert refused(archive_of(files), tmp_path) == "bank.checksum_wrong"


def test_a_question_that_is_not_the_packed_one_is_noticed(packed, tmp_path):
    def change(_manifest, files):
        name = "questions/kv-cache/question.yaml"
        files[name] = files[name].replace(b"minutes: 8", b"minutes: 9")

    assert refused(repacked(packed, change), tmp_path) == "bank.checksum_wrong"


@pytest.mark.parametrize(
    "name",
    [
        "readme.txt",
        "questions/kv-cache/inputs.py",
        "questions/unknown/question.yaml",
        "questions/question.yaml",
        "imported/unknown.json",
    ],
)
def test_a_file_that_belongs_to_nothing_is_refused(packed, tmp_path, name):
    files = entries_of(packed, "b.zip")
    assert refused(archive_of({**files, name: b"x"}), tmp_path) == "bank.files_differ"

    listed = repacked(packed, lambda _manifest, files: files.update({name: b"x"}))
    assert refused(listed, tmp_path) == "bank.files_differ"


def test_a_missing_file_is_refused(packed, tmp_path):
    files = entries_of(packed, "b.zip")
    del files["questions/why-kv-cache/question.yaml"]
    assert refused(archive_of(files), tmp_path) == "bank.files_differ"

    def change(_manifest, files):
        del files["questions/why-kv-cache/question.yaml"]

    assert refused(repacked(packed, change), tmp_path) == "bank.files_differ"


def no_name(manifest):
    manifest["sets"] = [{"slug": "x", "name": {}, "description": {}, "questions": []}]


def set_of_nothing(manifest):
    one = {"slug": "x", "name": {"en": "x"}, "description": {}, "questions": ["gone"]}
    manifest["sets"] = [one]


BROKEN = {
    "format": lambda m: m.update(format="other"),
    "schema": lambda m: m.update(schema=2),
    "further key": lambda m: m.update(extra=1),
    "missing key": lambda m: m.pop("sets") and None,
    "files": lambda m: m.update(files={}),
    "author": lambda m: m.update(created_by=["x"]),
    "no question": lambda m: m.update(questions=[]),
    "question twice": lambda m: m["questions"].append(m["questions"][0]),
    "slug": lambda m: m["questions"][0].update(slug="../up"),
    "kind no text": lambda m: m["questions"][0].update(kind=["text"]),
    "another kind": lambda m: m["questions"][0].update(kind="speed"),
    "state no text": lambda m: m["questions"][0].update(state={}),
    "another state": lambda m: m["questions"][0].update(state="draft"),
    "digest": lambda m: m["questions"][0].update(digest="0"),
    "file twice": lambda m: m["files"].append(m["files"][0]),
    "path": lambda m: m["files"][0].update(path="../../etc/passwd"),
    "path no text": lambda m: m["files"][0].update(path=7),
    "checksum": lambda m: m["files"][0].update(sha256=None),
    "set without keys": lambda m: m.update(sets=[{"slug": "x"}]),
    "set without name": no_name,
    "set of nothing": set_of_nothing,
    "a list": lambda _m: [1, 2],
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN.keys())
def test_a_manifest_that_is_not_ours_is_refused(packed, tmp_path, change):
    assert refused(rewritten(packed, change), tmp_path) == "bank.manifest_broken"


def test_a_zip_without_a_manifest_is_no_bundle(tmp_path):
    assert refused(zip_of({"a.txt": b"x"}), tmp_path) == "bank.manifest_broken"


def test_a_manifest_that_is_no_json_is_refused(tmp_path):
    assert refused(zip_of({"manifest.json": b"{"}), tmp_path) == "bank.json_refused"


# -- hostile questions in honest bundles ----------------------------------------------

BOMB = "a: &a [x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: [*b, *b, *b, *b]\n"


@pytest.mark.parametrize(
    ("yaml", "reason"),
    [
        (BOMB, "anchors"),
        ("x: *a\n", "aliases"),
        ("schema: !!python/object/apply:os.system [id]\n", "tags"),
        ("schema: 1\nkind: text\nstate: alive\n", "state must be one of"),
        ("[" * 5000, "deeper than|not YAML"),
        ("x: " + " ".join(map(str, range(100_000))), "larger than"),
        ("schema: 1\0", "not YAML"),
        ("--- 1\n--- 2\n", "second YAML document|must be a mapping"),
    ],
    ids=lambda value: value[:20],
)
def test_a_hostile_question_file_is_refused_with_its_line(
    packed, tmp_path, yaml, reason
):
    def change(_manifest, files):
        files["questions/kv-cache/question.yaml"] = yaml.encode()

    with pytest.raises(BankError, match=reason) as caught:
        read(repacked(packed, change), tmp_path)
    assert caught.value.code == "bank.question_format"
    assert str(caught.value).startswith("b.zip/questions/kv-cache/question.yaml:")


def test_an_imported_record_must_be_an_imported_question(bank, tmp_path):
    imported = make_imported()
    data = bundle_bytes([imported], created_by="x", bank_folder=tmp_path)

    def change(_manifest, files):
        name = "imported/doc-made-up-q01.json"
        files[name] = files[name].replace(b'"imported"', b'"serving"')

    assert refused(repacked(data, change), tmp_path) == "bank.questions_refused"
