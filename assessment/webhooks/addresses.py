"""Which addresses may be called, and on which machine they end.

Anybody who may register an address could otherwise make this service knock at doors
that only it can reach: its own database, its neighbours, the cloud's metadata. An
address is checked when it is registered, and the machine it leads to once more each
time before it is called (`assessment.webhooks.outgoing`), because names can be
pointed elsewhere meanwhile.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import httpx
from django.conf import settings

from assessment.errors import EndpointRefused

if TYPE_CHECKING:
    from typing import TypeAlias

    IpAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST: Final = 500  # characters, as the database has it
DEFAULT_PORTS: Final = {"http": 80, "https": 443}
FIRST_FREE_PORT: Final = 1024  # below it live other protocols' services
LARGEST_PORT: Final = 65_535

# Public by number, yet answered by the cloud around a machine.
_INSIDE_CLOUDS: Final = frozenset(
    {
        ipaddress.ip_address("168.63.129.16"),  # Azure's host
        ipaddress.ip_address("192.0.0.192"),  # Oracle's metadata
    }
)
# IPv6 networks whose addresses carry an IPv4 address in their last four bytes.
_CARRYING_IPV4: Final = (
    ipaddress.ip_network("64:ff9b::/96"),  # NAT64, RFC 6052
    ipaddress.ip_network("::/96"),  # IPv4-compatible, RFC 4291
)

# The recruiter's page shows these in its own language, so each is one fixed sentence.
NOT_AN_ADDRESS: Final = "This is not a web address."
TOO_LONG: Final = "This address is longer than 500 characters."
WRONG_SCHEME: Final = "The address must begin with https:// or http://."
WITH_CREDENTIALS: Final = "The address must not hold a user name or a password."
WITH_FRAGMENT: Final = "The address must not have a part after #."
WRONG_PORT: Final = "Use port 443, port 80 or one from 1024 up."
UNKNOWN_HOST: Final = "No machine has this name. Check its spelling."
PRIVATE_HOST: Final = (
    "This address leads into a private network, where this service does not call."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address taken apart, by the one reader that is used for calling it too."""

    scheme: str  # "http" or "https"
    host: str  # in ASCII; an IPv6 address without its brackets
    port: int
    target: str  # path and query, as they are sent

    @property
    def authority(self) -> str:
        """Return the value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        if self.port == DEFAULT_PORTS[self.scheme]:
            return host
        return f"{host}:{self.port}"


def parts_of(url: str) -> Address:
    """Take an address apart.

    Raises: `EndpointRefused` for one that could never receive webhooks.
    """
    if len(url) > LONGEST:
        raise EndpointRefused(TOO_LONG)
    try:
        parsed = httpx.URL(url)
        host = parsed.raw_host.decode("ascii")
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise EndpointRefused(NOT_AN_ADDRESS) from error
    if parsed.scheme not in DEFAULT_PORTS:
        raise EndpointRefused(WRONG_SCHEME)
    if not host:
        raise EndpointRefused(NOT_AN_ADDRESS)
    if parsed.userinfo:
        raise EndpointRefused(WITH_CREDENTIALS)
    if parsed.fragment:
        raise EndpointRefused(WITH_FRAGMENT)
    port = DEFAULT_PORTS[parsed.scheme] if parsed.port is None else parsed.port
    if not _may_have(port):
        raise EndpointRefused(WRONG_PORT)
    return Address(
        scheme=parsed.scheme,
        host=host.strip("[]"),
        port=port,
        target=parsed.raw_path.decode("ascii"),
    )


def check_address(url: str) -> None:
    """Check an address that somebody wants to register.

    Raises: `EndpointRefused` with the reason.
    """
    address = parts_of(url)
    if not settings.WEBHOOK_ALLOW_PRIVATE:
        permitted_machines(address.host, address.port)


def permitted_machines(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host, all of which may be called.

    One forbidden address among good ones refuses the host: which of them is called
    would be chance.

    Raises: `EndpointRefused` when the host has none or a forbidden one.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise EndpointRefused(UNKNOWN_HOST) from error
    machines = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not machines:
        raise EndpointRefused(UNKNOWN_HOST)
    if not settings.WEBHOOK_ALLOW_PRIVATE and not all(map(_is_public, machines)):
        raise EndpointRefused(PRIVATE_HOST)
    return machines


def _may_have(port: int) -> bool:
    if settings.WEBHOOK_ALLOW_PRIVATE:
        return 1 <= port <= LARGEST_PORT
    return port in DEFAULT_PORTS.values() or FIRST_FREE_PORT <= port <= LARGEST_PORT


def _is_public(text: str) -> bool:
    """Say whether an IP address belongs to a machine of the public internet."""
    ip = _innermost(ipaddress.ip_address(text.partition("%")[0]))
    return (
        ip.is_global
        and not ip.is_multicast
        and not ip.is_reserved
        and ip not in _INSIDE_CLOUDS
    )


def _innermost(ip: IpAddress) -> IpAddress:
    """Return the IPv4 address that an IPv6 address only wraps, else the address."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if any(ip in network for network in _CARRYING_IPV4):
        return ipaddress.IPv4Address(ip.packed[-4:])
    teredo = ip.teredo
    return ip.ipv4_mapped or ip.sixtofour or (teredo[1] if teredo else ip)
