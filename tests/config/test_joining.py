"""Which Moodle nwp.yml lets an AVC plan: a copy of either is not to be taken for it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.config.sites import describe_pair
from reconciler.guards import judged
from reconciler.operations import operations
from tests.guards_world import ONE_JOINS, guild, work_of
from tests.two_sites import TwoSites
from tests.world import account, person

LIVE = "https://learn.example.org"
COPY = "https://learn.example.org:8443"


def avc(**integration: Any) -> dict[str, Any]:
    return {"recipe": "avc", "moodle_integration": integration}


def moodle(**integration: Any) -> dict[str, Any]:
    return {"recipe": "m", "avc_integration": integration}


def hosts(*names: str) -> dict[str, Any]:
    return {"guards": {"moodle_hosts": list(names)}}


Entries = dict[str, dict[str, Any]]
NOT_ITS_OWN: dict[str, Entries] = {
    "the copy names its own Moodle": {
        "avc": avc(moodle_site="ss"),
        "avc_copy": avc(moodle_site="ss_copy"),
        "ss": moodle(),
        "ss_copy": moodle(),
    },
    "the copy names its own Moodle, under the live one's address": {
        "avc": avc(moodle_site="ss", moodle_url=LIVE),
        "avc_copy": avc(moodle_site="ss_copy", moodle_url=LIVE),
        "ss": moodle(),
    },
    "the live AVC alone names the Moodle": {
        "avc": avc(moodle_site="ss"),
        "avc_copy": avc(),
        "ss": moodle(),
    },
    "the live AVC alone names the Moodle, by its address": {
        "avc": avc(moodle_url=LIVE),
        "avc_copy": avc(),
        "ss": moodle(),
    },
    "the Moodle names the live AVC": {
        "avc": avc(),
        "avc_copy": avc(),
        "ss": moodle(avc_site="avc"),
    },
    "the Moodle names the live AVC, and the copy has all that the live one has": {
        "avc": avc(moodle_site="ss", moodle_url=LIVE),
        "avc_copy": avc(moodle_site="ss", moodle_url=LIVE),
        "ss": moodle(avc_site="avc"),
    },
    "both name the Moodle, and it names none": {
        "avc": avc(moodle_site="ss", moodle_url=LIVE),
        "avc_copy": avc(moodle_site="ss", moodle_url=LIVE),
        "ss": moodle(),
    },
    "another Moodle names the copy": {
        "avc": avc(),
        "avc_copy": avc(),
        "ss": moodle(),
        "ss_copy": moodle(avc_site="avc_copy"),
    },
    "the copy's Moodle is at another port": {
        "avc": avc(moodle_url=LIVE),
        "avc_copy": avc(moodle_url=COPY),
        "ss": moodle(),
    },
    "the copy's Moodle is at another host": {
        "avc": avc(),
        "avc_copy": avc(moodle_url="https://copy.example.org"),
        "ss": moodle(),
    },
    "the copy is joined by name, and lists another host": {
        "avc": avc(),
        "avc_copy": avc(moodle_site="ss", sync=hosts("copy.example.org")),
        "ss": moodle(),
    },
}
ITS_OWN: dict[str, Entries] = {
    "nothing is said": {"avc_copy": avc(), "ss": moodle()},
    "the entries are empty": {"avc_copy": {"recipe": "avc"}, "ss": {"recipe": "m"}},
    "the AVC names the Moodle": {"avc_copy": avc(moodle_site="ss"), "ss": moodle()},
    "the Moodle names the AVC": {"avc_copy": avc(), "ss": moodle(avc_site="avc_copy")},
    "both do, and another AVC names it too": {
        "avc": avc(moodle_site="ss"),
        "avc_copy": avc(moodle_site="ss"),
        "ss": moodle(avc_site="avc_copy"),
    },
    "the AVC gives its address": {"avc_copy": avc(moodle_url=f"{LIVE}/"), "ss": moodle()},
    "the AVC gives its address in another case": {
        "avc_copy": avc(moodle_url="https://LEARN.example.org/x"),
        "ss": moodle(),
    },
    "the AVC gives its address with the port": {
        "avc_copy": avc(moodle_url=f"{LIVE}:443"),
        "ss": moodle(),
    },
    "two AVCs feed it, and the second lists its host": {
        "avc": avc(moodle_site="ss"),
        "avc_copy": avc(moodle_site="ss", sync=hosts("learn.example.org")),
        "ss": moodle(avc_site="avc"),
    },
}


@pytest.fixture
def trips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., bool]:
    """Whether the guard holds back what ``avc_copy`` would do to ``ss``."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RECONCILER_CONFIG", raising=False)

    def found(entries: Entries, url: str = LIVE) -> bool:
        (tmp_path / "nwp.yml").write_text(json.dumps({"sites": entries}))
        settings = describe_pair("avc_copy", "ss").known.settings
        sites = replace(ONE_JOINS.pair(), settings=settings)
        work = work_of(sites)
        around = replace(work.around(sites), url=url)
        verdict = judged(operations(work.plan), around, settings.guards)[0]
        assert verdict.figures.guard == "moodle-host"
        assert bool(verdict.counted) is not verdict.figures.ok
        return not verdict.figures.ok

    return found


@pytest.mark.parametrize("entries", NOT_ITS_OWN.values(), ids=NOT_ITS_OWN)
def test_a_copy_cannot_plan_the_live_moodle(entries: Entries, trips: Callable[..., bool]) -> None:
    """However nwp.yml joins the live sites, what a copy would do to the live Moodle waits."""
    assert trips(entries)


@pytest.mark.parametrize("entries", ITS_OWN.values(), ids=ITS_OWN)
def test_an_avc_can_plan_its_own_moodle(entries: Entries, trips: Callable[..., bool]) -> None:
    """What joins two sites, or nothing that speaks against it, holds nothing back."""
    assert not trips(entries)


ADDRESSES = {
    ("learn.example.org", "https://learn.example.org:8443/moodle"): False,
    ("learn.example.org:8443", "https://learn.example.org:8443"): False,
    ("learn.example.org:8443", "https://learn.example.org"): True,
    ("learn.example.org:80", "http://learn.example.org"): False,
    ("learn.example.org:80", "https://learn.example.org"): True,
    ("[::1]", "http://[::1]:8080/m"): False,
    ("[::1]:8080", "http://[::1]:8080/m"): False,
    ("[::1]:8080", "http://[::1]/m"): True,
    ("[::1]", "http://[::2]/m"): True,
    ("LEARN.EXAMPLE.ORG", "HTTPS://Learn.Example.Org?x"): False,
    ("example.org", "https://learn.example.org"): True,
    ("learn.example.org", "https://learn.example.org.evil.example"): True,
    ("learn.example.org", "https://learn.example.org@evil.example/"): True,
    ("learn.example.org", "https://evil.example/learn.example.org"): True,
    ("learn.example.org", "https://evil.example#learn.example.org"): True,
    ("", "https://learn.example.org"): True,
}


@pytest.mark.parametrize(("listed", "url"), ADDRESSES)
def test_hosts_are_compared_whole(listed: str, url: str, trips: Callable[..., bool]) -> None:
    """Without case, and with a port where one is listed; nothing else of an address counts."""
    entries = {"avc_copy": avc(moodle_site="ss", sync=hosts(listed)), "ss": moodle()}
    assert trips(entries, url) is ADDRESSES[listed, url]


def test_a_copy_is_held_back_and_told_how_to_be_let_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One-shot, nothing of it is written, and the remedy names the key."""
    monkeypatch.chdir(tmp_path)
    sites = TwoSites(tmp_path, capsys)
    sites.avc([guild(1)], [person(1)], {1: [1]})
    sites.moodle([account(1)], wwwroot=LIVE)
    sites.configure(
        text="""\
sites:
  avc: {recipe: avc, moodle_integration: {moodle_site: ss}}
  avc_copy:
    recipe: avc
    access: {via: sql, database: "sqlite:///avc.sqlite"}
  ss:
    recipe: m
    access: {via: sandbox, file: moodle.sqlite}
"""
    )
    ran = sites.reconciler("sync", "avc_copy", "ss")
    assert ran.code == 1
    assert "moodle_integration: sync: guards: moodle_hosts" in ran.out
    assert sites.members() == {}
