"""Under which name two writers to one Moodle find each other."""

import pytest

from providers.moodle.client import Client
from providers.moodle.site import WebServiceSite
from tests.moodle.support import TOKEN

_NAMES = {
    "https://moodle.example": "moodle.example",
    "http://moodle.example": "moodle.example",
    "HTTPS://Moodle.EXAMPLE/": "moodle.example",
    "https://moodle.example:443": "moodle.example",
    "http://moodle.example:80/": "moodle.example",
    "https://moodle.example.": "moodle.example",
    "https://moodle.example:8443": "moodle.example:8443",
    "http://moodle.example:443": "moodle.example:443",
    "https://moodle.example/Sub//": "moodle.example/Sub",
    "http://[::1]:8082": "[::1]:8082",
    "http://[::1": "http://[::1",
    "moodle.example": "moodle.example",
    "": "",
}


@pytest.mark.parametrize("url", _NAMES)
def test_addresses(url: str) -> None:
    """Ways of writing one address give one name, other hosts, ports and paths another."""
    assert WebServiceSite(Client(url, TOKEN, timeout=1)).lock_name() == _NAMES[url]


def test_whoever_knows_better_names_it() -> None:
    """A site that no address tells from others has a name of its own."""
    client = Client("https://moodle.example", TOKEN, timeout=1)
    assert WebServiceSite(client, lock_name="/srv/one").lock_name() == "/srv/one"
