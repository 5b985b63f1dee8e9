"""One look at two sites: whatever happens at one, the other is looked at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from reconciler.errors import ConfigError, NotReady, ReconcilerError, SiteUnreachable
from reconciler.inspection import Known, Ways, look
from reconciler.models.integration import Declared, Seen
from reconciler.models.settings import SyncSettings
from reconciler.models.web import Probe
from reconciler.planner import Sites
from reconciler.ports import AvcSite, MoodleSite
from tests.integration_world import AVC, AVC_FACTS, DECLARED, MOODLE, MOODLE_FACTS, NOW

DOWN = SiteUnreachable("It is stopped.\nRun: ddev start")


@dataclass
class FakeSite:
    """Tells these facts, or raises; its address may raise, too."""

    facts: Any
    found: str | ReconcilerError | None = None

    def inspect(self) -> Any:
        return _given(self.facts)

    def address(self) -> str | None:
        return cast("str | None", _given(self.found))


@dataclass
class FakeWeb:
    asked: list[str] = field(default_factory=list)

    def probe(self, urls: Sequence[str]) -> tuple[Probe, ...]:
        self.asked += urls
        return tuple(Probe(url=url, code=200) for url in urls)


def _given(value: Any) -> Any:
    if isinstance(value, ReconcilerError):
        raise value
    return value


def ticking(*times: float) -> Callable[[], float]:
    """A clock that shows these times, one after the other."""
    left = list(times)
    return lambda: left.pop(0)


def looked(
    avc: FakeSite | ReconcilerError,
    moodle: FakeSite | ReconcilerError,
    declared: Declared = DECLARED,
    web: FakeWeb | None = None,
    clock: Callable[[], float] = lambda: NOW,
) -> Seen:
    ways = Ways(
        names=Sites("avc", "ss"),
        avc=lambda: cast("AvcSite", _given(avc)),
        moodle=lambda: cast("MoodleSite", _given(moodle)),
        known=Known(declared, SyncSettings(avc_url=declared.avc_url), require_module=True),
        by_php=True,
    )
    return look(ways, web or FakeWeb(), clock)


def test_both_sites_and_their_pages() -> None:
    """Facts, addresses, and the pages of both with AVC's three endpoints."""
    web = FakeWeb()
    seen = looked(FakeSite(AVC_FACTS), FakeSite(MOODLE_FACTS), web=web)
    assert (seen.avc.facts, seen.avc.error) == (AVC_FACTS, "")
    assert (seen.moodle.facts, seen.moodle.by_php) == (MOODLE_FACTS, True)
    endpoints = [f"{AVC}/oauth/{name}" for name in ("authorize", "token", "userinfo")]
    assert web.asked == [AVC, MOODLE, *endpoints]
    assert [probe.url for probe in seen.probes or ()] == web.asked


@pytest.mark.parametrize("how", [DOWN, FakeSite(DOWN), FakeSite(DOWN, DOWN)])
def test_one_site_away(how: FakeSite | ReconcilerError) -> None:
    """Whether connecting fails or looking: a sentence in one line, and the other site in full."""
    seen = looked(how, FakeSite(MOODLE_FACTS))
    assert (seen.avc.facts, seen.avc.error) == (None, "It is stopped. Run: ddev start")
    assert (seen.avc.url, seen.moodle.facts) == (AVC, MOODLE_FACTS)
    seen = looked(FakeSite(AVC_FACTS), how)
    assert (seen.moodle.facts, seen.moodle.error) == (None, "It is stopped. Run: ddev start")
    assert (seen.moodle.url, seen.avc.facts) == (MOODLE, AVC_FACTS)


def test_all_reasons_of_an_error_are_told() -> None:
    """Also of one that stands for several, and of a configuration that makes no sense."""
    seen = looked(NotReady(("No drush.", "No PHP.")), ConfigError("no token", "nwp.yml:3"))
    assert seen.avc.error.endswith("No drush. No PHP.")
    assert seen.moodle.error == "nwp.yml:3: no token"


@pytest.mark.parametrize(
    ("declared", "found", "url"),
    [
        (Declared(avc_url="https://said.example"), "https://found.example", "https://said.example"),
        (Declared(), "https://found.example", "https://found.example"),
        (Declared(), None, None),
        (Declared(), DOWN, None),
    ],
)
def test_where_avc_is(
    declared: Declared, found: str | ReconcilerError | None, url: str | None
) -> None:
    """nwp.yml's word, else what the way to it tells; the issuer is looked for there."""
    web = FakeWeb()
    seen = looked(FakeSite(AVC_FACTS, found), FakeSite(MOODLE_FACTS), declared, web)
    assert (seen.avc.url, seen.settings.avc_url) == (url, url)
    assert len(web.asked) == (5 if url else 1)


@pytest.mark.parametrize(
    ("declared", "url"),
    [
        (Declared(), None),
        (Declared(moodle_url="https://said.example"), "https://said.example"),
        (Declared(access_url="https://asked.example"), "https://asked.example"),
        (
            Declared(moodle_url="https://said.example", access_url="https://asked.example"),
            "https://asked.example",
        ),
    ],
)
@pytest.mark.parametrize("how", [DOWN, FakeSite(DOWN)])
def test_where_a_moodle_is_that_cannot_be_read(
    how: FakeSite | ReconcilerError, declared: Declared, url: str | None
) -> None:
    """Where its web services are asked, else nwp.yml's word; that page is asked for."""
    web = FakeWeb()
    assert looked(FakeSite(AVC_FACTS), how, declared, web).moodle.url == url
    assert web.asked == ([url] if url else [])


def test_moodle_is_where_it_says() -> None:
    """Its wwwroot, not nwp.yml's word for it; the test compares the two."""
    elsewhere = "https://elsewhere.example"
    declared = Declared(moodle_url=elsewhere, access_url=elsewhere)
    assert looked(FakeSite(AVC_FACTS), FakeSite(MOODLE_FACTS), declared).moodle.url == MOODLE


def test_clocks_are_compared_at_the_middle_of_asking() -> None:
    """A slow way to a site does not make its clock late; a clock not told is not compared."""
    clock = ticking(NOW - 40, NOW + 20, NOW - 100, NOW - 100)
    seen = looked(FakeSite(AVC_FACTS), FakeSite(MOODLE_FACTS), clock=clock)
    assert (seen.avc.ahead, seen.moodle.ahead) == (10, 100)
    unclocked = AVC_FACTS.model_copy(update={"clock": None})
    assert looked(FakeSite(unclocked), FakeSite(MOODLE_FACTS)).avc.ahead is None
