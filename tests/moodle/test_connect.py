"""What a Moodle by web services needs in the configuration."""

import httpx2
import pytest

from providers.moodle.site import WebServiceAccess, connect
from reconciler.errors import AccessRefused, ConfigError
from tests.moodle.support import TOKEN, Access, json


@pytest.mark.parametrize(
    ("access", "url"),
    [
        (Access("https://a.example", TOKEN), "https://a.example"),
        (Access("https://a.example", TOKEN, url="https://b.example/"), "https://b.example"),
        (Access(None, TOKEN, url="https://b.example"), "https://b.example"),
    ],
)
def test_connecting_needs_an_address_and_a_token(access: Access, url: str) -> None:
    """The site's own address comes before the one of its AVC; no call is made yet."""
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return json({"cohorts": []})

    site = connect(access, httpx2.MockTransport(answer))
    assert asked == []
    site.inspect()
    assert str(asked[0].url).startswith(f"{url}/webservice")


def test_connecting_without_either() -> None:
    """Each message names the site and what to set."""
    with pytest.raises(ConfigError, match=r"site ss has no address: set access\.url"):
        connect(Access(None, TOKEN))
    for token in (None, ""):
        with pytest.raises(AccessRefused, match=r"Site ss has no web-service token: put it into"):
            connect(Access("https://a.example", token))
    assert WebServiceAccess().timeout == 60
