"""Two sites in perfect order, for the status and the test; each test breaks what it is about."""

from dataclasses import replace
from typing import Any

from reconciler.dashboard import dashboard
from reconciler.models.avc import AvcFacts, KeyFile, SyncState
from reconciler.models.integration import (
    ENDPOINTS,
    Declared,
    Seen,
    SeenAvc,
    SeenMoodle,
    endpoint,
)
from reconciler.models.moodle import Issuer, MoodleFacts
from reconciler.models.settings import SyncSettings
from reconciler.models.web import Probe
from reconciler.render.status import status_lines

AVC = "https://avc.example"
MOODLE = "https://ss.example"
NOW = 1_768_400_000
"""2026-01-14 14:13 UTC."""
HOUR = 3600

AVC_FACTS = AvcFacts(
    site_uuid="11111111-aaaa-4aaa-8aaa-111111111111",
    modules=frozenset({"avc_moodle_sync", "simple_oauth"}),
    release="10.3.5",
    sync=SyncState(last_sync=NOW - 2 * HOUR, synced_users=247, synced_cohorts=5),
    public_key=KeyFile(path="../keys/public.key", there=True, mode=0o644),
    private_key=KeyFile(path="../keys/private.key", there=True, mode=0o600),
    token_lifetime=300,
    clock=NOW,
)
MOODLE_FACTS = MoodleFacts(
    url=MOODLE,
    release="4.5.6 (Build: 20250811)",
    issuers=(Issuer(id=1, name="AVC", baseurl=AVC, username_claim="sub"),),
    cohortrole=True,
    on_removal="suspend",
    idnumber_locked={"manual": True, "oauth2": True},
    writable=True,
    clock=NOW,
)
DECLARED = Declared(
    avc_enabled=True,
    moodle_enabled=True,
    moodle_site="ss",
    avc_site="avc",
    avc_url=AVC,
    moodle_url=MOODLE,
    badge_display=False,
)
CODES = {"authorize": 401, "token": 405, "userinfo": 403}
PROBES = (
    *(Probe(url=url, code=200, seconds=0.1) for url in (AVC, MOODLE)),
    *(
        Probe(url=endpoint(AVC, name), code=CODES[name], seconds=0.01 * number)
        for number, name in enumerate(ENDPOINTS, 1)
    ),
)
IN_ORDER = Seen(
    avc=SeenAvc("avc", AVC, AVC_FACTS, ahead=0),
    moodle=SeenMoodle("ss", MOODLE, MOODLE_FACTS, ahead=1, by_php=True),
    declared=DECLARED,
    settings=SyncSettings(avc_url=AVC),
    probes=PROBES,
)
NOBODY_LOOKED = Seen(SeenAvc("avc"), SeenMoodle("ss"))


def avc(**facts: Any) -> Seen:
    """In order but for these facts of the AVC."""
    changed = AVC_FACTS.model_copy(update=facts)
    return replace(IN_ORDER, avc=replace(IN_ORDER.avc, facts=changed))


def moodle(**facts: Any) -> Seen:
    """In order but for these facts of the Moodle."""
    changed = MOODLE_FACTS.model_copy(update=facts)
    return replace(IN_ORDER, moodle=replace(IN_ORDER.moodle, facts=changed))


def unread_avc(error: str) -> Seen:
    """In order but for the AVC, which could not be read."""
    return replace(IN_ORDER, avc=SeenAvc("avc", AVC, error=error))


def unread_moodle(error: str) -> Seen:
    """In order but for the Moodle, which could not be read."""
    return replace(IN_ORDER, moodle=SeenMoodle("ss", MOODLE, error=error))


def answering(code: int | None, error: str = "") -> Seen:
    """In order but for the endpoint for tokens, which answers this."""
    url = endpoint(AVC, "token")
    others = [probe for probe in PROBES if probe.url != url]
    probes = (*others, Probe(url=url, code=code, seconds=0.02, error=error))
    return replace(IN_ORDER, probes=probes)


def shown(seen: Seen, **more: Any) -> str:
    return "\n".join(status_lines(dashboard(seen, NOW, **more)))


def row(seen: Seen, label: str, **more: Any) -> str:
    """The line with this label, without the blanks that align it."""
    lines = [" ".join(line.split()) for line in shown(seen, **more).splitlines()]
    (found,) = (line for line in lines if line.lstrip("✓ℹ⚠✗ ").startswith(label))
    return found
