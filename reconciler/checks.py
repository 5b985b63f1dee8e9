"""The integration test: a list of checks, each passed, failed with its mend, or skipped."""

from collections.abc import Iterator, Sequence

from reconciler.hosts import is_invented
from reconciler.models.avc import AvcFacts, KeyFile
from reconciler.models.checks import Check, Configured, Tally
from reconciler.models.integration import (
    ENDPOINTS,
    Seen,
    SeenAvc,
    SeenMoodle,
    answers,
    endpoint,
    private,
    public_address,
)

CLOCKS_APART = 60
"""Seconds by which two clocks may differ."""

_NO_ENTRY = "nwp.yml does not lead to the site"
_UNSEEN = "this access cannot tell"
_NO_PROFILE = frozenset({"nologin", "webservice"})
"""Authentication plugins whose accounts cannot log in to Moodle's pages, nor edit a profile."""

_ENABLE = "enable it (without DDEV: drush en -y simple_oauth)"


def tally(checks: Sequence[Check]) -> Tally:
    """Count what came out."""
    passed, failed, skipped = (
        sum(check.result == result for check in checks) for result in ("PASS", "FAIL", "SKIP")
    )
    return Tally(len(checks), passed, failed, skipped)


def all_checks(seen: Seen, configured: Configured) -> tuple[Check, ...]:
    """Every check, in its group. A site that nobody looked at has its checks skipped."""
    return (
        *_endpoints(seen),
        *_avc(seen.avc),
        *_moodle(seen),
        *_nwp(seen, configured),
        *_network(seen),
        *_access(seen),
        *_settings(seen),
        *_clocks(seen),
    )


def _unread(seen: SeenAvc | SeenMoodle, what: str) -> str:
    return f"{what} could not be read" if seen.error else _NO_ENTRY


def _endpoints(seen: Seen) -> Iterator[Check]:
    for name in ENDPOINTS:
        url = endpoint(seen.avc.url, name) if seen.avc.url else None
        probe = seen.page(url)
        if probe is not None and probe.code is None:
            mend = "check that the site is up (ddev start), and avc_integration: avc_url in nwp.yml"
        else:
            mend = "enable simple_oauth (drush en -y simple_oauth there), and look at AVC's log"
        yield _page(seen, url, ("OAuth2 endpoints", f"/oauth/{name}"), mend)


def _page(seen: Seen, url: str | None, place: tuple[str, str], mend: str) -> Check:
    """Whether a page is there."""
    probe = seen.page(url)
    if url is None:
        return Check(*place, "SKIP", "the site's address is not known")
    if probe is None:
        words = "an invented address" if is_invented(url) else "nobody asked for it"
        return Check(*place, "SKIP", words)
    where = public_address(url)
    if probe.code is None:
        return Check(*place, "FAIL", f"{where}: {probe.error or 'no answer'}", mend)
    words = f"HTTP {probe.code} in {round(probe.seconds * 1000)} ms"
    if answers(probe.code):
        return Check(*place, "PASS", words)
    return Check(*place, "FAIL", f"{where}: {words}", mend)


def _avc(seen: SeenAvc) -> Iterator[Check]:
    facts = seen.facts
    yield _simple_oauth(seen, facts)
    yield _key_file(seen, "public key", facts.public_key if facts else None)
    yield _key_file(seen, "private key", facts.private_key if facts else None)
    yield _key_mode(seen, facts.private_key if facts else None)


def _simple_oauth(seen: SeenAvc, facts: AvcFacts | None) -> Check:
    place = ("AVC", "simple_oauth")
    if facts is None:
        return Check(*place, "SKIP", _unread(seen, "AVC"))
    if facts.modules is None:
        return Check(*place, "SKIP", _UNSEEN)
    if "simple_oauth" in facts.modules:
        return Check(*place, "PASS", "module enabled")
    return Check(*place, "FAIL", "module not enabled", _ENABLE, "ddev drush en -y simple_oauth")


def _key_file(seen: SeenAvc, what: str, key: KeyFile | None) -> Check:
    place = ("AVC", what)
    if key is None:
        return Check(*place, "SKIP", _UNSEEN if seen.facts else _unread(seen, "AVC"))
    if key.there:
        return Check(*place, "PASS", key.path)
    words = f"no file {key.path}" if key.path else "simple_oauth's settings name no file"
    return Check(*place, "FAIL", words, "generate keys at /admin/config/people/simple_oauth")


def _key_mode(seen: SeenAvc, key: KeyFile | None) -> Check:
    place = ("AVC", "private key mode")
    if key is None:
        return Check(*place, "SKIP", _UNSEEN if seen.facts else _unread(seen, "AVC"))
    if key.mode is None:
        return Check(*place, "SKIP", _UNSEEN if key.there else "there is no private key")
    # 400 keeps others out as well.
    if private(key.mode):
        return Check(*place, "PASS", f"{key.mode:03o}")
    words = f"{key.mode:03o}: not only its owner gets at it"
    mend = "leave it to its owner, who has to be the web server's user"
    return Check(*place, "FAIL", words, mend, f"chmod 600 {key.path}")


def _moodle(seen: Seen) -> Iterator[Check]:
    moodle = seen.moodle
    config, wwwroot = ("Moodle", "config.php"), ("Moodle", "wwwroot")
    if moodle.facts is None:
        yield Check(*config, "SKIP", _unread(moodle, "Moodle"))
        yield Check(*wwwroot, "SKIP", _unread(moodle, "Moodle"))
        return
    if moodle.by_php:
        yield Check(*config, "PASS", "Moodle's own PHP has loaded it")
    else:
        yield Check(*config, "SKIP", "web services do not show files")
    yield _wwwroot(moodle.facts.url, seen.declared.moodle_url)


def _wwwroot(found: str, declared: str | None) -> Check:
    place = ("Moodle", "wwwroot")
    if declared is not None and _same(declared) != _same(found):
        words = f"{public_address(found)}; nwp.yml says {public_address(declared)}"
        mend = "make moodle_integration: moodle_url in nwp.yml and wwwroot in config.php agree"
        return Check(*place, "FAIL", words, mend)
    return Check(*place, "PASS", public_address(found))


def _same(url: str) -> str:
    return url.rstrip("/").lower()


def _nwp(seen: Seen, configured: Configured) -> Iterator[Check]:
    if configured.file:
        mend = "mend it, change to the NWP directory, or set RECONCILER_CONFIG to another file"
        yield Check("nwp.yml", "file", "FAIL", configured.file, mend)
    else:
        yield Check("nwp.yml", "file", "PASS", "there")
    for what, site, error, key in (
        ("AVC site", seen.avc.site, configured.avc, "recipe: avc"),
        ("Moodle site", seen.moodle.site, configured.moodle, "recipe: m"),
    ):
        if configured.file:
            yield Check("nwp.yml", what, "SKIP", "nwp.yml cannot be looked into")
        elif error:
            mend = f"put {site} under sites: in nwp.yml, with {key}, as docs/configuration.md says"
            yield Check("nwp.yml", what, "FAIL", error, mend)
        else:
            yield Check("nwp.yml", what, "PASS", site)


def _network(seen: Seen) -> Iterator[Check]:
    for what, url, key in (
        ("AVC", seen.avc.url, "avc_integration: avc_url"),
        ("Moodle", seen.moodle.url, "moodle_integration: moodle_url"),
    ):
        mend = f"check that the site is up (ddev start), and {key} in nwp.yml"
        yield _page(seen, url, ("Network", f"{what} reachable"), mend)
    for what, url in (("AVC", seen.avc.url), ("Moodle", seen.moodle.url)):
        place = ("Network", f"{what} by https")
        if url is None:
            yield Check(*place, "SKIP", "the site's address is not known")
        elif url.lower().startswith("https://"):
            yield Check(*place, "PASS", public_address(url))
        else:
            mend = "serve the site by https, and say so in nwp.yml (and in Moodle's wwwroot)"
            yield Check(*place, "FAIL", public_address(url), mend)


def _access(seen: Seen) -> Iterator[Check]:
    for what, one in (("AVC", seen.avc), ("Moodle", seen.moodle)):
        place = ("Access and settings", f"{what} can be read")
        if one.facts is not None:
            yield Check(*place, "PASS", f"release {one.facts.release or 'unknown'}")
        elif one.error:
            mend = f"mend what it says; access: of {one.site} in nwp.yml says how it is reached"
            yield Check(*place, "FAIL", one.error, mend)
        else:
            yield Check(*place, "SKIP", _NO_ENTRY)
    yield _writable(seen.moodle)


def _writable(seen: SeenMoodle) -> Check:
    place = ("Access and settings", "cohorts can be written")
    if seen.facts is None:
        return Check(*place, "SKIP", _unread(seen, "Moodle"))
    match seen.facts.writable:
        case True:
            return Check(*place, "PASS", "shown without writing")
        case None:
            return Check(*place, "SKIP", _UNSEEN)
        case False:
            mend = (
                "give the account moodle/cohort:manage and moodle/cohort:assign in the system"
                " context"
            )
            return Check(*place, "FAIL", "Moodle does not let us", mend)


def _settings(seen: Seen) -> Iterator[Check]:
    yield from _locks(seen)
    place = ("Access and settings", "leaving a cohort")
    facts = seen.moodle.facts
    if facts is None:
        yield Check(*place, "SKIP", _unread(seen.moodle, "Moodle"))
    elif facts.on_removal is None:
        yield Check(*place, "SKIP", _UNSEEN)
    elif facts.on_removal == "suspend":
        words = "suspends enrolments in its courses: grades stay"
        yield Check(*place, "PASS", words)
    else:
        # A choice that a site may make, and Moodle's own default: nothing is broken by it.
        words = (
            "costs grades: ends enrolments in its courses, and grades and groups go with the last"
            " one. To suspend them instead:"
        )
        command = "php admin/cli/cfg.php --component=enrol_cohort --name=unenrolaction --set=2"
        yield Check(*place, "PASS", words, command=command, costs=True)


def _locks(seen: Seen) -> Iterator[Check]:
    """Whether people could type somebody else's UUID into their own profile."""
    group, facts = "Access and settings", seen.moodle.facts
    if facts is None:
        yield Check(group, "idnumber locked", "SKIP", _unread(seen.moodle, "Moodle"))
        return
    if "idnumber" not in seen.settings.matching:
        yield Check(group, "idnumber locked", "SKIP", "nobody is matched by idnumber")
        return
    plugins = facts.idnumber_locked
    found = {} if plugins is None else {k: plugins[k] for k in plugins.keys() - _NO_PROFILE}
    if not found:
        words = _UNSEEN if plugins is None else "no account could edit its own"
        yield Check(group, "idnumber locked", "SKIP", words)
    for plugin, locked in sorted(found.items()):
        place = (group, f"idnumber locked ({plugin})")
        if locked:
            yield Check(*place, "PASS", "nobody can edit their own")
        else:
            command = (
                f"php admin/cli/cfg.php --component=auth_{plugin} --name=field_lock_idnumber"
                " --set=locked"
            )
            words = "people can edit their own, so it does not count"
            yield Check(*place, "FAIL", words, "lock the field", command)


def _clocks(seen: Seen) -> Iterator[Check]:
    avc, moodle = seen.avc.ahead, seen.moodle.ahead
    apart = None if avc is None or moodle is None else avc - moodle
    for what, seconds in (
        ("AVC and this machine", avc),
        ("Moodle and this machine", moodle),
        ("AVC and Moodle", apart),
    ):
        place = ("Access and settings", f"clocks: {what}")
        if seconds is None:
            yield Check(*place, "SKIP", "no clock was seen")
        elif abs(seconds) > CLOCKS_APART:
            words = f"{abs(seconds)} s apart"
            yield Check(*place, "FAIL", words, "set them by NTP", "timedatectl set-ntp true")
        else:
            yield Check(*place, "PASS", f"{abs(seconds)} s apart")
