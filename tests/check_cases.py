"""Two sites in order but for one thing, and what its check says of that."""

from dataclasses import replace

from reconciler.models.avc import KeyFile
from reconciler.models.checks import Result
from reconciler.models.integration import Declared, Seen
from reconciler.models.web import Probe
from tests.integration_world import AVC, IN_ORDER, PROBES, answering, avc, moodle


def away(url: str) -> Seen:
    """In order but for a page that does not answer."""
    probes = tuple(
        Probe(url=url, error="connection refused") if probe.url == url else probe
        for probe in PROBES
    )
    return replace(IN_ORDER, probes=probes)


CASES: list[tuple[str, Seen, Result, str, str]] = [
    ("OAuth2 endpoints: /oauth/token", answering(404), "FAIL", "HTTP 404", "simple_oauth"),
    ("OAuth2 endpoints: /oauth/token", answering(None, "refused"), "FAIL", "refused", "avc_url"),
    ("OAuth2 endpoints: /oauth/token", answering(503), "FAIL", "HTTP 503", "simple_oauth"),
    ("OAuth2 endpoints: /oauth/token", answering(400), "PASS", "HTTP 400 in 20 ms", ""),
    (
        "AVC: simple_oauth",
        avc(modules=frozenset({"avc_moodle_sync"})),
        "FAIL",
        "not enabled",
        "ddev drush en -y simple_oauth",
    ),
    ("AVC: simple_oauth", avc(modules=None), "SKIP", "cannot tell", ""),
    (
        "AVC: public key",
        avc(public_key=KeyFile(path="/k/public.key", there=False)),
        "FAIL",
        "no file /k/public.key",
        "generate keys",
    ),
    (
        "AVC: public key",
        avc(public_key=KeyFile(path="", there=False)),
        "FAIL",
        "name no file",
        "generate keys",
    ),
    ("AVC: public key", avc(public_key=None), "SKIP", "cannot tell", ""),
    (
        "AVC: private key mode",
        avc(private_key=KeyFile(path="../keys/private.key", there=True, mode=0o640)),
        "FAIL",
        "640",
        "chmod 600 ../keys/private.key",
    ),
    (
        "AVC: private key mode",
        avc(private_key=KeyFile(path="../keys/private.key", there=True, mode=0o604)),
        "FAIL",
        "604",
        "chmod 600",
    ),
    (
        "AVC: private key mode",
        avc(private_key=KeyFile(path="../keys/private.key", there=True, mode=0o400)),
        "PASS",
        "400",
        "",
    ),
    (
        "AVC: private key mode",
        avc(private_key=KeyFile(path="../keys/private.key", there=True)),
        "SKIP",
        "cannot tell",
        "",
    ),
    (
        "Moodle: config.php",
        replace(IN_ORDER, moodle=replace(IN_ORDER.moodle, by_php=False)),
        "SKIP",
        "web services do not show files",
        "",
    ),
    (
        "Moodle: wwwroot",
        replace(IN_ORDER, declared=Declared(moodle_url="https://elsewhere.example")),
        "FAIL",
        "https://ss.example; nwp.yml says https://elsewhere.example",
        "moodle_url",
    ),
    (
        "Moodle: wwwroot",
        replace(IN_ORDER, declared=Declared(moodle_url="HTTPS://ss.example/")),
        "PASS",
        "https://ss.example",
        "",
    ),
    ("Network: AVC reachable", away(AVC), "FAIL", "connection refused", "ddev start"),
    (
        "Network: AVC by https",
        replace(IN_ORDER, avc=replace(IN_ORDER.avc, url="http://avc.example")),
        "FAIL",
        "http://avc.example",
        "https",
    ),
    (
        "Access and settings: cohorts can be written",
        moodle(writable=False),
        "FAIL",
        "does not let us",
        "moodle/cohort:assign",
    ),
    (
        "Access and settings: cohorts can be written",
        moodle(writable=None),
        "SKIP",
        "cannot tell",
        "",
    ),
    (
        "Access and settings: idnumber locked (oauth2)",
        moodle(idnumber_locked={"manual": True, "oauth2": False}),
        "FAIL",
        "can edit their own",
        "--component=auth_oauth2 --name=field_lock_idnumber --set=locked",
    ),
    (
        "Access and settings: leaving a cohort",
        moodle(on_removal="unenrol"),
        "PASS",
        "costs grades",
        "--component=enrol_cohort --name=unenrolaction --set=2",
    ),
    ("Access and settings: leaving a cohort", moodle(on_removal=None), "SKIP", "cannot", ""),
]
"""A check, the sites, its result, a piece of its words, and of what mends it."""
