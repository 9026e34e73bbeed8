"""Where the recruiters' pages are."""

from __future__ import annotations

from django.urls import include, path

from assessment.web import recruiter_assessments as assessments
from assessment.web import recruiter_attempts as attempts
from assessment.web import recruiter_question_pages as question
from assessment.web import recruiter_questions as questions
from assessment.web import recruiter_settings as settings
from assessment.web.recruiter_released import released

_question = "questions/<slug:slug>"
_item = "attempts/<uuid:uid>/items/<int:position>"

pages = [
    path("", attempts.attempt_list, name="attempts"),
    path("attempts/<uuid:uid>/", attempts.scorecard, name="scorecard"),
    path("attempts/<uuid:uid>/review/", attempts.review, name="review"),
    path("attempts/<uuid:uid>/reopen/", attempts.reopen, name="reopen"),
    path("attempts/<uuid:uid>/release/", attempts.release, name="release"),
    path("attempts/<uuid:uid>/cancel/", attempts.cancel, name="cancel"),
    path("attempts/<uuid:uid>/renew/", attempts.renew, name="renew"),
    path(f"{_item}/mark/", attempts.mark, name="mark"),
    path(f"{_item}/retry/", attempts.retry, name="retry"),
    path(f"{_item}/series.json", attempts.series, name="series"),
    path("assessments/", assessments.assessment_list, name="assessments"),
    path("assessments/new/", assessments.assessment_new, name="assessment_new"),
    path("assessments/<uuid:uid>/", assessments.assessment_page, name="assessment"),
    path("assessments/<uuid:uid>/archive/", assessments.archive, name="archive"),
    path("questions/", questions.question_list, name="questions"),
    path("errata/", questions.errata_list, name="errata"),
    path(f"{_question}/", question.rubric, name="question"),
    path(f"{_question}/preview/", question.preview, name="question_preview"),
    path(f"{_question}/errata/", question.errata, name="question_errata"),
    path(f"{_question}/background/", question.background, name="question_background"),
    path(f"{_question}/statistics/", question.statistics, name="question_statistics"),
    path(f"{_question}/versions/", question.version_list, name="question_versions"),
    path("settings/", settings.settings_page, name="settings"),
    path("settings/keys/", settings.key_create, name="key_create"),
    path("settings/keys/<int:pk>/revoke/", settings.key_revoke, name="key_revoke"),
    path("settings/webhooks/", settings.hook_create, name="hook_create"),
    path(
        "settings/webhooks/<uuid:uid>/disable/",
        settings.hook_disable,
        name="hook_disable",
    ),
    path("settings/deliveries/<int:pk>/replay/", settings.replay, name="replay"),
]

urlpatterns = [
    path("recruiter/", include((pages, "recruiter"))),
    path("r/<str:signed>/", released, name="released"),
]
