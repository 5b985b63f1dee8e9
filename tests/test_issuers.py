"""Which of Moodle's OAuth2 services is this AVC."""

import pytest

from reconciler.identity import issuer_of_avc
from reconciler.models.moodle import Issuer
from reconciler.models.settings import SyncSettings


def issuer(number: int, name: str, baseurl: str) -> Issuer:
    return Issuer(number, name, baseurl, "sub")


HERE = issuer(1, "Community", "https://avc.example/")
BELOW = issuer(4, "Below", "https://example.org:8443/avc/")
THERE = issuer(2, "Google", "https://accounts.google.com/")
AGAIN = issuer(3, "Second", "https://AVC.example")
ISSUERS: list[tuple[str, list[Issuer], SyncSettings, Issuer | None]] = [
    ("the one at AVC's address", [THERE, HERE], SyncSettings(avc_url="https://avc.example"), HERE),
    ("whatever the scheme and case", [HERE], SyncSettings(avc_url="http://AVC.example/"), HERE),
    (
        "with port and path",
        [HERE, BELOW],
        SyncSettings(avc_url="https://example.org:8443/avc"),
        BELOW,
    ),
    ("another port", [HERE], SyncSettings(avc_url="https://avc.example:8080"), None),
    ("no port", [BELOW], SyncSettings(avc_url="https://example.org/avc"), None),
    ("another path", [BELOW], SyncSettings(avc_url="https://example.org:8443/learn"), None),
    ("below AVC", [BELOW], SyncSettings(avc_url="https://example.org:8443"), None),
    ("none at that address", [THERE], SyncSettings(avc_url="https://avc.example"), None),
    ("no host that only ends alike", [HERE], SyncSettings(avc_url="https://example"), None),
    ("two at that address", [HERE, AGAIN], SyncSettings(avc_url="https://avc.example"), None),
    (
        "two at that address, one of them configured",
        [HERE, AGAIN],
        SyncSettings(avc_url="https://avc.example", oauth2_issuer="Second"),
        AGAIN,
    ),
    (
        "the configured one, and no other",
        [HERE],
        SyncSettings(avc_url="https://avc.example", oauth2_issuer="Second"),
        None,
    ),
    ("two of the configured name", [HERE, HERE], SyncSettings(oauth2_issuer="Community"), None),
    ("no address known", [HERE], SyncSettings(), None),
    ("no issuer", [], SyncSettings(avc_url="https://avc.example"), None),
    ("an issuer without an address", [issuer(4, "x", "")], SyncSettings(avc_url=""), None),
]


@pytest.mark.parametrize(
    ("issuers", "settings", "expected"),
    [case[1:] for case in ISSUERS],
    ids=[case[0] for case in ISSUERS],
)
def test_which_issuer_is_this_avc(
    issuers: list[Issuer], settings: SyncSettings, expected: Issuer | None
) -> None:
    """The configured one, else the only one at AVC's address; in doubt none."""
    assert issuer_of_avc(issuers, settings) == expected
