"""The bank that ships: every folder is read, and it holds what sets promise."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bank.definitions import SpeedQuestion, State, TextQuestion
from bank.documents import read_document
from bank.parsing import load_bank, parse_question
from bank.sets import CHOSEN, DEMO, DEMO_TASKS, DEMO_TEXTS, ready_made

ROOT = Path(__file__).parents[3] / "bank" / "questions"
FOLDERS = sorted(path for path in ROOT.iterdir() if path.is_dir())


@pytest.fixture(scope="module")
def shipped():
    return load_bank(ROOT)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_folder_is_a_question(folder):
    assert parse_question(folder).slug == folder.name


def test_the_bank_as_a_whole_is_read(shipped):
    assert sorted(shipped) == [folder.name for folder in FOLDERS]


def test_both_documents_are_covered_by_at_least_eight_questions(shipped):
    sources = {source for question in shipped.values() for source in question.sources}

    assert len({source.document for source in sources}) == 2
    assert len(sources) >= 8


def test_questions_are_in_both_languages(shipped):
    for question in shipped.values():
        assert set(question.title) == {"zh", "en"}
        asked = (
            question.rubric.prompt
            if isinstance(question, TextQuestion)
            else question.statement
        )
        assert set(asked) == {"zh", "en"}


def test_the_demo_has_its_written_questions_and_two_code_tasks(shipped):
    (demo,) = [ready for ready in ready_made(shipped) if ready.slug == DEMO]
    tasks = [s for s in demo.questions if isinstance(shipped[s], SpeedQuestion)]

    assert demo.questions[: len(DEMO_TEXTS)] == DEMO_TEXTS
    assert tuple(tasks) == DEMO_TASKS


MIXED = "mixed-45"


def test_every_chosen_set_is_complete_and_live(shipped):
    ready = {found.slug: found.questions for found in ready_made(shipped)}

    for chosen in CHOSEN:
        assert ready[chosen.slug] == chosen.questions
        assert {shipped[slug].state for slug in chosen.questions} == {State.LIVE}
        assert set(chosen.name) == set(chosen.about) == {"zh", "en"}


def test_no_chosen_set_asks_one_rubric_twice(shipped):
    for chosen in CHOSEN:
        questions = [shipped[slug] for slug in chosen.questions]
        rubrics = [getattr(found, "alias_of", "") or found.slug for found in questions]
        assert rubrics == list(dict.fromkeys(chosen.questions))


def test_a_themed_set_has_eight_to_twelve_questions_for_an_hour_and_a_half(shipped):
    themed = [chosen for chosen in CHOSEN if chosen.slug != MIXED]

    assert len(themed) == 4
    for chosen in themed:
        assert 8 <= len(chosen.questions) <= 12
        assert 60 <= sum(shipped[slug].minutes for slug in chosen.questions) <= 90


def test_the_mixed_assessment_takes_its_45_minutes_with_text_and_code(shipped):
    (mixed,) = [chosen for chosen in CHOSEN if chosen.slug == MIXED]
    questions = [shipped[slug] for slug in mixed.questions]
    tasks = [found for found in questions if isinstance(found, SpeedQuestion)]

    assert 1 <= len(tasks) <= 2
    assert len(questions) > len(tasks)
    assert 40 <= sum(found.minutes for found in questions) <= 45


@pytest.mark.skipif(
    not os.environ.get("INFERVIEW_DOCUMENTS") and os.environ.get("CI") != "true",
    reason="INFERVIEW_DOCUMENTS names no folder of documents, and this is no CI run",
)
def test_no_sentence_of_the_documents_is_in_the_bank(shipped):
    texts = "\n".join(
        (folder / "question.yaml").read_text(encoding="utf-8") for folder in FOLDERS
    )
    paths = sorted(Path(os.environ["INFERVIEW_DOCUMENTS"]).glob("*.txt"))
    assert len(paths) == 2
    for path in paths:
        for question in read_document(path).questions:
            for point in question.key_points:
                assert point.text.rstrip("。") not in texts
