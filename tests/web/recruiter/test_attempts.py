from __future__ import annotations

import pytest
from django.test import Client

from assessment.models import AttemptEvent, Job, Override, Report
from assessment.services.attempts import attempt_enter
from assessment.services.grades import grade_again
from assessment.states import AttemptState, JobState
from tests.make.assessment import (
    fail_job,
    hold_job,
    job_of,
    judged_body,
    make_assessment,
    make_attempt,
    make_question,
    text_body,
)
from tests.web.recruiter.conftest import text_of

pytestmark = pytest.mark.django_db

POSTS = ("review", "reopen", "release", "cancel", "renew")


def card(attempt, ending: str = "") -> str:
    return f"/recruiter/attempts/{attempt.uid}/{ending}"


def state_of(attempt):
    attempt.refresh_from_db()
    return attempt.state


# -- the list --------------------------------------------------------------------------


def test_the_list_says_what_to_do_when_nothing_is_there(client):
    assert "There is no assessment yet" in text_of(client.get("/recruiter/"))

    make_assessment()

    assert "Nobody is invited yet" in text_of(client.get("/recruiter/"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"Li Wei", "王小明"}),
        ("?q=li+wei", {"Li Wei"}),
        ("?q=小明", {"王小明"}),
        ("?q=xiaoming@", {"王小明"}),
        ("?q=推理", {"王小明"}),
        ("?q=nobody", set()),
        ("?state=graded", {"Li Wei"}),
        ("?state=no-such-state", {"Li Wei", "王小明"}),
        ("?q=%00", {"Li Wei", "王小明"}),
        ("?page=99", {"Li Wei", "王小明"}),
        ("?sort=candidate", {"Li Wei", "王小明"}),
        ("?sort=password", {"Li Wei", "王小明"}),
    ],
)
def test_attempts_are_found_by_what_is_known_of_them(client, query, found):
    make_attempt(AttemptState.GRADED, name="Li Wei")
    make_attempt(
        name="王小明",
        email="xiaoming@example.org",
        assessment=make_assessment(title="推理工程师"),
    )

    page = text_of(client.get(f"/recruiter/{query}"))

    assert {name for name in ("Li Wei", "王小明") if name in page} == found


def test_attempts_are_filtered_by_their_assessment(client):
    wanted = make_assessment(title="Wanted")
    make_attempt(name="Li Wei", assessment=wanted)
    make_attempt(name="Ada Example")

    page = text_of(client.get(f"/recruiter/?assessment={wanted.uid}"))

    assert "Li Wei" in page
    assert "Ada Example" not in page


def test_a_long_list_has_pages(client):
    assessment = make_assessment()
    for number in range(27):
        make_attempt(assessment=assessment, name=f"No {number:02}")

    first = text_of(client.get("/recruiter/?sort=candidate&q=No"))
    second = text_of(client.get("/recruiter/?sort=candidate&q=No&page=2"))

    assert "1 to 25 of 27" in first
    assert "No 26" not in first
    assert "No 26" in second
    assert "sort=candidate&amp;q=No&amp;page=2" in first.replace(
        "q=No&amp;sort=candidate", "sort=candidate&amp;q=No"
    )


def test_the_list_costs_the_same_however_many_rows(
    client, django_assert_max_num_queries
):
    assessment = make_assessment()
    for _ in range(6):
        make_attempt(AttemptState.GRADED, assessment=assessment)

    with django_assert_max_num_queries(14):
        client.get("/recruiter/")


def test_the_list_shows_a_total_and_never_a_zero_for_a_fault(client):
    make_attempt(AttemptState.GRADED)
    waiting = make_attempt(AttemptState.SUBMITTED)
    fail_job(waiting.items.get(position=1))

    page = text_of(client.get("/recruiter/"))

    assert "56<span" in page
    assert "Grading stopped" in page
    assert "not graded yet" in page
    assert ">0<" not in page


def to_read(**changes):
    return make_attempt(AttemptState.GRADED, bodies=[judged_body(), None], **changes)


def test_the_list_says_how_many_answers_wait_for_a_person(client):
    to_read(name="Li Wei")
    make_attempt(AttemptState.GRADED, name="Ada Example")

    page = text_of(client.get("/recruiter/"))
    asked = text_of(client.get("/recruiter/?to_read=1"))

    assert "1 answer waits for a person to read it, in 1 attempt." in page
    assert page.count("1 answer to read") == 1
    assert "Ada Example" in page
    assert "Li Wei" in asked
    assert "Ada Example" not in asked


def test_an_answer_waits_no_more_once_somebody_has_looked(client, ruth):
    marked, reviewed = to_read(), to_read()
    make_attempt(AttemptState.RELEASED, bodies=[judged_body(), None])
    assert "2 answers wait for a person" in text_of(client.get("/recruiter/"))

    client.post(card(marked, "items/1/mark/"), {"score": "60", "reason": "read it"})
    client.post(card(reviewed, "review/"))

    page = text_of(client.get("/recruiter/"))
    assert "for a person to read" not in page
    assert "to read</span>" not in page
    assert "No attempt matches" in text_of(client.get("/recruiter/?to_read=1"))


def test_only_the_newest_grade_says_whether_to_read_an_answer(client):
    attempt = to_read()
    grade_again(
        counting=attempt.items.get(position=1).answer.grades.get(),
        score=0.5,
        body=judged_body(review=False, reasons=()),
    )

    assert "for a person to read" not in text_of(client.get("/recruiter/"))


def test_another_organisation_is_not_told_what_waits(other):
    to_read()

    assert "for a person to read" not in text_of(other.get("/recruiter/"))


# -- the scorecard ---------------------------------------------------------------------


@pytest.mark.parametrize("state", list(AttemptState))
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_state_has_its_page(client, state, language):
    attempt = make_attempt(state)

    page = client.get(card(attempt), headers={"accept-language": language})

    assert page.status_code == 200
    assert page["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_the_scorecard_shows_each_mark_with_its_evidence(client):
    attempt = make_attempt(AttemptState.GRADED)

    page = text_of(client.get(card(attempt)))

    assert 'mark class="earned">The large model&#x27;s soft outputs' in page
    assert "near a known misconception: “The teacher also serves”" in page
    assert "similarity 0.91" in page
    assert "1.48x (1.45 to 1.51)" in page
    assert "AMD EPYC 7R32" in page
    assert "Correct and faster than the baseline" in page
    assert "What this score does not tell you" in page


def test_a_mark_stands_with_its_interval_and_the_total_too(client):
    page = text_of(client.get(card(to_read())))

    assert "between 41 and 72 with 90 % confidence" in page
    assert page.count("41 to 72") == 1  # in the table of marks
    # 0.565 for both; the code's mark counts as known
    assert "between 49 and 64 with 90 % confidence" in page
    assert "in nine of ten cases" in page


def test_what_a_person_should_read_is_marked_with_the_reasons(client):
    attempt = to_read()

    page = text_of(client.get(card(attempt)))
    chinese = text_of(client.get(card(attempt), headers={"accept-language": "zh-hans"}))

    assert "A person should read this answer" in page
    assert "more uncertain than 83 % of those" in page
    assert page.count("word for word one of the rubric’s own") == 2  # and as a guard
    assert '1 answer waits for a person to read it: <a href="#question-1">' in page
    assert "这份作答应当由人来读" in chinese
    assert "有 90 % 的把握在 41 到 72 之间" in chinese


def test_who_has_marked_or_reviewed_is_not_asked_to_read(client, ruth):
    marked, reviewed = to_read(), to_read()
    client.post(card(marked, "items/1/mark/"), {"score": "60", "reason": "read it"})
    client.post(card(reviewed, "review/"))

    for attempt in (marked, reviewed):
        page = text_of(client.get(card(attempt)))
        assert "A person should read this answer" not in page
        assert "The grader asked for a person to read this answer" in page
    assert "measured: 56 / 100, between 41 and 72" in text_of(client.get(card(marked)))


def test_each_key_point_opens_into_what_it_was_compared_with(client):
    page = text_of(client.get(card(to_read())))

    assert page.count("How it was compared") == 4
    assert "0.91; with sentences about other things 0.78 on average" in page
    assert "4.2<span" in page
    assert "3.9 after what speaks against it" in page
    assert "Nearest misconception" in page
    assert "It is not so that outputs are targets" in page
    assert "lean to the key point by 1.3 deviations" in page
    assert "lean to the opposite by 0.7 deviations" in page
    assert "What the mark is made of" in page
    assert "how many standard deviations" in page


def test_a_grade_from_before_there_were_intervals_has_its_page(client):
    older = text_body()
    for name in ("low", "high", "doubt", "review", "reasons", "details"):
        del older[name]
    attempt = make_attempt(AttemptState.GRADED, bodies=[older, None])

    page = text_of(client.get(card(attempt)))

    assert "similarity 0.91" in page
    assert "90 % confidence" not in page
    assert "How it was compared" not in page
    assert "56<span" in text_of(client.get("/recruiter/"))


def test_what_a_candidate_wrote_is_shown_and_never_run(client):
    evil = "<script>alert(1)</script> </code></pre><img src=x onerror=alert(2)>"
    attempt = make_attempt(
        AttemptState.GRADED,
        name="<b>Mallory</b>",
        answers=[evil, evil],
    )

    page = text_of(client.get(card(attempt)))

    assert "<script>alert" not in page
    assert "<img" not in page.replace('<img src="/static/', "")
    assert "<b>Mallory" not in page


@pytest.mark.parametrize(
    ("stop", "whose"),
    [
        (hold_job, "the question needs its author"),
        (fail_job, "through a fault of ours"),
    ],
)
def test_a_fault_is_named_and_is_no_zero(client, stop, whose):
    attempt = make_attempt(AttemptState.SUBMITTED)
    stop(attempt.items.get(position=1))

    page = text_of(client.get(card(attempt)))

    assert whose in page
    assert "not graded yet" in page
    assert "0<span" not in page


def test_a_stopped_job_is_queued_again(
    client, sent, django_capture_on_commit_callbacks
):
    attempt = make_attempt(AttemptState.SUBMITTED)
    item = attempt.items.get(position=1)
    hold_job(item)

    with django_capture_on_commit_callbacks(execute=True):
        client.post(card(attempt, "items/1/retry/"))

    job = job_of(item)
    assert job.state == JobState.QUEUED
    assert job.tries == 0
    assert sent[-1] == ("workers.grade_text", job.pk)


def test_a_job_that_is_not_stopped_is_left_alone(client):
    attempt = make_attempt(AttemptState.GRADED)
    before = list(Job.objects.values())

    page = client.post(card(attempt, "items/1/retry/"), follow=True)

    assert "nothing changed" in text_of(page)
    assert list(Job.objects.values()) == before


def test_late_text_is_shown_beside_the_answer_and_not_in_it(client):
    attempt = make_attempt(AttemptState.GRADED)
    answer = attempt.items.get(position=1).answer
    answer.saves.create(
        text="After the bell.", revision=2, at=attempt.submitted_at, late=True
    )

    page = text_of(client.get(card(attempt)))

    assert "not part of the answer" in page
    assert "After the bell." in page


def test_the_raw_series_can_be_taken_away(client):
    attempt = make_attempt(AttemptState.GRADED)

    answer = client.get(card(attempt, "items/2/series.json"))

    assert answer["Content-Disposition"].startswith("attachment")
    assert len(answer.json()["baseline_seconds"]) == 200
    assert client.get(card(attempt, "items/1/series.json")).status_code == 404
    assert client.get(card(attempt, "items/9/series.json")).status_code == 404


# -- marks -----------------------------------------------------------------------------


def test_both_marks_stay_visible_when_a_person_marks(client, ruth):
    attempt = make_attempt(AttemptState.GRADED)

    answer = client.post(
        card(attempt, "items/1/mark/"), {"score": "80", "reason": "Said in other words"}
    )

    mark = Override.objects.get()
    assert answer["Location"] == card(attempt) + "#question-1"
    assert (mark.score, mark.reason, mark.by) == (0.8, "Said in other words", ruth)
    page = text_of(client.get(card(attempt)))
    assert "Marked by a person: 80 / 100" in page
    assert "measured: 56 / 100" in page
    assert "Said in other words" in page
    assert "ruth@acme.example" in page


def test_a_person_can_mark_what_the_service_could_not(client):
    attempt = make_attempt(
        AttemptState.SUBMITTED, assessment=make_assessment(questions=[make_question()])
    )
    fail_job(attempt.items.get())

    client.post(card(attempt, "items/1/mark/"), {"score": "70", "reason": "By hand"})

    assert state_of(attempt) == AttemptState.GRADED
    assert "70<span" in text_of(client.get(card(attempt)))


@pytest.mark.parametrize(
    ("score", "reason"),
    [
        ("", "why"),
        ("101", "why"),
        ("-1", "why"),
        ("eighty", "why"),
        ("NaN", "why"),
        ("80", ""),
        ("80", "   "),
        ("80", "x" * 2001),
        ("80", "a\x00b"),
    ],
)
def test_a_mark_that_makes_no_sense_changes_nothing_and_loses_nothing(
    client, score, reason
):
    attempt = make_attempt(AttemptState.GRADED)

    page = client.post(
        card(attempt, "items/1/mark/"), {"score": score, "reason": reason}
    )

    assert page.status_code == 200
    assert "error-summary" in text_of(page)
    if score:
        assert f'value="{score}"' in text_of(page)
    assert not Override.objects.exists()


@pytest.mark.parametrize(
    "state", [AttemptState.STARTED, AttemptState.REVIEWED, AttemptState.RELEASED]
)
def test_a_mark_is_refused_outside_its_time(client, state):
    attempt = make_attempt(state)

    client.post(card(attempt, "items/1/mark/"), {"score": "80", "reason": "why"})

    assert not Override.objects.exists()


def test_a_refused_mark_leads_back_when_the_language_is_switched(client):
    attempt = make_attempt(AttemptState.GRADED)

    answer = client.get(card(attempt, "items/1/mark/"))

    assert answer["Location"] == card(attempt) + "#question-1"


# -- review and release ----------------------------------------------------------------


def test_a_scorecard_goes_from_graded_to_reviewed_to_released(client, ruth):
    attempt = make_attempt(AttemptState.GRADED)

    client.post(card(attempt, "review/"))
    assert state_of(attempt) == AttemptState.REVIEWED
    asked = text_of(client.get(card(attempt, "release/")))
    assert "A release cannot be taken back." in asked
    page = client.post(card(attempt, "release/"), follow=True)

    assert state_of(attempt) == AttemptState.RELEASED
    report = Report.objects.get()
    assert report.released_by == ruth
    assert report.body["score"] == pytest.approx(0.565)
    assert "/r/" in text_of(page)


def test_a_review_can_be_taken_back_before_the_release(client):
    attempt = make_attempt(AttemptState.REVIEWED)

    client.post(card(attempt, "reopen/"))

    assert state_of(attempt) == AttemptState.GRADED


@pytest.mark.parametrize(
    ("action", "state"),
    [
        ("review", AttemptState.SUBMITTED),
        ("review", AttemptState.RELEASED),
        ("reopen", AttemptState.GRADED),
        ("release", AttemptState.SUBMITTED),
        ("release", AttemptState.GRADED),
        ("release", AttemptState.RELEASED),
        ("cancel", AttemptState.RELEASED),
        ("cancel", AttemptState.EXPIRED),
        ("renew", AttemptState.SUBMITTED),
    ],
)
def test_what_cannot_follow_is_refused_and_changes_nothing(client, action, state):
    attempt = make_attempt(state)
    reports = Report.objects.count()
    events = AttemptEvent.objects.count()

    page = client.post(card(attempt, f"{action}/"), follow=True)

    assert 'role="alert"' in text_of(page)
    assert state_of(attempt) == state
    assert Report.objects.count() == reports
    assert AttemptEvent.objects.count() == events


def test_a_refusal_speaks_the_language_of_the_page(client):
    attempt = make_attempt(AttemptState.SUBMITTED)

    page = client.post(
        card(attempt, "review/"), follow=True, headers={"accept-language": "zh-hans"}
    )

    assert "全部评分之后才能复核，还有题目没有得分。" in text_of(page)


def test_asking_to_release_too_early_leads_back(client):
    attempt = make_attempt(AttemptState.GRADED)

    assert client.get(card(attempt, "release/"))["Location"] == card(attempt)


def test_cancelling_asks_first_and_keeps_what_was_written(client):
    attempt = make_attempt(AttemptState.STARTED)

    assert "Cancel the attempt of" in text_of(client.get(card(attempt, "cancel/")))
    assert state_of(attempt) == AttemptState.STARTED
    client.post(card(attempt, "cancel/"))

    assert state_of(attempt) == AttemptState.CANCELLED
    assert attempt.items.get(position=1).answer.text


def test_a_new_link_is_shown_once_and_works(client):
    attempt = make_attempt()

    page = text_of(client.post(card(attempt, "renew/"), follow=True))
    again = text_of(client.get(card(attempt)))

    token = page.split("/i/")[1].split("/")[0]
    assert "/i/" not in again
    entered, _secret = attempt_enter(token=token, now=attempt.invitation.created_at)
    assert entered.pk == attempt.pk


def test_the_history_says_who_did_what_and_when(client):
    attempt = make_attempt(AttemptState.RELEASED)

    page = text_of(client.get(card(attempt)))

    for words in (
        "invited the candidate",
        "agreed to what is recorded",
        "started the clock",
        "handed in",
        "marked every question",
        "reviewed the scorecard",
        "released the scorecard",
    ):
        assert words in page


# -- who may ---------------------------------------------------------------------------


def test_another_organisation_sees_and_changes_nothing(other, client):
    attempt = make_attempt(AttemptState.REVIEWED, name="Li Wei")
    before = AttemptEvent.objects.count()
    paths = ["", "items/2/series.json", "release/", "cancel/", "items/1/mark/"]

    answers = [other.get(card(attempt, path)).status_code for path in paths]
    answers += [other.post(card(attempt, f"{path}/")).status_code for path in POSTS]
    answers += [
        other.post(
            card(attempt, "items/1/mark/"), {"score": "1", "reason": "x"}
        ).status_code,
        other.post(card(attempt, "items/1/retry/")).status_code,
    ]

    assert set(answers) == {404}
    assert "Li Wei" not in text_of(other.get("/recruiter/"))
    assert state_of(attempt) == AttemptState.REVIEWED
    assert AttemptEvent.objects.count() == before
    assert not Override.objects.exists()


def test_a_stranger_is_sent_to_sign_in_and_changes_nothing(ruth):
    attempt = make_attempt(AttemptState.REVIEWED)
    browser = Client()

    answers = [browser.get(card(attempt))]
    answers += [browser.post(card(attempt, f"{path}/")) for path in POSTS]

    assert all(answer["Location"].startswith("/accounts/login/") for answer in answers)
    assert state_of(attempt) == AttemptState.REVIEWED


def test_a_form_without_its_token_is_refused(ruth):
    attempt = make_attempt(AttemptState.GRADED)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ruth, backend="django.contrib.auth.backends.ModelBackend")

    answer = browser.post(card(attempt, "review/"))

    assert answer.status_code == 403
    assert state_of(attempt) == AttemptState.GRADED


def test_looking_never_changes_anything(client):
    attempt = make_attempt(AttemptState.GRADED)

    answers = [
        client.get(card(attempt, f"{path}/")).status_code
        for path in ("review", "reopen", "renew", "items/1/retry")
    ]

    assert answers == [405, 405, 405, 405]


def test_a_rubric_without_misconceptions_is_pointed_out(client):
    attempt = make_attempt(
        AttemptState.GRADED,
        bodies=[
            text_body(flags=("incomplete_rubric",)),
            None,
        ],
    )

    assert "No specialist has written down" in text_of(client.get(card(attempt)))
