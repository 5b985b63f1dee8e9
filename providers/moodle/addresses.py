"""Addresses of Moodle sites, as nwp.yml has them."""

from urllib.parse import urlsplit

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
