"""``pl avc-moodle-status`` on two sites that are there, or not."""

import json
import re
from collections.abc import Iterator

import pytest

import reconciler.pl
from reconciler.models.avc import Guild
from reconciler.models.status import Status
from reconciler.running import run
from tests.commands.test_bad_input import closed_port
from tests.commands.two_projects import two_projects
from tests.two_sites import Ran, TwoSites
from tests.web.pages import serving
from tests.world import account, person

GUILD = Guild(id=1, uuid="00000001-1111-4111-8111-111111111111", label="Web Dev", alias="web-dev")
NWP = """\
sites:
  avc:
    recipe: avc
    access: {via: sql, database: "sqlite:///avc.sqlite"}
    moodle_integration: {enabled: true, moodle_site: ss, badge_display: true}
  ss:
    recipe: m
    access: {via: sandbox, file: moodle.sqlite}
    avc_integration: {enabled: true, avc_site: avc, avc_url: "%s"}
"""
KEYS = {
    "format", "checked", "avc", "moodle", "enabled", "paired", "module", "module_required",
    "public_key", "private_key", "issuer", "endpoints", "synchronization", "drift", "drift_error",
    "role_sync", "cohortrole", "badge_display", "token_lifetime", "sync_interval", "broken",
    "actions",
}  # fmt: skip


@pytest.fixture
def page() -> Iterator[str]:
    """Where pages answer with the status that their path starts with."""
    with serving() as url:
        yield url


@pytest.fixture
def two(sites: TwoSites, page: str) -> TwoSites:
    """Two people of a guild with accounts, not synchronised; the endpoints answer 401."""
    sites.avc([GUILD], [person(1), person(2)], {1: [1, 2]})
    sites.moodle([account(1), account(2)])
    sites.configure(text=NWP % f"{page}/401")
    return sites


def status(sites: TwoSites, *arguments: str) -> Ran:
    return sites._ran(run(reconciler.pl.app, ["avc-moodle-status", *arguments], highest=1))


def test_nothing_is_broken_and_nothing_written(two: TwoSites, page: str) -> None:
    """Sites, endpoints, settings; what this access cannot see is unknown, and exit code 0."""
    ran = status(two, "avc", "ss")
    assert (ran.code, ran.err) == (0, "")
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert lines[1] == "AVC-Moodle Integration Status"
    assert f"✓ AVC avc, {page}/401, release unknown" in lines
    assert "✓ Enabled yes, in nwp.yml" in lines
    assert any(line.startswith("✓ /oauth/userinfo there (HTTP 401), ") for line in lines)
    assert "ℹ Private key unknown: this access cannot tell" in lines
    assert "Badge display on" in lines
    assert lines[-1] == "pl avc-moodle-test avc ss"
    assert two.writes() == 0


@pytest.mark.parametrize(("answer", "code"), [("401", 0), ("302", 0), ("404", 1), ("500", 1)])
def test_an_endpoint_that_is_not_there_is_broken(
    two: TwoSites, page: str, answer: str, code: int
) -> None:
    """Exit code 1, and the JSON says what."""
    two.configure(text=NWP % f"{page}/{answer}")
    ran = status(two, "avc", "ss", "--json")
    assert (ran.code, json.loads(ran.out)["broken"]) == (code, ["endpoints"] if code else [])


def test_drift_is_looked_at_when_asked(two: TwoSites) -> None:
    """Before a sync it tells what there is to do, after it nothing; looking writes nothing."""
    ran = status(two, "avc", "ss", "--check", "--json")
    drift = json.loads(ran.out)["drift"]
    assert (ran.code, two.writes()) == (0, 0)
    assert (drift["memberships"], drift["people"], drift["create"]) == (2, 2, 1)
    assert two.reconciler("sync", "avc", "ss").code == 0
    written = two.writes()
    assert "✓ Drift             none" in status(two, "avc", "ss", "--check").out
    assert json.loads(status(two, "avc", "ss", "--json").out)["drift"] is None
    assert two.writes() == written


def test_a_run_for_one_person_is_told(sites: TwoSites, monkeypatch: pytest.MonkeyPatch) -> None:
    """By Drush, AVC says when it was; before it there is none, and no run was full."""
    with two_projects(sites, monkeypatch) as projects:
        before = projects.pl("avc-moodle-status", "avc", "ss")
        assert projects.pl("avc-moodle-sync", "avc", "ss", "--user=89").code == 0
        after = projects.pl("avc-moodle-status", "avc", "ss")
        found = json.loads(projects.pl("avc-moodle-status", "avc", "ss", "--json").out)
    assert "Last partial sync" not in before.out
    assert re.search(r"^      Last partial sync \d.* UTC, just now$", after.out, re.MULTILINE)
    assert "⚠ State             never done in full" in after.out
    assert 0 <= found["synchronization"]["scoped_age"] < 60


def test_the_json_has_stable_keys(two: TwoSites) -> None:
    """It is the model, whole, in ASCII, and nothing else is printed."""
    ran = status(two, "avc", "ss", "--json")
    assert set(json.loads(ran.out)) == KEYS
    assert Status.model_validate_json(ran.out).avc.site == "avc"
    assert ran.out.isascii()


def test_a_moodle_that_is_away(two: TwoSites, page: str) -> None:
    """Its sentence, the rest in full, exit code 1; drift says the same."""
    url = f"http://127.0.0.1:{closed_port()}"
    away = f"{{via: webservice, url: '{url}', timeout: 1}}"
    text = (NWP % f"{page}/401").replace("{via: sandbox, file: moodle.sqlite}", away)
    two.configure(text=text)
    (two.directory / ".secrets.yml").write_text("sites: {ss: {token: 5ecret}}\n")
    (two.directory / ".secrets.yml").chmod(0o600)
    ran = status(two, "avc", "ss", "--check")
    assert (ran.code, ran.err) == (1, "")
    assert f"✗ Moodle            ss, {url}\n" in ran.out
    assert "this address does not answer as a site does" in ran.out
    assert ran.out.count("cannot be reached") == 2
    assert "✓ /oauth/token" in ran.out
    assert "5ecret" not in ran.out


def test_an_avc_that_is_away(two: TwoSites) -> None:
    """The other way round."""
    (two.directory / "avc.sqlite").unlink()
    ran = status(two, "avc", "ss")
    assert (ran.code, ran.err) == (1, "")
    assert "✗ AVC" in ran.out
    assert "✓ Moodle" in ran.out or "⚠ Moodle" in ran.out


def test_without_nwp_yml_there_is_no_status(two: TwoSites) -> None:
    """One sentence on standard error, also for a site that it does not know."""
    assert "Site 'nope' not found" in status(two, "avc", "nope", "--json").err
    (two.directory / "nwp.yml").unlink()
    ran = status(two, "avc", "ss")
    assert (ran.code, ran.out) == (1, "")
    assert "no nwp.yml here" in ran.err


def test_strange_values_of_other_tools_stop_nothing(two: TwoSites, page: str) -> None:
    """They are unknown in the status, and a sync does not look at them."""
    text = (NWP % f"{page}/401").replace(
        "enabled: true, moodle_site: ss, badge_display: true",
        "enabled: 7, moodle_site: [], badge_display: often, oauth2_token_lifetime: soon,"
        " sync_interval: {}",
    )
    two.configure(text=text)
    found = json.loads(status(two, "avc", "ss", "--json").out)
    assert (found["enabled"], found["badge_display"], found["token_lifetime"]) == (None, None, None)
    assert two.reconciler("sync", "avc", "ss").code == 0


def test_values_of_the_recipe_count(two: TwoSites, page: str) -> None:
    """nwp.yml's defaults for every AVC, unless the site has its own."""
    recipe = (
        "recipes: {avc: {moodle_integration: {oauth2_token_lifetime: 300, sync_interval: 3600,"
        " badge_display: false}}}\n"
    )
    two.configure(text=recipe + NWP % f"{page}/401")
    found = json.loads(status(two, "avc", "ss", "--json").out)
    assert (found["token_lifetime"], found["badge_display"]) == (300, True)
    assert found["sync_interval"] == 3600
    assert "Sync interval     3600 seconds" in status(two, "avc", "ss").out
