"""What is there, what is missing and what cannot be seen are three things in the status."""

from dataclasses import replace

import pytest

from reconciler.dashboard import dashboard
from reconciler.models.avc import KeyFile
from reconciler.models.integration import Declared, Seen
from reconciler.models.moodle import Issuer
from reconciler.models.settings import SyncSettings
from tests.integration_world import IN_ORDER, NOW, avc, moodle, row, shown

NO_MODULE = avc(modules=frozenset())


@pytest.mark.parametrize(
    ("seen", "label", "words", "broken"),
    [
        (avc(modules=None), "avc_moodle_sync", "ℹ avc_moodle_sync unknown", ""),
        (
            avc(modules=frozenset()),
            "avc_moodle_sync",
            "✗ avc_moodle_sync not enabled. Run:",
            "module",
        ),
        (
            replace(NO_MODULE, require_module=False),
            "avc_moodle_sync",
            "ℹ avc_moodle_sync module not enabled, nor required",
            "",
        ),
        (avc(public_key=None), "Public key", "ℹ Public key unknown", ""),
        (
            avc(public_key=KeyFile(path="/k/p.key", there=False)),
            "Public key",
            "✗ Public key missing: /k/p.key",
            "public_key",
        ),
        (
            avc(private_key=KeyFile(path="", there=False)),
            "Private key",
            "✗ Private key missing: simple_oauth names no file",
            "private_key",
        ),
        (
            avc(private_key=KeyFile(path="/k", there=True, mode=0o640)),
            "Private key",
            "✗ Private key there, mode 640: others can read it",
            "private_key",
        ),
        (
            avc(private_key=KeyFile(path="/k", there=True, mode=0o400)),
            "Private key",
            "✓ Private key there, mode 400",
            "",
        ),
        (
            avc(private_key=KeyFile(path="/k", there=True)),
            "Private key",
            "✓ Private key there",
            "",
        ),
        (moodle(issuers=None), "OAuth2 issuer", "ℹ OAuth2 issuer unknown", ""),
        (moodle(issuers=()), "OAuth2 issuer", "⚠ OAuth2 issuer Moodle has none", ""),
        (
            moodle(issuers=(Issuer(2, "Google", "https://g.example", ""),)),
            "OAuth2 issuer",
            "⚠ OAuth2 issuer Moodle has none that is known to be this AVC; it has 1",
            "",
        ),
        (replace(IN_ORDER, declared=Declared()), "Enabled", "ℹ Enabled unknown", ""),
        (
            replace(IN_ORDER, declared=Declared(avc_enabled=True, moodle_enabled=False)),
            "Enabled",
            "⚠ Enabled no",
            "",
        ),
        (replace(IN_ORDER, declared=Declared(avc_site="other")), "Pair", "⚠ Pair nwp.yml", ""),
        (replace(IN_ORDER, declared=Declared()), "Badge display", "Badge display unknown", ""),
        (avc(token_lifetime=None), "Token lifetime", "Token lifetime unknown", ""),
        (
            replace(avc(token_lifetime=None), declared=Declared(token_lifetime=60)),
            "Token lifetime",
            "Token lifetime 60 seconds",
            "",
        ),
    ],
)
def test_what_is_unknown_is_not_what_is_missing(
    seen: Seen, label: str, words: str, broken: str
) -> None:
    """Each thing there, missing, and out of sight; only what is missing and needed is broken."""
    assert row(seen, label).startswith(words)
    assert dashboard(seen, NOW).broken == ((broken,) if broken else ())


@pytest.mark.parametrize("plugin", [True, False, None])
def test_role_sync_says_what_moodle_has_for_it(*, plugin: bool | None) -> None:
    """With roles to give, the plugin that gives them matters; unseen is not absent."""
    seen = replace(moodle(cohortrole=plugin), settings=SyncSettings(role_sync=True))
    ends = {True: "is installed", False: "is not installed", None: "cannot be seen"}
    assert row(seen, "Role sync") == f"Role sync on; local_cohortrole {ends[plugin]}"


@pytest.mark.parametrize(
    ("declared", "paired"),
    [
        (Declared(), None),
        (Declared(moodle_site="ss"), True),
        (Declared(moodle_site="ss", avc_site="avc"), True),
        (Declared(moodle_site="ss", avc_site="other"), False),
        (Declared(moodle_site="other"), False),
    ],
)
def test_whether_nwp_yml_joins_these_two(declared: Declared, *, paired: bool | None) -> None:
    """One that names nobody does not contradict; the terminal shows a contradiction only."""
    seen = replace(IN_ORDER, declared=declared)
    assert dashboard(seen, NOW).paired is paired
    assert ("names another site as the other half" in shown(seen)) is (paired is False)
