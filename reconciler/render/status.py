"""The status of the integration, on a terminal."""

from collections.abc import Iterator
from datetime import UTC, datetime

from reconciler.models.status import (
    Drift,
    EndpointStatus,
    IssuerStatus,
    KeyStatus,
    SiteStatus,
    Status,
    Synchronization,
)
from reconciler.render.sync import RULE, WIDTH
from reconciler.render.terminal import name
from reconciler.render.wrapping import hanging
from reconciler.wording import number

_INDENT = 4
_LABEL = 18
_AT_ONCE = 60
"""Seconds; younger is just now."""
_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"))
_GOOD, _TELLS, _WARNS, _BAD = "✓", "ℹ", "⚠", "✗"
_UNSEEN = "unknown: this access cannot tell"
_NOT_SAID = "unknown: nwp.yml does not say"

_STATES = {
    "active": (_GOOD, "active"),
    "stale": (_BAD, "stale: the last full run is over 24 hours ago"),
    "ahead": (_BAD, "not known: the last run is in the future, so a clock or the time is wrong"),
    "failed": (_BAD, "failed"),
    "held": (_WARNS, "a part held back"),
    "never": (_WARNS, "never done in full"),
    "unavailable": (_TELLS, "not available: this access cannot tell"),
}


def heading() -> Iterator[str]:
    """The lines on top of ``pl avc-moodle-status``."""
    yield RULE
    yield "AVC-Moodle Integration Status"
    yield RULE
    yield ""


def status_lines(status: Status) -> Iterator[str]:
    """The dashboard; each line of it is indented, or empty."""
    yield "  Sites"
    yield from _site("AVC", status.avc, "Drupal")
    yield from _site("Moodle", status.moodle, "Moodle")
    yield ""
    yield "  Integration"
    yield from _integration(status)
    yield from _endpoints(status)
    yield ""
    yield "  Synchronization"
    yield from _synchronization(status.synchronization, status.checked)
    yield from _drift(status.drift, status.drift_error)
    yield ""
    yield "  Settings"
    yield from _settings(status)
    yield ""
    yield "  Quick actions"
    for action in status.actions:
        yield f"    {action}"


def _row(mark: str, label: str, text: str) -> Iterator[str]:
    """A line, or as many as it takes: what is said stays in its column."""
    start = " " * _INDENT + f"{mark} {label:<{_LABEL}}"
    yield from hanging(start, text, WIDTH)


def _site(label: str, site: SiteStatus, program: str) -> Iterator[str]:
    parts = [name(site.site), name(site.url) if site.url else "address unknown"]
    if site.release:
        # Without Moodle's "(Build: 20250811)".
        parts.append(f"{program} {name(site.release.partition(' (')[0])}")
    elif not site.error:
        parts.append("release unknown")
    away = site.reachable is False
    good = _WARNS if away else _GOOD
    yield from _row(_BAD if site.error else good, label, ", ".join(parts))
    if site.error:
        yield from _row(" ", "", name(site.error))
    if away:
        yield from _row(" ", "", "this address does not answer as a site does")


def _integration(status: Status) -> Iterator[str]:
    match status.enabled:
        case True:
            yield from _row(_GOOD, "Enabled", "yes, in nwp.yml")
        case False:
            yield from _row(_WARNS, "Enabled", "no: nwp.yml says enabled: false")
        case None:
            yield from _row(_TELLS, "Enabled", _NOT_SAID)
    if status.paired is False:
        yield from _row(_WARNS, "Pair", "nwp.yml names another site as the other half")
    yield from _module(status)
    yield from _key("Public key", status.public_key, broken="public_key" in status.broken)
    yield from _key("Private key", status.private_key, broken="private_key" in status.broken)
    yield from _issuer(status.issuer)


def _module(status: Status) -> Iterator[str]:
    match status.module:
        case True:
            yield from _row(_GOOD, "avc_moodle_sync", "module enabled")
        case False if status.module_required:
            words = "not enabled. Run: ddev drush en -y avc_moodle_sync"
            yield from _row(_BAD, "avc_moodle_sync", words)
        case False:
            words = "module not enabled, nor required"
            yield from _row(_TELLS, "avc_moodle_sync", words)
        case None:
            yield from _row(_TELLS, "avc_moodle_sync", _UNSEEN)


def _key(label: str, key: KeyStatus | None, *, broken: bool) -> Iterator[str]:
    if key is None:
        yield from _row(_TELLS, label, _UNSEEN)
        return
    where = name(key.path) if key.path else "simple_oauth names no file"
    if not key.there:
        yield from _row(_BAD, label, f"missing: {where}")
        return
    mode = f", mode {key.mode}" if key.mode else ""
    words = f"there{mode}" + (": others can read it, 600 is right" if broken else "")
    yield from _row(_BAD if broken else _GOOD, label, words)


def _issuer(issuer: IssuerStatus | None) -> Iterator[str]:
    if issuer is None:
        yield from _row(_TELLS, "OAuth2 issuer", _UNSEEN)
    elif issuer.found:
        words = f"{name(issuer.name or '')} ({name(issuer.url or '')}) in Moodle"
        yield from _row(_GOOD, "OAuth2 issuer", words)
    else:
        others = f"; it has {number(issuer.others, 'other')}" if issuer.others else ""
        words = f"Moodle has none that is known to be this AVC{others}"
        yield from _row(_WARNS, "OAuth2 issuer", words)


def _endpoints(status: Status) -> Iterator[str]:
    if status.endpoints is not None:
        yield ""
        yield "  OAuth2 endpoints"
        for found in status.endpoints:
            yield from _endpoint(found)
    elif status.avc.url is None:
        words = f"unknown: avc_integration: avc_url of {name(status.moodle.site)} is not set"
        yield from _row(_TELLS, "OAuth2 endpoints", words)


def _endpoint(found: EndpointStatus) -> Iterator[str]:
    if found.code is None:
        words = name(found.error or "no answer")
    elif found.there:
        words = f"there (HTTP {found.code}), {found.milliseconds} ms"
    else:
        words = f"HTTP {found.code}, {found.milliseconds} ms"
    yield from _row(_GOOD if found.there else _BAD, f"/oauth/{found.name}", words)


def _synchronization(found: Synchronization, now: int) -> Iterator[str]:
    mark, words = _STATES[found.state]
    yield from _row(mark, "State", words)
    if found.state == "unavailable" or found.failed is None:
        return
    if found.last_sync is not None:
        yield from _row(" ", "Last sync", _when(found.last_sync, now))
        yield from _row(" ", "Synced", f"{_count(found.users, 'user')}, {_cohorts(found)}")
    if found.scoped_last_sync is not None:
        yield from _row(" ", "Last partial sync", _when(found.scoped_last_sync, now))
    yield from _row(_WARNS if found.failed else " ", "Failed syncs", f"{found.failed} in all")


def _cohorts(found: Synchronization) -> str:
    return _count(found.cohorts, "cohort")


def _count(found: int | None, noun: str) -> str:
    return f"{noun}s unknown" if found is None else number(found, noun)


def _drift(drift: Drift | None, error: str | None) -> Iterator[str]:
    if error:
        yield from _row(_BAD, "Drift", name(error))
        return
    if drift is None:
        yield from _row(_TELLS, "Drift", "not looked at (--check does)")
        return
    problems = f"; {number(drift.problems, 'problem')}" if drift.problems else ""
    if drift.none:
        yield from _row(_GOOD, "Drift", f"none{problems}")
        return
    parts = [f"{number(drift.memberships, 'membership')} of {_people(drift)}"]
    for count, verb in ((drift.create, "to create"), (drift.change, "to change")):
        if count:
            parts.append(f"{number(count, 'cohort')} {verb}")
    if drift.roles:
        parts.append(number(drift.roles, "role"))
    yield from _row(_WARNS, "Drift", ", ".join(parts) + problems)


def _people(drift: Drift) -> str:
    return number(drift.people, "person", "people")


def _settings(status: Status) -> Iterator[str]:
    yield from _row(" ", "Role sync", _role_sync(status))
    badges = {True: "on", False: "off", None: _NOT_SAID}[status.badge_display]
    yield from _row(" ", "Badge display", badges)
    yield from _row(" ", "Token lifetime", _seconds(status.token_lifetime))
    if status.sync_interval is not None:
        yield from _row(" ", "Sync interval", _seconds(status.sync_interval))


def _seconds(found: int | None) -> str:
    return "unknown" if found is None else number(found, "second")


def _role_sync(status: Status) -> str:
    if not status.role_sync:
        return "off"
    plugin = {True: "is installed", False: "is not installed", None: "cannot be seen"}
    return f"on; local_cohortrole {plugin[status.cohortrole]}"


def _when(time: int, now: int) -> str:
    return f"{_date(time)}, {_age(now - time)}"


def _date(seconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
    except (OverflowError, ValueError, OSError):
        return f"{seconds} (no date)"


def _age(seconds: int) -> str:
    """How long ago, in the largest unit that there is one of."""
    if seconds < -_AT_ONCE:
        return "in the future: the clocks differ"
    for length, unit in _UNITS:
        if seconds >= length:
            return f"{number(seconds // length, unit)} ago"
    return "just now"
