"""From the lobby to the receipt, with and without a script."""

from __future__ import annotations

import hashlib
import re

import pytest
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisConnectionError

from assessment.errors import TrialUnderWay
from assessment.models import AnswerSave, Attempt, AttemptItem, Job, Trial
from assessment.services.invitations import invitation_cancel
from assessment.services.jobs import job_claim, job_give_back
from assessment.services.trials import trial_progress_note, trial_start
from assessment.states import AttemptState, JobKind, JobState
from bank.models import Question
from tests.make.assessment import make_assessment, speed_body
from tests.web.candidate.conftest import candidate


def form(page, **changes):
    """Return the fields that a browser without a script would send."""
    fields = dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    )
    return {**fields, **changes}


# -- start ----------------------------------------------------------------------------


def test_the_lobby_says_when_it_would_end_and_starts_nothing(li):
    li.agree()

    page = li.client.get(li.root)

    assert "If you start now, it ends at" in page.text
    assert "never sent, saved or scored" in page.text
    assert li.attempt.started_at is None


def test_starting_twice_costs_no_time(writing):
    before = writing.attempt.deadline

    again = writing.client.post(f"{writing.root}start/")

    assert again.url == f"{writing.root}1/"
    assert writing.attempt.deadline == before
    assert writing.attempt.items.count() == 2


def test_a_question_is_not_shown_before_the_start(li):
    li.agree()

    for path in ("1/", "submit/", "done/"):
        assert li.client.get(f"{li.root}{path}").url == li.root


def test_an_assessment_whose_questions_are_gone_does_not_start_the_clock(li):
    li.agree()
    Question.objects.update(state="retired")

    answer = li.client.post(f"{li.root}start/")

    assert answer.status_code == 409
    assert "your time has not begun" in answer.text
    assert li.attempt.state == AttemptState.INVITED


# -- a question -----------------------------------------------------------------------


def test_a_question_shows_prompt_list_clock_and_both_languages(writing):
    page = writing.client.get(f"{writing.root}1/").text

    assert "How do you train a small, faster model" in page
    assert "怎样用一个大模型训练出更快的小模型" in page
    assert "Question 1 of 2" in page
    assert 'role="timer"' in page
    assert "Fused normalisation" in page


def test_an_assessment_in_one_language_offers_no_choice(db):
    li = candidate(assessment=make_assessment(languages=["zh"]))
    li.start()

    page = li.client.get(f"{li.root}1/").text

    assert (
        'name="language"'
        not in page.partition('id="answer"')[2].partition("</form>")[0]
    )
    assert "怎样用一个大模型" in page
    assert "How do you train a small" not in page


def test_the_rubric_never_reaches_the_candidate(writing):
    for path in ("1/", "2/", "submit/", "1/draft"):
        page = writing.client.get(f"{writing.root}{path}").text
        assert "Temperature flattens" not in page
        assert "The teacher also serves" not in page


def test_code_begins_with_the_baseline_which_is_no_answer_yet(writing):
    page = writing.client.get(f"{writing.root}2/").text

    assert "def solve(x, residual, weight):" in page
    assert writing.answer(2).text == ""
    writing.put("def solve(x, residual, weight):\n    ...\n", position=2)
    assert "still the baseline" in writing.client.get(f"{writing.root}2/").text


def test_an_answer_is_shown_as_text_and_never_as_markup(writing):
    writing.put("</textarea><script>alert(1)</script>")

    page = writing.client.get(f"{writing.root}1/").text

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_page_is_never_kept_by_a_browser_or_proxy(writing):
    for path in ("", "1/", "1/draft", "clock", "submit/"):
        answer = writing.client.get(f"{writing.root}{path}")
        assert "no-store" in answer.headers["Cache-Control"]


def test_no_page_carries_an_inline_style_or_script(writing):
    for path in ("", "1/", "2/", "submit/"):
        page = writing.client.get(f"{writing.root}{path}").text
        assert " style=" not in page
        assert " onclick=" not in page
        for tag in re.findall(r"<script[^>]*>", page):
            assert " src=" in tag or 'type="application/json"' in tag


# -- without a script -----------------------------------------------------------------


def test_a_form_saves_and_goes_on(writing):
    page = writing.client.get(f"{writing.root}1/")

    answer = writing.client.post(
        f"{writing.root}1/",
        form(page, text="line one\r\nline two", language="zh", action="next"),
    )

    assert answer.url == f"{writing.root}2/"
    assert writing.answer().text == "line one\nline two"
    assert writing.answer().language == "zh"


def test_the_language_switch_keeps_what_was_typed(writing):
    page = writing.client.get(f"{writing.root}1/")

    answer = writing.client.post(
        f"{writing.root}1/",
        form(page, text="typed", page_language="zh-hans"),
        follow=True,
    )

    assert writing.answer().text == "typed"
    assert "您的作答" in answer.text
    assert "typed" in answer.text


@pytest.mark.parametrize(
    ("action", "position", "goes_to"),
    [
        ("save", 1, "1/"),
        ("next", 2, "2/"),
        ("previous", 2, "1/"),
        ("previous", 1, "1/"),
        ("submit", 1, "submit/"),
        ("nonsense", 1, "1/"),
    ],
)
def test_each_button_leads_where_it_says(writing, action, position, goes_to):
    path = f"{writing.root}{position}/"
    page = writing.client.get(path)

    answer = writing.client.post(path, form(page, text="x", action=action))

    assert answer.url == f"{writing.root}{goes_to}"


def test_a_form_from_an_old_page_overwrites_nothing(writing):
    page = writing.client.get(f"{writing.root}1/")
    writing.put("newer", client_id="tab1")

    answer = writing.client.post(f"{writing.root}1/", form(page, text="older page"))

    assert answer.status_code == 409
    assert writing.answer().text == "newer"
    assert "older page" in answer.text
    assert "newer" in answer.text


def test_a_form_that_is_too_long_gives_the_text_back(writing):
    page = writing.client.get(f"{writing.root}1/")

    answer = writing.client.post(f"{writing.root}1/", form(page, text="y" * 50_001))

    assert answer.status_code == 413
    assert "y" * 50_001 in answer.text
    assert writing.answer().revision == 0


def test_a_form_sent_after_the_end_is_kept_aside(writing):
    page = writing.client.get(f"{writing.root}1/")
    writing.move_deadline(minutes=2)

    answer = writing.client.post(f"{writing.root}1/", form(page, text="late"))

    assert answer.url == f"{writing.root}done/"
    assert writing.answer().text == ""
    assert AnswerSave.objects.get(late=True).text == "late"


@pytest.mark.parametrize("field", ["base_revision", "client_seq", "client_id"])
@pytest.mark.parametrize("value", ["", "-1", "9" * 40, "x\x00", "²"])
def test_a_form_with_odd_hidden_fields_breaks_nothing(writing, field, value):
    page = writing.client.get(f"{writing.root}1/")

    answer = writing.client.post(
        f"{writing.root}1/", form(page, text="t", **{field: value})
    )

    assert answer.status_code in {302, 409}


# -- runs -----------------------------------------------------------------------------

MOMENT = {
    "stage": "measuring",
    "cases_checked": 2,
    "cases": 4,
    "pairs": 5,
    "pairs_wanted": 8,
    "output": "<b>" + "z" * 100_000,
}


def run(who, source="def solve(x): return x", **more):
    return who.client.post(
        f"{who.root}2/trial",
        {"source": source, **more},
        content_type="application/json",
    )


def end_run(state=JobState.GRADED):
    job = Job.objects.get(kind=JobKind.TRIAL, state=JobState.QUEUED)
    job_claim(job.pk)
    if state is JobState.FAILED:
        job_give_back(job.pk, code="service.x", retryable=False)
        return
    Trial.objects.filter(job=job).update(result=speed_body(output="<b>printed</b>"))
    Job.objects.filter(pk=job.pk).update(state=state)


def test_a_run_is_queued_with_its_place_and_what_is_left(writing):
    answer = run(writing)

    assert answer.status_code == 202
    assert answer.json() | {"at": ""} == {
        "state": "queued",
        "ahead": 0,
        "runs_used": 1,
        "runs_allowed": 30,
        "at": "",
    }


def test_who_waits_sees_how_many_runs_come_first(writing):
    other = candidate(assessment=writing.invitation.assessment)
    other.start()
    run(writing)

    assert run(other).json()["ahead"] == 1


def test_a_second_run_waits_for_the_first(writing):
    run(writing)

    answer = run(writing)

    assert answer.status_code == 409
    assert answer.json()["code"] == "trial.under_way"
    assert Trial.objects.count() == 1


def test_one_sitting_runs_one_program_at_a_time(writing):
    item = writing.attempt.items.get(position=2)
    other = AttemptItem.objects.create(
        attempt=writing.attempt, version=item.version, position=3, weight=1.0
    )
    run(writing)

    with pytest.raises(TrialUnderWay):
        trial_start(item=other, source="def solve(x): return x", now=timezone.now())

    assert Trial.objects.count() == 1


def test_the_allowance_is_shown_and_kept(writing, settings):
    settings.TRIALS_PER_QUESTION = 2
    for _ in range(2):
        assert run(writing).status_code == 202
        end_run()

    refused = run(writing)

    assert (refused.status_code, refused.json()["code"]) == (409, "trial.used_up")
    assert "All runs of this question are used" in refused.json()["detail"]
    assert Trial.objects.count() == 2
    assert "2 of 2 runs used" in writing.client.get(f"{writing.root}2/").text


def test_without_a_script_too_the_page_says_that_the_runs_are_used(writing, settings):
    settings.TRIALS_PER_QUESTION = 0
    page = writing.client.get(f"{writing.root}2/")

    answer = writing.client.post(
        f"{writing.root}2/", form(page, text="def solve(): 1", action="run")
    )

    assert answer.status_code == 409
    assert "All runs of this question are used" in answer.text
    assert writing.answer(2).text == "def solve(): 1"
    assert Trial.objects.count() == 0


def test_a_running_program_shows_how_far_it_is_and_what_it_printed(writing):
    run(writing)
    job = Job.objects.get(kind=JobKind.TRIAL)
    job_claim(job.pk)
    silent = writing.client.get(f"{writing.root}2/trial").json()
    trial_progress_note(job.pk, MOMENT)

    facts = writing.client.get(f"{writing.root}2/trial").json()

    assert (silent["state"], "stage" in silent) == ("running", False)
    assert facts["stage"] == "measuring"
    assert (facts["cases_checked"], facts["cases"]) == (2, 4)
    assert (facts["pairs"], facts["pairs_wanted"]) == (5, 8)
    assert len(facts["output"]) == 8_000
    assert facts["output_cut"]
    assert "<b>" not in writing.client.get(f"{writing.root}2/").text.split("main", 1)[1]


def test_a_run_goes_on_being_shown_while_the_cache_is_away(writing, monkeypatch):
    run(writing)
    job_claim(Job.objects.get(kind=JobKind.TRIAL).pk)

    def away(key):
        raise RedisConnectionError(key)

    monkeypatch.setattr("assessment.selectors.trials.cache.get", away)

    assert writing.client.get(f"{writing.root}2/trial").json()["state"] == "running"


def test_a_finished_run_shows_verdict_interval_and_output(writing):
    run(writing)
    end_run()

    facts = writing.client.get(f"{writing.root}2/trial").json()

    assert facts["state"] == "finished"
    assert facts["verdict"] == "faster"
    assert facts["low"] < facts["speedup"] < facts["high"]
    assert facts["output"] == "<b>printed</b>"
    assert "<b>printed" not in writing.client.get(f"{writing.root}2/").text


def test_a_run_that_we_failed_costs_nothing(writing):
    run(writing)
    end_run(JobState.FAILED)

    facts = writing.client.get(f"{writing.root}2/trial").json()

    assert (facts["state"], facts["runs_used"]) == ("failed", 0)


def test_a_long_output_is_cut_and_said_so(writing):
    run(writing)
    end_run()
    Trial.objects.update(result=speed_body(output="z" * 100_000))

    facts = writing.client.get(f"{writing.root}2/trial").json()

    assert len(facts["output"]) == 8_000
    assert facts["output_cut"]


def test_no_run_for_a_written_question_or_after_the_end(writing):
    refused = writing.client.post(
        f"{writing.root}1/trial", {"source": "x"}, content_type="application/json"
    )
    writing.move_deadline(seconds=1)
    over = run(writing)

    assert refused.json()["code"] == "trial.refused"
    assert over.json()["code"] == "attempt.not_open"
    assert Trial.objects.count() == 0


@pytest.mark.parametrize("source", [None, 7, ["x"]])
def test_a_run_without_a_program_is_refused(writing, source):
    assert run(writing, source).status_code == 400
    assert Trial.objects.count() == 0


def test_a_run_without_a_script_saves_first(writing):
    page = writing.client.get(f"{writing.root}2/")

    writing.client.post(
        f"{writing.root}2/", form(page, text="def solve(): 1", action="run")
    )
    after = writing.client.get(f"{writing.root}2/").text

    assert writing.answer(2).text == "def solve(): 1"
    assert Trial.objects.get().source == "def solve(): 1"
    assert "Your run is under way" in after


# -- hand in --------------------------------------------------------------------------


def test_the_check_list_names_what_is_unanswered(writing):
    writing.put("an answer")

    page = writing.client.get(f"{writing.root}submit/").text

    assert "1 question has no answer of yours yet" in page
    assert writing.attempt.state == AttemptState.STARTED


def test_handing_in_shows_a_receipt_that_can_be_checked(writing):
    text = "量化把浮点数映射为整数。"
    writing.put(text)

    answer = writing.client.post(f"{writing.root}submit/", follow=True)

    assert writing.attempt.state == AttemptState.SUBMITTED
    assert hashlib.sha256(text.encode()).hexdigest() in answer.text
    assert hashlib.sha256(b"").hexdigest() in answer.text
    assert str(writing.attempt.uid) in answer.text
    assert Job.objects.exclude(kind=JobKind.TRIAL).count() == 2


def test_handing_in_twice_changes_nothing(writing):
    writing.client.post(f"{writing.root}submit/")
    first = writing.attempt.submitted_at

    again = writing.client.post(f"{writing.root}submit/")

    assert again.url == f"{writing.root}done/"
    assert writing.attempt.submitted_at == first
    assert Job.objects.count() == 2


@pytest.mark.parametrize("path", ["", "1/", "submit/"])
def test_after_the_deadline_any_page_hands_in(writing, path):
    writing.put("last words")
    writing.move_deadline(minutes=2)

    answer = writing.client.get(f"{writing.root}{path}", follow=True)

    assert writing.attempt.submitted_by_timeout
    assert "handed in by itself" in answer.text
    assert writing.answer().text == "last words"


@pytest.mark.parametrize("path", ["", "1/", "submit/", "done/"])
def test_a_cancelled_sitting_says_so_on_every_page(writing, path):
    invitation_cancel(invitation=writing.invitation)

    answer = writing.client.get(f"{writing.root}{path}")

    assert answer.status_code == 410
    assert "was cancelled" in answer.text


def test_a_receipt_shows_no_mark(writing):
    writing.put("an answer")
    writing.client.post(f"{writing.root}submit/")
    Attempt.objects.update(state=AttemptState.GRADED)

    page = writing.client.get(f"{writing.root}done/").text

    assert "Receipt" in page
    assert "core" not in re.sub(
        r"<[^>]+>", "", page.partition("<main")[2].partition("</main")[0]
    )
    assert AttemptItem.objects.count() == 2
