"""Each rule is broken once, in a bank that is otherwise without fault."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import pytest
import yaml

from bank.definitions import SpeedQuestion, State
from bank.linting import RULES, Severity, lint
from bank.parsing import load_bank
from tests.make.bank import alias_file, write_question

ROOT = Path(__file__).parents[3] / "bank" / "questions"
FUSION, DIVIDE, ALIAS, TASK = (
    "operator-fusion",
    "divide-and-conquer",
    "operator-fusion-inference",
    "kv-cache-decode",
)
DOCUMENT = "questions.md"


def shipped_file(slug, **changes):
    file = yaml.safe_load((ROOT / slug / "question.yaml").read_text("utf-8"))
    return file | {"errata": []} | changes


class Bank:
    """Two questions, an alias and a task: files that a test may change."""

    def __init__(self, root):
        self.root = root
        self.task_related = []
        self.files = {
            FUSION: shipped_file(
                FUSION,
                related=[DIVIDE],
                sources=[{"document": DOCUMENT, "number": 1}],
            ),
            DIVIDE: shipped_file(
                DIVIDE,
                related=[FUSION],
                sources=[{"document": DOCUMENT, "number": 2}],
            ),
            ALIAS: alias_file(
                alias_of=FUSION, sources=[{"document": DOCUMENT, "number": 3}]
            ),
        }

    def linted(self):
        shutil.copytree(ROOT / TASK, self.root / TASK, dirs_exist_ok=True)
        task = shipped_file(TASK, related=self.task_related, sources=[])
        write_question(
            self.root, TASK, {k: v for k, v in task.items() if k != "errata"}
        )
        for slug, file in self.files.items():
            write_question(self.root, slug, file)
        return lint(load_bank(self.root), self.root)

    def draft(self, slug=FUSION):
        """Make one a draft, as only drafts may be read while they lack something."""
        if slug == FUSION:
            self.files[ALIAS]["state"] = "draft"
        self.files[slug]["state"] = "draft"
        return self.files[slug]


@pytest.fixture
def bank(tmp_path):
    return Bank(tmp_path)


@pytest.fixture(scope="module")
def values(tmp_path_factory):
    """Return the same bank as values, for what no file can hold."""
    made = Bank(tmp_path_factory.mktemp("bank"))
    assert made.linted() == ()
    return load_bank(made.root)


def at(finding):
    """Return the line of the file that a finding points at."""
    return Path(finding.file).read_text("utf-8").splitlines()[finding.line - 1].strip()


def lint_values(values, **changed):
    return lint(values | changed, Path("bank"))


def changed_point(question, place, **changes):
    points = list(question.rubric.key_points)
    points[place] = dataclasses.replace(points[place], **changes)
    rubric = dataclasses.replace(question.rubric, key_points=tuple(points))
    return dataclasses.replace(question, rubric=rubric)


def json_text(text):
    return json.dumps(text, ensure_ascii=False)


# One function for each rule; `test_no_rule_is_left_out` counts them.


def test_language(bank):
    del bank.draft()["key_points"][2]["opposite"]["zh"]

    (finding,) = bank.linted()

    assert finding.rule == "language"
    assert "opposite: zh is missing" in finding.reason
    assert at(finding) == '"opposite": {'


def test_missing_part(bank):
    fields = bank.draft()
    del fields["reading"], fields["contrasts"], fields["follow_ups"]
    del fields["competency"]

    found = bank.linted()

    assert {finding.rule for finding in found} == {"missing-part"}
    assert [finding.reason.split(":")[0] for finding in found] == [
        "competency",
        "contrasts",
        "follow_ups",
        "reading",
    ]


def test_key_points(bank):
    fields = bank.draft()
    fields["key_points"] = fields["key_points"][:5]

    (finding,) = bank.linted()

    assert finding.rule == "key-points"
    assert at(finding) == '"key_points": ['


def test_phrasings(bank):
    del bank.draft()["key_points"][1]["en"][3:]

    (finding,) = bank.linted()

    assert finding.rule == "phrasings"
    assert "en: 3 texts, 4 are needed" in finding.reason
    assert at(finding) == '"en": ['


def test_misconceptions(bank):
    del bank.draft()["misconceptions"][3:]

    (finding,) = bank.linted()

    assert finding.rule == "misconceptions"
    assert "3 misconceptions" in finding.reason


def test_misconception_phrasings(bank):
    del bank.draft()["misconceptions"][0]["zh"][1:]

    (finding,) = bank.linted()

    assert finding.rule == "misconception-phrasings"
    assert "zh: 1 texts, 2 are needed" in finding.reason


def test_weight(bank, values):
    bank.files[FUSION]["key_points"][0]["weight"] = 11

    (finding,) = bank.linted()

    assert finding.rule == "weight"
    assert finding.severity is Severity.ERROR
    assert at(finding) == '"weight": 11,'

    weightless = changed_point(values[FUSION], 0, weight=0.0)
    (finding,) = lint_values(values, **{FUSION: weightless})

    assert "not above 0" in finding.reason


def test_opposite(bank):
    points = bank.files[FUSION]["key_points"]
    said = bank.files[DIVIDE]["key_points"][3]["en"][2]
    points[0]["opposite"]["en"] = said.upper() + "."

    (finding,) = bank.linted()

    assert finding.rule == "opposite"
    assert at(finding) == f'"en": {json_text(said.upper() + ".")}'


def test_repetition(bank):
    english = bank.files[FUSION]["key_points"][0]["en"]
    first, _, last = english[0].rpartition(" ")
    english[1] = f"{first} indeed {last}"

    (finding,) = bank.linted()

    assert finding.rule == "repetition"
    assert at(finding) == f"{json_text(english[1])},"
    assert finding.reason.endswith(english[0])


def test_shared_key_point(bank):
    chinese = bank.files[DIVIDE]["key_points"][1]["zh"]
    middle = len(chinese[0]) // 2
    taken = f"{chinese[0][:middle]}那个{chinese[0][middle:]}"
    bank.files[FUSION]["key_points"][4]["zh"][0] = taken

    (finding,) = bank.linted()

    assert finding.rule == "shared-key-point"
    assert at(finding) == f"{json_text(taken)},"
    assert DIVIDE in finding.reason


def test_shared_misconception(bank):
    wrong = bank.files[DIVIDE]["misconceptions"][0]["en"]
    bank.files[FUSION]["misconceptions"][0]["en"][0] = wrong[0]

    (finding,) = bank.linted()

    assert finding.rule == "shared-misconception"
    assert finding.severity is Severity.WARNING


def test_true_misconception(bank):
    true = bank.files[DIVIDE]["key_points"][2]["zh"][1]
    bank.files[FUSION]["misconceptions"][1]["zh"][0] = f"其实，{true}！"

    (finding,) = bank.linted()

    assert finding.rule == "true-misconception"
    assert at(finding) == f"{json_text(f'其实，{true}！')},"


def test_empty_phrase(bank):
    points = bank.files[FUSION]["key_points"]
    points[0]["zh"][2] = "根据实际需求选择合适的策略"
    points[1]["en"][3] = "Choose a suitable strategy for it"
    points[2]["en"][0] = "Fewer launches"

    found = bank.linted()

    assert [finding.rule for finding in found] == ["empty-phrase"] * 3
    assert [at(finding) for finding in found] == [
        '"根据实际需求选择合适的策略",',
        '"Choose a suitable strategy for it"',
        '"Fewer launches",',
    ]


def test_prompt(bank):
    told = bank.files[FUSION]["key_points"][0]["zh"][0]
    bank.files[ALIAS]["prompt"]["zh"] = f"为什么说：{told}？"

    (finding,) = bank.linted()

    assert (finding.rule, finding.slug) == ("prompt", ALIAS)
    assert at(finding).startswith('"zh": "为什么说')


def test_related(bank):
    bank.files[FUSION]["related"] = [DIVIDE, "nowhere", TASK, ALIAS]
    bank.task_related = [FUSION, ALIAS, "nothing"]
    bank.files[DIVIDE]["state"] = "draft"
    bank.files[DIVIDE]["related"] = []

    found = bank.linted()

    assert [(finding.rule, at(finding)) for finding in found] == [
        ("related", '"nothing"'),
        ("related", f'"{DIVIDE}",'),
        ("related", '"nowhere",'),
        ("related", f'"{ALIAS}"'),
    ]
    assert {finding.severity for finding in found} == {Severity.ERROR}


@pytest.mark.parametrize("canonical", ["nowhere", TASK, "again"])
def test_alias(values, canonical):
    alias = dataclasses.replace(values[ALIAS], alias_of=canonical)
    again = dataclasses.replace(values[ALIAS], slug="again", sources=())

    (finding,) = lint_values(values, **{ALIAS: alias, "again": again})

    assert (finding.rule, finding.slug) == ("alias", ALIAS)


def test_source(bank, values):
    bank.files[ALIAS]["sources"][0]["number"] = 5

    (finding,) = bank.linted()

    assert finding.rule == "source"
    assert finding.severity is Severity.WARNING
    assert finding.reason == f"{DOCUMENT}: nothing asks number 3, 4"

    twice = dataclasses.replace(values[ALIAS], sources=values[FUSION].sources)
    found = lint_values(values, **{ALIAS: twice})

    assert found[-1].severity is Severity.ERROR
    assert f"number 1 belongs to '{FUSION}'" in found[-1].reason


def test_no_rule_is_left_out():
    broken = {
        name.removeprefix("test_").replace("_", "-")
        for name in globals()
        if name.startswith("test_")
    }

    assert set(RULES) <= broken


# What holds for all of them.


def test_what_a_draft_lacks_is_a_warning(bank):
    fields = bank.draft()
    fields["key_points"][0]["weight"] = 11
    del fields["misconceptions"], fields["reading"]

    found = bank.linted()

    assert {finding.rule for finding in found} == {
        "weight",
        "misconceptions",
        "missing-part",
    }
    assert {finding.severity for finding in found} == {Severity.WARNING}


def test_what_a_live_question_lacks_is_an_error(values):
    bare = dataclasses.replace(values[FUSION], reading=(), follow_ups=None)

    found = lint_values(values, **{FUSION: bare})

    assert [finding.severity for finding in found] == [Severity.ERROR] * 2
    assert {finding.line for finding in found} == {1}


def test_a_draft_that_takes_words_is_blamed_not_the_live_question(bank):
    bank.draft(DIVIDE)
    taken = bank.files[FUSION]["key_points"][1]["en"][0]
    bank.files[DIVIDE]["key_points"][1]["en"][0] = taken

    (finding,) = bank.linted()

    assert finding.slug == DIVIDE
    assert finding.severity is Severity.WARNING


def test_a_misconception_nearer_to_an_opposite_is_false_and_may_stand(bank):
    point = bank.files[FUSION]["key_points"][0]
    statement = point["en"][0]
    head, _, tail = statement.partition(" ")
    point["opposite"]["en"] = f"{head} never {tail}"
    bank.files[FUSION]["misconceptions"][0]["en"][0] = f"{head} never ever {tail}"

    assert bank.linted() == ()


def test_a_task_needs_both_languages(values):
    task = values[TASK]
    assert isinstance(task, SpeedQuestion)
    half = dataclasses.replace(task, statement={"en": "Make it faster"})

    (finding,) = lint_values(values, **{TASK: half})

    assert (finding.slug, finding.reason) == (TASK, "statement: zh is missing")


def test_a_finding_reads_as_one_line(values):
    bare = dataclasses.replace(values[FUSION], state=State.REVIEWED, reading=())

    (finding,) = lint_values(values, **{FUSION: bare})

    assert str(finding) == (
        f"bank/{FUSION}/question.yaml:1: error: reading: there are none [missing-part]"
    )


def test_the_shipped_bank_has_no_fault():
    found = lint(load_bank(ROOT), ROOT)

    assert [str(f) for f in found if f.severity is Severity.ERROR] == []
