"""Which part of an address the status and the checks show: never what may be a password."""

import json
from dataclasses import replace

import pytest

from reconciler.checks import all_checks
from reconciler.dashboard import dashboard
from reconciler.models.checks import Configured
from reconciler.models.integration import ENDPOINTS, HIDDEN, endpoint, public_address
from reconciler.models.moodle import Issuer
from reconciler.models.settings import SyncSettings
from reconciler.models.web import Probe
from reconciler.render.checks import check_lines
from reconciler.render.status import status_lines
from tests.integration_world import IN_ORDER, NOW, moodle


def test_no_password_of_an_address_is_told() -> None:
    """Neither the terminal nor the JSON repeats what somebody put into an address."""
    url = "https://user:5ecret@avc.example"
    issuer = Issuer(1, "AVC", f"{url}/?token=5ecret", "sub")
    seen = replace(
        IN_ORDER,
        avc=replace(IN_ORDER.avc, url=url),
        moodle=replace(moodle(issuers=(issuer,)).moodle, url=url),
        settings=SyncSettings(oauth2_issuer="AVC"),
        probes=(Probe(url=f"{url}/oauth/token", code=405),),
    )
    status = dashboard(seen, NOW)
    assert (status.avc.url, status.moodle.url) == ("https://avc.example", "https://avc.example")
    assert [found.url for found in status.endpoints or ()] == ["https://avc.example/oauth/token"]
    assert status.issuer is not None
    assert status.issuer.url == "https://avc.example/"
    assert "5ecret" not in json.dumps(status.model_dump(mode="json"))
    assert "5ecret" not in "\n".join(status_lines(status))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://host", "https://host"),
        ("https://host:8443/a/b/", "https://host:8443/a/b/"),
        ("https://[::1]:8443/a", "https://[::1]:8443/a"),
        ("https://b\u00fccher.example/", "https://b\u00fccher.example/"),
        ("host/a", "host/a"),
        ("https://host/a?token=5ecret", "https://host/a"),
        ("https://host#5ecret", "https://host"),
        ("https://5ecret@host/", "https://host/"),
        ("https://u:5ecret@host/", "https://host/"),
        ("https://u:5e@cret@host/a", "https://host/a"),
        ("https://u:5e\\cret@host/a", "https://host/a"),
        ("u:5ecret@host/a", "host/a"),
        ("https://u:5ecret#5ecret@host/", HIDDEN),
        ("https://u:5ecret?5ecret@host/", HIDDEN),
        ("https://u:5ecret/5ecret@host/", HIDDEN),
        ("https://u:5/5ecret@host/?a", HIDDEN),
        ("https://u:5ecret://5ecret@host/", HIDDEN),
        ("5ecret://5ecret@host/", HIDDEN),
        ("//u:5ecret@host/", HIDDEN),
        ("https:/u:5ecret@host/", HIDDEN),
        ("https://u:5ecret", HIDDEN),
        ("https://u:5ecret%40host/", HIDDEN),
        ("https://u:5ecret\\@host:5ecret/", HIDDEN),
        ("u:5ecret", HIDDEN),
    ],
)
def test_which_part_of_an_address_is_shown(url: str, shown: str) -> None:
    """Scheme, host and path; nothing at all where a part of them may be a password."""
    assert public_address(url) == shown
    assert "5ecret" not in endpoint_shown(url)


def endpoint_shown(url: str) -> str:
    """What JSON and terminal show of two sites at this address."""
    probes = tuple(Probe(url=endpoint(url, name)) for name in ENDPOINTS)
    away = replace(IN_ORDER.avc, url=url), replace(IN_ORDER.moodle, url=url)
    seen = replace(IN_ORDER, avc=away[0], moodle=away[1], probes=probes)
    status = dashboard(seen, NOW)
    assert len(status.endpoints or ()) == 3
    lines = [*status_lines(status), *check_lines(all_checks(seen, Configured()))]
    return "\n".join((json.dumps(status.model_dump(mode="json")), *lines))


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("https://host", "https://host/oauth/token"),
        ("https://host/", "https://host/oauth/token"),
        ("https://host/drupal/", "https://host/drupal/oauth/token"),
        ("https://host/?k=1", "https://host/oauth/token"),
        ("https://host/drupal?k=1#x", "https://host/drupal/oauth/token"),
        ("https://host#/a", "https://host/oauth/token"),
        ("https://u:p@host/?k", "https://u:p@host/oauth/token"),
        ("https://u:p#w@host", "/oauth/token"),
        ("https://u:1?w@host", "/oauth/token"),
    ],
)
def test_where_the_endpoints_are(url: str, token: str) -> None:
    """Below the path, whatever comes behind it; nowhere, where a password may be cut in two."""
    assert endpoint(url, "token") == token
