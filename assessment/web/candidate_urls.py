"""The candidate's addresses."""

from __future__ import annotations

from django.urls import path

from assessment.web import candidate_invitation, candidate_pages, candidate_writing

app_name = "candidate"
urlpatterns = [
    path("i/<str:token>/", candidate_invitation.invitation, name="invitation"),
    path("a/<uuid:uid>/", candidate_pages.lobby, name="lobby"),
    path("a/<uuid:uid>/start/", candidate_pages.start, name="start"),
    path("a/<uuid:uid>/clock", candidate_writing.clock, name="clock"),
    path("a/<uuid:uid>/submit/", candidate_pages.submit, name="submit"),
    path("a/<uuid:uid>/done/", candidate_pages.done, name="done"),
    path("a/<uuid:uid>/<int:position>/", candidate_pages.question, name="question"),
    path("a/<uuid:uid>/<int:position>/draft", candidate_writing.draft, name="draft"),
    path("a/<uuid:uid>/<int:position>/trial", candidate_writing.trial, name="trial"),
]
