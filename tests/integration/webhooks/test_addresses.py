from __future__ import annotations

import socket

import pytest

from assessment.errors import EndpointRefused
from assessment.models import WebhookDelivery
from assessment.states import DeliveryState
from assessment.webhooks.addresses import (
    PRIVATE_HOST,
    UNKNOWN_HOST,
    WRONG_PORT,
    check_address,
    parts_of,
    permitted_machines,
)
from assessment.webhooks.outgoing import deliver

PRIVATE = [
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",  # noqa: S104  # refused
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",  # behind a carrier's NAT
    "100.100.100.200",  # a cloud's metadata, in the same range
    "169.254.169.254",  # most clouds' metadata
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",  # a cloud's metadata
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
]


def resolving(monkeypatch, **names):
    """Let names resolve to addresses; what is not named does not exist."""
    asked = []
    real = socket.getaddrinfo

    def getaddrinfo(host, port, *arguments, **options):
        if host.replace(".", "").isdigit():  # an address, on its way to be called
            return real(host, port, *arguments, **options)
        asked.append(host)
        found = names.get(host.replace(".", "_"))
        if found is None:
            raise socket.gaierror
        entries = found.pop(0) if isinstance(found[0], list) else found
        return [(0, 0, 0, "", (address, port)) for address in entries]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.fixture
def guarded(settings):
    settings.WEBHOOK_ALLOW_PRIVATE = False


@pytest.mark.parametrize("address", PRIVATE)
def test_a_machine_that_only_we_can_reach_is_not_called(guarded, monkeypatch, address):
    resolving(monkeypatch, hooks_example_org=[address])

    with pytest.raises(EndpointRefused, match=PRIVATE_HOST):
        check_address("https://hooks.example.org/")


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07::1"])
def test_a_machine_of_the_public_internet_is_called(guarded, monkeypatch, address):
    resolving(monkeypatch, hooks_example_org=[address])

    check_address("https://hooks.example.org/")
    assert permitted_machines("hooks.example.org", 443) == [address]


def test_one_private_address_among_public_ones_refuses_the_host(guarded, monkeypatch):
    resolving(monkeypatch, hooks_example_org=["93.184.215.14", "10.0.0.1"])

    with pytest.raises(EndpointRefused):
        check_address("https://hooks.example.org/")


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "2130706433",
        "[::1]",
        "[::ffff:7f00:1]",
    ],
)
def test_every_way_to_write_this_machine_is_this_machine(guarded, host):
    with pytest.raises(EndpointRefused, match=PRIVATE_HOST):
        check_address(f"http://{host}:8000/")


@pytest.mark.parametrize("port", [22, 25, 1023])
def test_ports_of_other_protocols_are_not_called(guarded, monkeypatch, port):
    resolving(monkeypatch, hooks_example_org=["93.184.215.14"])

    with pytest.raises(EndpointRefused, match=WRONG_PORT):
        check_address(f"https://hooks.example.org:{port}/")


def test_a_name_that_nobody_has_is_refused(guarded, monkeypatch):
    resolving(monkeypatch)

    with pytest.raises(EndpointRefused, match=UNKNOWN_HOST):
        check_address("https://hooks.exmaple.org/")


def test_a_service_of_this_machine_alone_may_call_this_machine():
    check_address("http://127.0.0.1:9/hook")
    check_address("http://localhost:9/hook")


def test_an_address_is_taken_apart_as_it_is_called():
    address = parts_of("https://Bücher.example.org:8443/ä?b=%20c")

    assert address.host == "xn--bcher-kva.example.org"
    assert address.authority == "xn--bcher-kva.example.org:8443"
    assert address.target == "/%C3%A4?b=%20c"
    assert parts_of("http://[2001:db8::1]/").authority == "[2001:db8::1]"
    assert parts_of("https://example.org").authority == "example.org"


@pytest.mark.django_db
def test_a_private_receiver_hears_nothing_once_that_is_forbidden(
    delivery, receiver, guarded
):
    deliver(delivery.pk)

    stored = WebhookDelivery.objects.get()
    assert receiver.received == []
    assert stored.state == DeliveryState.PENDING
    assert stored.last_error == PRIVATE_HOST


@pytest.mark.django_db
def test_a_name_that_is_pointed_at_us_after_the_check_leads_nowhere(
    delivery, receiver, guarded, monkeypatch
):
    asked = resolving(
        monkeypatch, rebind_example_org=[["93.184.215.14"], ["127.0.0.1"]]
    )
    url = f"http://rebind.example.org:{receiver.port}/"
    check_address(url)
    delivery.endpoint.url = url
    delivery.endpoint.save()

    deliver(delivery.pk)

    assert asked == ["rebind.example.org", "rebind.example.org"]
    assert receiver.received == []
    assert WebhookDelivery.objects.get().last_error == PRIVATE_HOST


@pytest.mark.django_db
def test_the_receiver_is_called_by_its_name(delivery, receiver, monkeypatch):
    resolving(monkeypatch, hooks_example_org=["127.0.0.1"])
    delivery.endpoint.url = f"http://hooks.example.org:{receiver.port}/in"
    delivery.endpoint.save()

    deliver(delivery.pk)

    (received,) = receiver.received
    assert received.headers["host"] == f"hooks.example.org:{receiver.port}"
