"""How hiring systems reach us and how we reach them: keys, webhooks, deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from assessment.models import WebhookDelivery
from assessment.services.organisations import api_key_create, api_key_revoke
from assessment.services.webhooks import (
    delivery_replay,
    endpoint_create,
    endpoint_disable,
)
from assessment.web.forms import ApiKeyForm, EndpointForm
from assessment.web.recruiter_access import for_recruiters, person

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from assessment.models import Organisation

LAST_DELIVERIES: Final = 50
FRESH_KEY: Final = "fresh-api-key"


@for_recruiters
@require_safe
def settings_page(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Show keys, endpoints and the last deliveries."""
    return _page(request, organisation)


def _page(
    request: HttpRequest,
    organisation: Organisation,
    *,
    key_form: ApiKeyForm | None = None,
    endpoint_form: EndpointForm | None = None,
) -> HttpResponse:
    deliveries = (
        WebhookDelivery.objects.filter(endpoint__organisation=organisation)
        .select_related("endpoint")
        .order_by("-id")[:LAST_DELIVERIES]
    )
    return render(
        request,
        "recruiter/settings.html",
        {
            "organisation": organisation,
            "keys": organisation.api_keys.select_related("created_by").order_by("-id"),
            "fresh_key": request.session.pop(FRESH_KEY, ""),
            "key_form": key_form or ApiKeyForm(auto_id="id_key_%s"),
            "endpoints": organisation.webhook_endpoints.order_by("-id"),
            "endpoint_form": endpoint_form or EndpointForm(auto_id="id_hook_%s"),
            "deliveries": deliveries,
            "last": LAST_DELIVERIES,
            "refused": key_form or endpoint_form,
        },
    )


@for_recruiters
@require_http_methods(["GET", "HEAD", "POST"])
def key_create(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Make an API key and show it once."""
    if request.method != "POST":
        return redirect("recruiter:settings")
    form = ApiKeyForm(request.POST, auto_id="id_key_%s")
    if not form.is_valid():
        return _page(request, organisation, key_form=form)
    _row, key = api_key_create(
        organisation=organisation,
        name=form.cleaned_data["name"],
        scopes=form.cleaned_data["scopes"],
        by=person(request),
    )
    request.session[FRESH_KEY] = key
    return redirect("recruiter:settings")


@for_recruiters
@require_POST
def key_revoke(
    request: HttpRequest, organisation: Organisation, pk: int
) -> HttpResponse:
    """Make a key useless."""
    key = organisation.api_keys.filter(pk=pk).first()
    if key is None:
        raise Http404
    api_key_revoke(key=key)
    messages.success(request, _("The key “%(name)s” is revoked.") % {"name": key.name})
    return redirect("recruiter:settings")


@for_recruiters
@require_http_methods(["GET", "HEAD", "POST"])
def hook_create(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Register an address that is told what happens."""
    if request.method != "POST":
        return redirect("recruiter:settings")
    form = EndpointForm(request.POST, auto_id="id_hook_%s")
    if not form.is_valid():
        return _page(request, organisation, endpoint_form=form)
    endpoint_create(
        organisation=organisation,
        url=form.cleaned_data["url"],
        event_types=form.cleaned_data["event_types"],
    )
    messages.success(
        request, _("The address is registered. Give its secret to the receiver.")
    )
    return redirect("recruiter:settings")


@for_recruiters
@require_POST
def hook_disable(
    request: HttpRequest, organisation: Organisation, uid: UUID
) -> HttpResponse:
    """Stop calling an address."""
    endpoint = organisation.webhook_endpoints.filter(uid=uid).first()
    if endpoint is None:
        raise Http404
    endpoint_disable(endpoint=endpoint, reason="by hand")
    messages.success(request, _("This address is not called any more."))
    return redirect("recruiter:settings")


@for_recruiters
@require_POST
def replay(request: HttpRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Send a message that was given up once more."""
    delivery = WebhookDelivery.objects.filter(
        pk=pk, endpoint__organisation=organisation
    ).first()
    if delivery is None:
        raise Http404
    if delivery.endpoint.disabled_at is not None:
        messages.error(
            request, _("The address of this message is disabled; nothing was sent.")
        )
    elif delivery_replay(delivery=delivery):
        messages.success(request, _("The message is on its way again."))
    else:
        messages.error(request, _("Only a message that was given up is sent again."))
    return redirect("recruiter:settings")
