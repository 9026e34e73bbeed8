from __future__ import annotations

from bank.definitions import Source, State
from bank.sets import CHOSEN, DEMO, DEMO_TEXTS, ready_made
from tests.make.bank import make_speed_question, make_text_question


def bank_of(*questions):
    return {question.slug: question for question in questions}


def asked(slug, number, **changes):
    source = Source(document="talks.md", number=number)
    return make_text_question(slug=slug, sources=(source,), **changes)


def test_a_document_is_given_in_its_own_order_without_what_is_not_live():
    (ready,) = ready_made(
        bank_of(
            asked("alpha", 3),
            asked("beta", 1),
            asked("gamma", 2, state=State.DRAFT),
            make_text_question(slug="delta", sources=()),
        )
    )

    assert ready.slug == "doc-talks"
    assert ready.questions == ("beta", "alpha")


def test_a_question_that_stands_twice_in_a_document_is_asked_once():
    sources = tuple(Source(document="talks.md", number=number) for number in (1, 4))
    (ready,) = ready_made(
        bank_of(make_text_question(slug="alpha", sources=sources), asked("beta", 2))
    )

    assert ready.questions == ("alpha", "beta")


def test_a_task_is_no_part_of_a_document(tmp_path):
    source = Source(document="talks.md", number=1)
    task = make_speed_question(tmp_path / "fused-norm", sources=(source,))
    ready = ready_made(bank_of(asked("alpha", 1), task))

    assert [(found.slug, found.questions) for found in ready] == [
        ("doc-talks", ("alpha",)),
        (DEMO, ("fused-norm",)),
    ]


def test_the_demo_mixes_text_and_code(tmp_path):
    tasks = [make_speed_question(tmp_path / name) for name in ("a-task", "b-task", "c")]
    texts = [make_text_question(slug=slug, sources=()) for slug in DEMO_TEXTS]
    (demo,) = ready_made(bank_of(*tasks, *texts))

    assert demo.slug == DEMO
    assert demo.questions == (*DEMO_TEXTS, "a-task", "b-task")


def test_an_empty_bank_has_no_sets():
    assert ready_made({}) == ()


# -- chosen by hand -------------------------------------------------------------------

INFERENCE = next(chosen for chosen in CHOSEN if chosen.slug == "inference-engineer")


def ready(slug, questions):
    return next((found for found in ready_made(questions) if found.slug == slug), None)


def texts(slugs, **changes):
    return bank_of(
        *(make_text_question(slug=slug, sources=(), **changes) for slug in slugs)
    )


def test_a_chosen_set_says_how_much_and_how_long_it_is():
    found = ready(INFERENCE.slug, texts(INFERENCE.questions, minutes=7))

    count = len(INFERENCE.questions)
    assert found.questions == INFERENCE.questions
    assert found.name == INFERENCE.name
    assert found.description["en"].endswith(f" {count} questions, {7 * count} minutes.")
    assert found.description["zh"].endswith(f"{count} 题，{7 * count} 分钟。")


def test_what_is_not_live_is_left_out_of_a_chosen_set_and_of_its_minutes():
    first, second, *rest = INFERENCE.questions
    questions = texts(rest, minutes=7)
    questions[second] = make_text_question(slug=second, state=State.RETIRED)

    found = ready(INFERENCE.slug, questions)

    assert found.questions == tuple(rest)
    assert f"{7 * len(rest)} minutes" in found.description["en"]
    assert first not in found.questions


def test_a_chosen_set_of_which_little_is_there_is_left_out():
    count = len(INFERENCE.questions)

    assert ready(INFERENCE.slug, texts(INFERENCE.questions[: count // 2])) is None
    assert ready(INFERENCE.slug, texts(INFERENCE.questions[: count // 2 + 1]))


def test_no_two_sets_share_a_slug():
    slugs = [DEMO, *(chosen.slug for chosen in CHOSEN)]

    assert len(set(slugs)) == len(slugs)
