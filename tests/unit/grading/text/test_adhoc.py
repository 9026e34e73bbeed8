from __future__ import annotations

from grading.text.adhoc import MOST_POINTS, adhoc_rubric
from tests.unit.grading.text.rubrics import marked


def statements(rubric):
    return [p.statement("en") for p in rubric.key_points]


def test_the_references_sentences_become_key_points():
    rubric = adhoc_rubric("Why?", "Water evaporates in the sun. Salt stays behind.")

    assert statements(rubric) == ["Water evaporates in the sun.", "Salt stays behind."]
    assert not rubric.complete


def test_given_key_points_are_taken_instead():
    rubric = adhoc_rubric("Why?", "Anything.", key_points=["one thing", " ", "two"])

    assert statements(rubric) == ["one thing", "two"]


def test_a_short_sentence_joins_its_neighbour():
    rubric = adhoc_rubric("Does it float?", "Yes. Wood is lighter than water.")

    assert statements(rubric) == ["Yes. Wood is lighter than water."]


def test_the_language_is_told_by_the_script():
    assert set(adhoc_rubric("?", "水蒸发了，盐留下来。").prompt) == {"zh"}
    assert set(adhoc_rubric("?", "The water evaporated.").prompt) == {"en"}


def test_a_long_reference_has_a_bounded_number_of_points():
    text = " ".join(f"Sentence number {i} tells something new." for i in range(100))

    rubric = adhoc_rubric("?", text)

    assert 1 < len(rubric.key_points) <= MOST_POINTS
    assert "99" in statements(rubric)[-1]


def test_a_reference_without_words_has_no_points():
    assert adhoc_rubric("?", " ... ").key_points == ()


def test_a_right_answer_scores_above_a_wrong_one_on_any_subject():
    rubric = adhoc_rubric(
        "How did you separate the salt from the water?",
        "The water was evaporated, leaving the salt.",
    )

    right = marked("We let the water evaporate and the salt was left.", rubric=rubric)
    wrong = marked("By stirring with a wooden spoon.", rubric=rubric)

    assert right.score > 0.6
    assert wrong.score < 0.2
