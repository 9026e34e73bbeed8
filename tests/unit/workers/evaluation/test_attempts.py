from __future__ import annotations

from collections import Counter

from grading.inputs import KeyPoint, Rubric, TextAnswer
from workers.evaluation.attempts import CASES, attempts

RUBRIC = Rubric(
    prompt={"en": "Why?"},
    key_points=(KeyPoint(id="a", weight=1.0, phrasings={"en": ("Because.",)}),),
)


def test_sixty_attempts_differ_from_their_answers_in_one_instruction():
    answers = [
        TextAnswer(text=f"answer number {n}", language=language, rubric=RUBRIC)
        for n in range(20)
        for language in ("zh", "en")
    ]

    found = attempts(answers)

    assert len(found) == CASES
    assert Counter(plain.language for plain, _ in found) == {"zh": 30, "en": 30}
    for plain, told in found:
        assert plain.text in told.text
        assert len(told.text) > len(plain.text) + 10
    places = Counter(told.text.startswith(plain.text) for plain, told in found)
    assert places[True] == places[False] == CASES // 2
    assert len({told.text for _, told in found}) > CASES * 0.9  # some have no ASCII
