"""The addresses that may be contacted: those of the open internet, and those that an author allows.

An address that a workflow fetches may come from anybody. No name in a case may reach the machine itself, its neighbours
or the metadata service of a cloud, however the name is written and whatever it resolves to.
"""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from workflows.errors import BadDeclaration, NotDone, TryAgain

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""A function that returns the addresses of a host for a port. Raise `OSError` for a host that has none."""

_WRAPPED = (ip_network("64:ff9b::/96"), ip_network("::/96"))
"""IPv6 networks whose addresses mean the IPv4 address in their last four bytes (RFC 6052; RFC 4291, no longer in
use).
"""
_UNICAST = ip_network("2000::/3")
"""The part of IPv6 from which addresses of the open internet are given out."""
_SPECIAL = tuple(
    ip_network(written)
    for written in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
        *("192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
    )
)
"""IANA's registries of special-purpose addresses, of November 2026, with relays and anycast services.

Python's own table is as old as the Python version: 3.11 takes 192.0.0.192 and 3fff::1 for public.
"""


_METADATA = frozenset(map(ip_address, ("fd00:ec2::254", "100.100.100.200", "192.0.0.192")))
"""Addresses where clouds keep keys, besides the link-local ones. They look private."""


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """The addresses that an author allows besides those of the open internet."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    hosts: frozenset[str] = frozenset()
    """Names that may also mean a private or loopback address, but no link-local one, where clouds keep keys."""


def allowed(entries: Sequence[str]) -> Allowed:
    """Read the addresses, networks (`10.0.0.0/8`) and host names that an author allows.

    Raise `BadDeclaration` for an invalid network.
    """
    networks, hosts = [], set()
    for entry in entries:
        try:
            networks.append(ip_network(entry))
        except ValueError:
            if "/" in entry or not entry:
                raise BadDeclaration(f"{entry!r} is not a network; write it like 10.0.0.0/8") from None
            hosts.add(entry.lower().rstrip("."))
    return Allowed(networks=tuple(networks), hosts=frozenset(hosts))


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host, by the system's resolver. The resolver has time limits of its own and ignores
    ours.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


def checked(host: str, port: int, *, ask: Resolve, may: Allowed) -> Sequence[str]:
    """Return the addresses of a host, after checking that each may be contacted.

    Raise `NotDone` where one may not be contacted: a name with both kinds of addresses is suspicious. Raise `TryAgain`
    where the host has no address.
    """
    try:
        found = ask(host, port)
    except (OSError, UnicodeError) as error:
        raise TryAgain(f"no address was found for {host}: {error}") from error
    for text in found:
        reason = _against(ip_address(text.partition("%")[0]), host, may)
        if reason:
            raise NotDone(f"{host} is at {text}, {reason}; an author may allow it with allow_private")
    if not found:
        raise TryAgain(f"no address was found for {host}")
    return found


def _against(written: Address, host: str, may: Allowed) -> str | None:
    """Return why an address may not be contacted; None where it may."""
    meant = _meant(written)
    if any(address in network for network in may.networks for address in (written, meant)):
        return None
    keeps_keys = meant in _METADATA or meant.is_link_local or meant.is_multicast or meant.is_unspecified
    if host.lower().rstrip(".") in may.hosts and (meant.is_private or meant.is_loopback) and not keeps_keys:
        return None
    if meant.is_loopback:
        return "which is this machine"
    is_given_out = isinstance(meant, IPv4Address) or meant in _UNICAST
    if is_given_out and meant.is_global and not any(meant in network for network in _SPECIAL):
        return None
    return "which is not an address of the open internet"


def _meant(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address wraps, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if any(address in network for network in _WRAPPED) and not (address.is_loopback or address.is_unspecified):
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or address
