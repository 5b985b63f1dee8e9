"""Addresses of Moodle sites, as nwp.yml has them."""

from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx2

_PORTS = {"http": ":80", "https": ":443"}
"""Those that an address may leave out."""


def bare_address(url: str) -> str:
    """Host, port and path of an address: the same for the ways in which people write one.

    Without scheme, user, the scheme's own port, and slashes at the end; the host in lower case.
    What is no address is given back as it is.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if not parts.netloc:
        return url
    host = parts.netloc.rpartition("@")[2].lower()
    host = host.removesuffix(_PORTS.get(parts.scheme.lower(), "")).rstrip(".")
    return host + parts.path.rstrip("/")


def leaves_in_plain_text(url: str) -> bool:
    """Whether what is sent to this address leaves this machine, and anybody on the way can read it.

    Of what is no address nothing is sent.
    """
    host = _plain_host(url)
    return host is not None and not _is_loopback(host)


def stays_here(url: str) -> bool:
    """Whether this is http to this very machine."""
    host = _plain_host(url)
    return host is not None and _is_loopback(host)


def _plain_host(url: str) -> str | None:
    """The host of an http address: as the client that sends takes the address apart."""
    try:
        parts = httpx2.URL(url)
    except (httpx2.InvalidURL, UnicodeError):
        return None
    return parts.host if parts.scheme == "http" else None


def _is_loopback(host: str) -> bool:
    """By the host's own name: what a name server says of another one may be anything."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
