"""One look at both sites and their pages: what the status and the test are made from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from reconciler.dashboard import facts_of
from reconciler.errors import NotReady, ReconcilerError
from reconciler.hosts import is_invented
from reconciler.models.avc import AvcFacts
from reconciler.models.integration import (
    ENDPOINTS,
    Declared,
    Seen,
    SeenAvc,
    SeenMoodle,
    endpoint,
)
from reconciler.models.settings import SyncSettings
from reconciler.planner import Planned, Sites
from reconciler.ports import AvcSite, MoodleSite, Web

F_co = TypeVar("F_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Known:
    """What nwp.yml says of two sites."""

    declared: Declared
    settings: SyncSettings
    """With where people find this AVC, as far as that is known."""
    require_module: bool


@dataclass(frozen=True, slots=True)
class Ways:
    """How two sites are reached, and what nwp.yml says of them; connecting may fail."""

    names: Sites
    avc: Callable[[], AvcSite]
    moodle: Callable[[], MoodleSite]
    known: Known
    by_php: bool
    """Whether the Moodle is reached by its own PHP."""


def look(ways: Ways, web: Web, clock: Callable[[], float]) -> Seen:
    """Both sites, and their pages. A site that cannot be read does not hide the other."""
    avc = _avc(ways, clock)
    moodle = _moodle(ways, clock)
    return Seen(
        avc=avc,
        moodle=moodle,
        declared=ways.known.declared,
        settings=ways.known.settings.model_copy(update={"avc_url": avc.url}),
        require_module=ways.known.require_module,
        probes=web.probe(pages(avc.url, moodle.url)),
    )


def seen_by_run(planned: Planned, avc: AvcFacts, known: Known, web: Web) -> Seen:
    """What a run that has read both sites knows of them: only their pages are asked for.

    ``avc`` are the facts of the AVC as they are after it.
    """
    moodle = facts_of(planned.snapshots.moodle)
    url = known.settings.avc_url
    return Seen(
        avc=SeenAvc(planned.plan.avc.site, url, avc),
        moodle=SeenMoodle(planned.plan.moodle.site, moodle.url, moodle),
        declared=known.declared,
        settings=known.settings,
        require_module=known.require_module,
        probes=web.probe(pages(url, moodle.url)),
    )


def pages(avc_url: str | None, moodle_url: str | None) -> list[str]:
    """The pages to ask for, of sites that may be there: both, and AVC's OAuth2 endpoints."""
    endpoints = [endpoint(avc_url, name) for name in ENDPOINTS] if avc_url else []
    return [url for url in (avc_url, moodle_url, *endpoints) if url and not is_invented(url)]


def sentence(error: ReconcilerError) -> str:
    """All that an error says, in one line."""
    reasons = error.reasons if isinstance(error, NotReady) else ()
    return " ".join(" ".join((str(error), *reasons)).split())


def _avc(ways: Ways, clock: Callable[[], float]) -> SeenAvc:
    name, url = ways.names.avc, ways.known.declared.avc_url
    try:
        site = ways.avc()
    except ReconcilerError as error:
        return SeenAvc(name, url, error=sentence(error))
    url = url or _address(site)
    try:
        facts, asked = _timed(site, clock)
    except ReconcilerError as error:
        return SeenAvc(name, url, error=sentence(error))
    return SeenAvc(name, url, facts, ahead=_ahead(facts.clock, asked))


def _moodle(ways: Ways, clock: Callable[[], float]) -> SeenMoodle:
    name, declared = ways.names.moodle, ways.known.declared
    try:
        facts, asked = _timed(ways.moodle(), clock)
    except ReconcilerError as error:
        # As the provider for web services chooses.
        url = declared.access_url or declared.moodle_url
        return SeenMoodle(name, url, error=sentence(error), by_php=ways.by_php)
    # Moodle's own word for where it is wins: it sends everybody there.
    ahead = _ahead(facts.clock, asked)
    return SeenMoodle(name, facts.url, facts, ahead=ahead, by_php=ways.by_php)


class _Inspected(Protocol[F_co]):
    def inspect(self) -> F_co: ...


def _timed(site: _Inspected[F_co], clock: Callable[[], float]) -> tuple[F_co, float]:
    """What the site tells, and the time here when it did: the middle of asking."""
    before = clock()
    facts = site.inspect()
    return facts, (before + clock()) / 2


def _ahead(theirs: int | None, ours: float) -> int | None:
    return None if theirs is None else round(theirs - ours)


def _address(site: AvcSite) -> str | None:
    try:
        return site.address()
    except ReconcilerError:
        # Looking at the site meets the same obstacle, and says so.
        return None
