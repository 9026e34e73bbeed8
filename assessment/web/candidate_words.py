"""What scripts say to a candidate, in the page's language.

A script has no words of its own: it gets these with the page, and fills `{name}`.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from grading.results import Verdict


def writing_words() -> dict[str, str]:
    """Return the words of saving, of the clock and of conflicts."""
    return {
        "not_yet": _("Nothing written yet"),
        "waiting": _("Not saved yet"),
        "saving": _("Saving"),
        "saved_seconds": _("Saved {seconds} s ago, version {revision}"),
        "saved_minutes": _("Saved {minutes} min ago, version {revision}"),
        "offline_kept": _("Offline since {time}, kept on this device"),
        "offline_not_kept": _("Offline since {time}, not kept: leave this page open"),
        "fault_kept": _("Our server is in trouble since {time}, kept on this device"),
        "fault_not_kept": _(
            "Our server is in trouble since {time}, not kept: leave this page open"
        ),
        "offline_clean": _("Offline since {time}, everything is saved"),
        "fault_clean": _("Our server is in trouble since {time}, everything is saved"),
        "offline_spoken": _(
            "We could not reach the server. Your answer is kept on this device and "
            "will be sent when you are back. You can go on writing."
        ),
        "online_spoken": _("The connection is back. Your answer is saved."),
        "offline_stay": _(
            "There is no connection just now. Stay on this page: what you write is "
            "kept, and you can move on once the connection is back."
        ),
        "too_long": _(
            "Not saved: {size} are more than the {limit} that an answer may have. "
            "Your text is kept on this device; shorten it and it will be saved."
        ),
        "refused": _(
            "Not saved: our server did not accept it. Your text is kept on this "
            "device. Reload the page; if that does not help, write to us."
        ),
        "other_browser": _(
            "Your sitting goes on in another browser, so this page is read-only. "
            "Text that was not saved is kept on this device."
        ),
        "other_tab": _(
            "You are writing this answer in another tab, so this one is read-only."
        ),
        "conflict": _("Not saved: there are two versions, choose one"),
        "changed_characters": _("Characters that cannot be stored were replaced by �."),
        "recovered": _(
            "We found text on this device that had not reached us. It is back in "
            "the answer and is being saved."
        ),
        "handing_in": _(
            "The time is over. Your answers are handed in by themselves, as they "
            "were last saved; there is nothing more you need to do."
        ),
        "handed_in": _("Your answers were handed in."),
        "not_sent": _(
            "The time is over, and the last changes of this answer have not reached "
            "us. They are kept on this device; we go on trying, and a reviewer will "
            "see them, but they do not count as part of the answer."
        ),
        "late_kept": _(
            "Your last changes reached us after the end. They are kept for the "
            "reviewer, but are not part of the answer."
        ),
        "to_receipt": _("To the receipt"),
        "own_empty": _("empty"),
        "own_baseline": _("still the baseline"),
        "own_saved": _("saved, {count} characters"),
        "cancelled": _(
            "This assessment was cancelled by the people who sent it. What you "
            "saved is with us."
        ),
        "minutes_left": _("{minutes} minutes left"),
        "minute_left": _("1 minute left"),
        "characters": _("{count} characters"),
        "characters_of": _("{count} of at most {limit} characters"),
        "bytes_of": _("{count} of at most {limit} bytes"),
        "unsent": _(
            "Question {positions}: the latest text is on this device and has not "
            "reached us. Open the question to send or to compare it."
        ),
    }


def trial_words() -> dict[str, str]:
    """Return the words of a run and its verdict."""
    return {
        "starting": _("Asking for a run"),
        "queued_next": _("Waiting: next in line"),
        "queued": _("Waiting: {ahead} runs are before yours"),
        "running": _("Running"),
        "seconds": _("{seconds} s"),
        "running_long": _(
            "Most runs take less than a minute; we do not know how long this one will."
        ),
        "stage_starting": _("Starting an isolated process"),
        "stage_loading": _("Loading your file"),
        "stage_preparing": _("Preparing both programs"),
        "stage_measuring": _(
            "Checked {cases_checked} of {cases} cases, measured {pairs} of "
            "{pairs_wanted} pairs"
        ),
        "output_so_far": _("What your program has printed so far"),
        "failed": _(
            "We could not carry out this run. That is our fault, and it does not "
            "count as one of your runs. Your code is saved; please try again."
        ),
        "unreachable": _(
            "We could not reach the server. Your code is kept on this device; run "
            "it again when the connection is back."
        ),
        "under_way": _("Your last run is not finished yet: one run at a time."),
        "used_up": _(
            "All runs of this question are used. You can still change, save and hand "
            "in your code."
        ),
        "refused": _(
            "Our server did not accept this run. Reload the page and try again."
        ),
        "too_long": _("This file is larger than a file may be; it was not run."),
        "over": _("The time is over; no more runs can be started."),
        "runs_used": _("{used} of {allowed} runs used"),
        "speedup": _("Speed-up {speedup}x ({low} to {high}), baseline = 1"),
        "speedup_only": _(
            "Speed-up {speedup}x, baseline = 1; too few pairs for an interval"
        ),
        "device_cpu": _("Measured on a CPU"),
        "device_cuda": _("Measured on a GPU"),
        "output": _("What your program printed"),
        "output_cut": _("Only the beginning is shown."),
        "at": _("Run of {time}"),
        Verdict.FASTER: _("Correct, and faster than the baseline."),
        Verdict.NOT_FASTER: _("Correct, but not faster than the baseline."),
        Verdict.INCONCLUSIVE: _(
            "Correct, but the measurement is too uncertain to call it faster."
        ),
        Verdict.WRONG_OUTPUT: _("The result is not what the task asks for."),
        Verdict.TIME_LIMIT: _("Your program took longer than it may."),
        Verdict.MEMORY_LIMIT: _("Your program used more memory than it may."),
        Verdict.CRASHED: _("Your program stopped with an error."),
        Verdict.LOAD_FAILED: _("Your file could not be loaded."),
        Verdict.REFUSED: _("Your file breaks a rule of this task, so it was not run."),
    }
