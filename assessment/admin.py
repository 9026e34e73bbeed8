"""To look, not to edit: rows change through services, with their history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from assessment import models

if TYPE_CHECKING:
    from django.http import HttpRequest

# Digests of secrets, and one secret that must be kept whole: of no use to a reader.
HIDDEN = {"digest", "token_digest", "session_digest", "secret"}


class LookOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # for any model
    """Shows rows of any model and changes none."""

    list_per_page = 50

    def get_fields(
        self,
        request: HttpRequest,  # noqa: ARG002  # as Django calls it
        obj: Any = None,  # noqa: ANN401, ARG002  # any model
    ) -> list[Any]:
        """Return every field but those that nobody needs to see."""
        return [
            field.name
            for field in self.model._meta.concrete_fields  # noqa: SLF001  # Django's own way
            if field.name not in HIDDEN
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  # to nobody
        """Say no."""
        return False

    def has_change_permission(
        self,
        request: HttpRequest,  # noqa: ARG002  # to nobody
        obj: Any = None,  # noqa: ANN401, ARG002  # any model
    ) -> bool:
        """Say no."""
        return False

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002  # to nobody
        obj: Any = None,  # noqa: ANN401, ARG002  # any model
    ) -> bool:
        """Say no."""
        return False


for name in models.__all__:
    admin.site.register(getattr(models, name), LookOnly)
