from __future__ import annotations

import dataclasses
import json

import pytest

from bank.definitions import State
from bank.errors import BankError
from bank.exchange.archive import archive_of, entries_of
from bank.exchange.errors import NotExportable
from bank.exchange.qti import ITEM_SPACE, PACKAGE_SPACE, Fate, export_package
from bank.exchange.qti_reading import read_package_bytes
from bank.exchange.strict_xml import parse_xml, within
from tests.make.archives import zip_of
from tests.make.exchange import make_bank, make_imported, nobody, told


@pytest.fixture
def bank(tmp_path):
    return make_bank(tmp_path)


@pytest.fixture
def exported(bank):
    return export_package(list(bank.values()), created_by="a test")


def read(data, known=nobody):
    return read_package_bytes(data, "some/Made up.zip", known)


def refused(data):
    with pytest.raises(BankError) as caught:
        read(data)
    assert "\n" not in str(caught.value)
    return caught.value.code, str(caught.value)


# -- ours -----------------------------------------------------------------------------


def test_a_package_of_ours_brings_its_questions_whole(bank, exported):
    imported = make_imported()
    both = export_package([*bank.values(), imported], created_by="a test")
    package = read(both.data)

    assert told(package.whole) == told([*bank.values(), imported])
    assert (package.drafts, package.losses) == ((), ())
    assert both.items == 5


def test_equal_questions_give_equal_packages(bank, exported):
    again = export_package(list(bank.values()), created_by="a test")

    assert again.data == exported.data


def test_an_item_is_what_qti_says(bank, exported):
    files = entries_of(exported.data, "a.zip")
    item = parse_xml(files["items/kv-cache.en.xml"], "item")
    question = bank["kv-cache"]

    assert item.tag == f"{{{ITEM_SPACE}}}qti-assessment-item"
    assert item.get("identifier") == "q-kv-cache-en"
    assert item.get("title") == "KV cache"
    (interaction,) = within(item, "qti-extended-text-interaction")
    (response,) = within(item, "qti-response-declaration")
    assert interaction.get("response-identifier") == response.get("identifier")
    score, _most = within(item, "qti-outcome-declaration")
    assert (score.get("identifier"), score.get("normal-maximum")) == ("SCORE", "9")
    (block,) = within(item, "qti-rubric-block")
    assert (block.get("use"), block.get("view")) == ("scoring", "scorer")
    assert [point.text for point in within(block, "li")] == [
        f"[1.5] {point.statement('en')}" for point in question.rubric.key_points
    ]


def test_the_manifest_names_every_file_once(exported):
    files = entries_of(exported.data, "a.zip")
    manifest = parse_xml(files.pop("imsmanifest.xml"), "manifest")

    assert manifest.tag == f"{{{PACKAGE_SPACE}}}manifest"
    named = [file.get("href") for file in within(manifest, "file")]
    assert sorted(named) == sorted(files)
    names = [found.get("identifier") for found in within(manifest, "resource")]
    assert len(set(names)) == len(names)
    wanted = {found.get("identifierref") for found in within(manifest, "dependency")}
    assert wanted <= set(names)


def test_what_an_item_cannot_say_is_reported(exported):
    said = {loss.what: loss for loss in exported.losses}

    assert said["opposites"].fate is Fate.EXTENSION
    assert said["opposites"].where == "24 in 2 questions"
    assert said["phrasings of misconceptions"].where == "32 in 2 questions"
    assert said["contrasts"].where == "2 in 2 questions"
    assert said["that it repeats another question"].where == "1 in 1 questions"


def test_what_is_shown_otherwise_is_reported(bank):
    question = bank["kv-cache"]
    prompt = {"en": "Use `torch`\x01\n\n```\na < b\n  c\n```"}
    rubric = dataclasses.replace(question.rubric, prompt=prompt)
    marked = dataclasses.replace(question, rubric=rubric)
    export = export_package([marked], created_by="a test")
    item = parse_xml(entries_of(export.data, "a")["items/kv-cache.en.xml"], "item")

    changed = {loss.what for loss in export.losses if loss.fate is Fate.CHANGED}
    assert changed == {
        "characters that XML cannot hold, left out of the prompt",
        "Markdown in the prompt, shown as it is typed",
    }
    assert [p.text for p in within(item, "pre")] == ["a < b\n  c"]
    assert [p.text for p in within(item, "p")] == ["Use `torch`"]


def test_a_question_without_a_prompt_is_not_exported(bank):
    question = bank["kv-cache"]
    silent = dataclasses.replace(
        question, rubric=dataclasses.replace(question.rubric, prompt={})
    )

    with pytest.raises(NotExportable, match="no prompt"):
        export_package([silent], created_by="x")


def test_an_item_that_was_changed_elsewhere_is_noticed(exported):
    files = entries_of(exported.data, "a.zip")
    name = "items/kv-cache.en.xml"
    files[name] = files[name].replace(b"KV cache", b"Cache")

    code, message = refused(archive_of(files))
    assert code == "bank.package_refused"
    assert "take the folder inferview/ out" in message

    bare = {n: c for n, c in files.items() if not n.startswith("inferview/")}
    package = read(archive_of(bare))
    titles = {title for draft in package.drafts for title in draft.title.values()}
    assert "Cache" in titles
    assert {draft.state for draft in package.drafts} == {State.DRAFT}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"format": "other"}, "bank.package_refused"),
        ({"schema": 2}, "bank.package_refused"),
        ({"extra": 2}, "bank.package_refused"),
        ({"items": []}, "bank.package_refused"),
        ({"items": [7]}, "bank.package_refused"),
        ({"items": [{"path": ["x"], "sha256": ""}]}, "bank.package_refused"),
        ({"record": {}}, "bank.questions_refused"),
    ],
    ids=str,
)
def test_an_extension_that_is_not_ours_is_refused(exported, change, code):
    files = entries_of(exported.data, "a.zip")
    name = "inferview/kv-cache.json"
    files[name] = json.dumps({**json.loads(files[name]), **change}).encode()

    assert refused(archive_of(files))[0] == code


# -- anybody's ------------------------------------------------------------------------

RUBRIC = """<qti-rubric-block use="scoring" view="scorer tutor"><qti-content-body>
<ul><li>[2] It keeps   keys</li><li>It needs <b>memory</b></li></ul>
</qti-content-body></qti-rubric-block>"""
ASKED = """<qti-extended-text-interaction response-identifier="RESPONSE">
<qti-prompt>What is it <em>for</em>?</qti-prompt></qti-extended-text-interaction>"""


def item(body, *, before="", after="", attributes='xml:lang="en"', space=ITEM_SPACE):
    return (
        f'<?xml version="1.0"?><qti-assessment-item xmlns="{space}" '
        f'identifier="cache" title="A cache" {attributes}>{before}'
        f"<qti-item-body>{body}</qti-item-body>{after}</qti-assessment-item>"
    ).encode()


def package(*items, resources="", kind="imsqti_item_xmlv3p0"):
    files = {f"items/{n}.xml": content for n, content in enumerate(items, start=1)}
    listed = "".join(
        f'<resource identifier="r{n}" type="{kind}" href="{name}"/>'
        for n, name in enumerate(files)
    )
    manifest = (
        f'<manifest xmlns="{PACKAGE_SPACE}"><resources>{listed}{resources}'
        "</resources></manifest>"
    )
    return archive_of({"imsmanifest.xml": manifest.encode(), **files})


def test_a_foreign_item_becomes_a_draft():
    body = f"<p>Think of a <b>decoder</b>.</p>{RUBRIC}<div>{ASKED}</div>"
    found = read(package(item(body)))
    (draft,) = found.drafts

    assert found.whole == ()
    assert draft.slug == "doc-made-up-cache"
    assert (draft.state, draft.topic) == (State.DRAFT, "imported")
    assert draft.title == {"en": "A cache"}
    assert draft.rubric.prompt == {"en": "Think of a decoder.\nWhat is it for?"}
    assert [
        (point.id, point.weight, point.phrasings) for point in draft.rubric.key_points
    ] == [
        ("p1", 2.0, {"en": ("It keeps keys",)}),
        ("p2", 1.0, {"en": ("It needs memory",)}),
    ]
    assert [(s.document, s.number) for s in draft.sources] == [("Made up.zip", 1)]
    assert found.losses == ()


def test_code_keeps_its_indentation_and_prose_does_not():
    body = f"<div>\n  <p>Read:</p>\n<pre>if x:\n    go()</pre></div>{RUBRIC}{ASKED}"
    (draft,) = read(package(item(body))).drafts

    assert draft.rubric.prompt == {
        "en": "Read:\nif x:\n    go()\nWhat is it for?",
    }


def test_a_sample_response_gives_key_points_where_no_rubric_does():
    sample = (
        '<qti-response-declaration identifier="RESPONSE" cardinality="single" '
        'base-type="string"><qti-correct-response><qti-value>It keeps keys. It needs '
        "memory!</qti-value></qti-correct-response></qti-response-declaration>"
    )
    found = read(package(item(ASKED, before=sample)))
    (draft,) = found.drafts

    assert [point.statement("en") for point in draft.rubric.key_points] == [
        "It keeps keys.",
        "It needs memory!",
    ]
    assert [loss.fate for loss in found.losses] == [Fate.CHANGED]


@pytest.mark.parametrize(
    ("attributes", "prompt", "language"),
    [
        ('xml:lang="zh-CN"', "Why?", "zh"),
        ('xml:lang="en-GB"', "Why?", "en"),
        ("", "\u4ec0\u4e48\u662f KV cache\uff1f", "zh"),
        ("", "What is a KV cache?", "en"),
    ],
)
def test_an_items_language_is_declared_or_seen(attributes, prompt, language):
    body = f"<p>{prompt}</p>{RUBRIC}<qti-extended-text-interaction/>"
    (draft,) = read(package(item(body, attributes=attributes))).drafts

    assert list(draft.title) == [language]


CHOICE = "<qti-choice-interaction><p>a or b</p></qti-choice-interaction>"


@pytest.mark.parametrize(
    ("lost", "what"),
    [
        (item(CHOICE + RUBRIC), "qti-choice-interaction, left out"),
        (item(ASKED + ASKED + RUBRIC), "interaction, left out"),
        (item("<p>read this</p>"), "no interaction, left out"),
        (item(ASKED), "without a rubric or a sample response"),
        (item(RUBRIC + "<qti-extended-text-interaction/>"), "without a prompt"),
        (item(ASKED + RUBRIC, attributes='xml:lang="fr"'), "the language 'fr'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "item",
)
def test_an_item_that_is_no_question_of_ours_is_left_out_and_named(lost, what):
    good = item(ASKED + RUBRIC)
    found = read(package(good, lost))

    assert len(found.drafts) == 1
    (loss,) = found.losses
    assert what in loss.what
    assert (loss.fate, loss.where) == (Fate.LOST, "items/2.xml")

    code, message = refused(package(lost))
    assert code == "bank.package_refused"
    assert what in message


def test_what_is_left_behind_of_an_item_is_named():
    extra = '<p><img src="http://127.0.0.1/x.png" alt="x"/></p>'
    shown = (
        '<qti-rubric-block view="candidate"><qti-content-body>Be brief'
        "</qti-content-body></qti-rubric-block>"
    )
    after = "<qti-response-processing/><qti-modal-feedback>Well</qti-modal-feedback>"
    resources = '<resource type="imsqti_test_xmlv3p0" href="test.xml"/>'
    found = read(
        package(item(extra + shown + ASKED + RUBRIC, after=after), resources=resources)
    )
    (draft,) = found.drafts

    assert [loss.what for loss in found.losses] == [
        "a resource of the type 'imsqti_test_xmlv3p0'",
        "<img>",
        "response processing",
        "feedback",
        "a rubric block for 'candidate'",
    ]
    assert "brief" not in draft.rubric.prompt["en"]


def test_long_and_strange_texts_are_cut_and_cleaned():
    many = "".join(f"<li>Point {n}\u200b</li>" for n in range(70))
    block = (
        '<qti-rubric-block view="scorer"><qti-content-body><ul>'
        f"{many}</ul></qti-content-body></qti-rubric-block>"
    )
    found = read(package(item(f"<p>{'x' * 21_000}</p>{block}{ASKED}")))
    (draft,) = found.drafts

    assert len(draft.rubric.prompt["en"]) == 20_000
    assert len(draft.rubric.key_points) == 60
    assert draft.rubric.key_points[0].statement("en") == "Point 0"
    assert [loss.what for loss in found.losses] == [
        "the prompt beyond 20000 characters",
        "key points beyond the first 60",
    ]


@pytest.mark.parametrize(
    "data",
    [
        package(item(ASKED), kind="imsqti_item_xmlv2p1"),
        package(item(ASKED), kind="imsqti_xmlv1p2"),
        package(item(ASKED, space="http://www.imsglobal.org/xsd/imsqti_v2p2")),
        package(b'<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1"/>'),
    ],
    ids=["2.1 resource", "1.2 resource", "2.2 item", "2.1 item"],
)
def test_older_qti_is_refused_in_words(data):
    code, message = refused(data)

    assert code == "bank.package_refused"
    assert "make it QTI 3" in message


@pytest.mark.parametrize(
    "href",
    [
        "http://127.0.0.1/item.xml",
        "//127.0.0.1/item.xml",
        "file:///etc/passwd",
        "../item.xml",
        "items/../../item.xml",
        "%2e%2e/item.xml",
        "/etc/passwd",
        "items%5C..%5Citem.xml",
        "C:/item.xml",
        "items/%00.xml",
        "items/%ff.xml",
        "",
        "items/missing.xml",
        "http://[",
    ],
)
def test_a_reference_that_leads_out_is_refused(href):
    resource = f'<resource type="imsqti_item_xmlv3p0" href="{href}"/>'

    assert refused(package(resources=resource))[0] == "bank.package_refused"


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"a.xml": b"<a/>"}, "bank.package_refused"),
        ({"imsmanifest.xml": b"<other/>"}, "bank.package_refused"),
        ({"imsmanifest.xml": b"<!DOCTYPE a><manifest/>"}, "bank.xml_refused"),
        ({"imsmanifest.xml": b"<manifest>"}, "bank.xml_refused"),
        ({"imsmanifest.xml": b"<manifest/>"}, "bank.package_refused"),
    ],
    ids=str,
)
def test_what_is_no_package_is_refused(files, code):
    assert refused(zip_of(files))[0] == code


def test_an_item_with_an_outside_entity_is_refused():
    evil = (
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        b'<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0">'
        b"<qti-item-body><p>&e;</p></qti-item-body></qti-assessment-item>"
    )

    assert refused(package(evil))[0] == "bank.xml_refused"


def test_two_items_of_one_identifier_are_refused():
    code, message = refused(package(item(ASKED + RUBRIC), item(ASKED + RUBRIC)))

    assert code == "bank.package_refused"
    assert "same identifier" in message
