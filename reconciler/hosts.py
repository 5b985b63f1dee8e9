"""Hosts in addresses, and whether one is among those that a configuration lists."""

import re
from collections.abc import Iterable

_PORTS = {"http": "80", "https": "443"}
_INVENTED = ".sandbox.example"
"""Below this are the addresses of ``reconciler sandbox create``; RFC 2606: nobody has them."""
_HOST = re.compile(r"(\[[^\]]*\]|[^:]*):?(.*)", re.DOTALL)


def host_of(url: str) -> str:
    """The host that an address leads to, with its port if it names one."""
    rest = url.partition("://")[2]
    return re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]


def is_at(url: str, listed: Iterable[str]) -> bool:
    """Whether an address is at one of these hosts; a port that is not listed may be any."""
    host, port = _parts(host_of(url))
    ports = {"", port or _PORTS.get(url.partition("://")[0].lower(), "")}
    return any(host == wanted and at in ports for wanted, at in map(_parts, listed))


def is_invented(url: str) -> bool:
    """Whether an address is a sandbox's, where there is nothing to ask."""
    return _parts(host_of(url))[0].endswith(_INVENTED)


def _parts(host: str) -> tuple[str, str]:
    found = _HOST.match(host.lower())
    return (found[1], found[2]) if found else (host, "")
