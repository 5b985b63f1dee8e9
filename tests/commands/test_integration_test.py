"""``pl avc-moodle-test``: what is wrong is a line of its own, never a crash."""

from dataclasses import replace

import pytest

import reconciler.inspection
import reconciler.pl
from reconciler.models.integration import Seen
from reconciler.running import run
from tests.commands.test_status import NWP, page, two
from tests.integration_world import IN_ORDER, answering
from tests.two_sites import Ran, TwoSites

__all__ = ["page", "two"]


def run_on(sites: TwoSites, *names: str) -> Ran:
    return sites._ran(run(reconciler.pl.app, ["avc-moodle-test", *names], highest=1))


def lines(ran: Ran) -> list[str]:
    return [" ".join(line.split()) for line in ran.out.splitlines()]


def failed(ran: Ran) -> list[str]:
    """The names of the checks that failed."""
    return [
        line.removeprefix("✗ FAIL ").partition(":")[0]
        for line in lines(ran)
        if line.startswith("✗ FAIL")
    ]


def test_two_embedded_sites(two: TwoSites) -> None:
    """What they have passes, what nobody can see is skipped, and nothing is written."""
    ran = run_on(two, "avc", "ss")
    assert ran.err == ""
    assert "✓ PASS /oauth/token: HTTP 401 in" in ran.out
    assert "✓ PASS AVC can be read" in ran.out
    assert "ℹ SKIP config.php: web services do not show files" in ran.out
    assert "AVC by https" in failed(ran)
    assert two.writes() == 0


@pytest.mark.parametrize(
    ("seen", "code", "rate"),
    [
        (IN_ORDER, 0, "Success rate: 100% of those that ran"),
        (replace(IN_ORDER, probes=()), 0, "Success rate: 100% of those that ran"),
        (answering(404), 1, "Success rate: 96% of those that ran"),
    ],
)
def test_exit_code_0_only_if_all_that_ran_passed(
    two: TwoSites, monkeypatch: pytest.MonkeyPatch, seen: Seen, code: int, rate: str
) -> None:
    """Skipped checks do not count against it."""
    monkeypatch.setattr(reconciler.inspection, "look", lambda *_arguments: seen)
    ran = run_on(two, "avc", "ss")
    assert (ran.code, lines(ran)[-1], ran.err) == (code, rate, "")


def test_without_nwp_yml(two: TwoSites) -> None:
    """One failure, and every other check skipped."""
    (two.directory / "nwp.yml").unlink()
    ran = run_on(two, "avc", "ss")
    assert (ran.code, ran.err, failed(ran)) == (1, "", ["file"])
    assert "no nwp.yml here or in any directory above" in " ".join(lines(ran))
    assert "✓" not in ran.out


def test_an_nwp_yml_that_is_named_and_not_there(
    two: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a crash nor another file in its place."""
    monkeypatch.setenv("RECONCILER_CONFIG", str(two.directory / "other.yml"))
    ran = run_on(two, "avc", "ss")
    assert (ran.code, ran.err, failed(ran)) == (1, "", ["file"])


@pytest.mark.parametrize(
    ("text", "names", "wrong"),
    [
        ("sites: [avc", ("avc", "ss"), ["file"]),
        ("sites:\n", ("avc", "ss"), ["file"]),
        (NWP, ("avc", "nope"), ["Moodle site"]),
        (NWP, ("nope", "ss"), ["AVC site"]),
        (NWP, ("no", "nope"), ["AVC site", "Moodle site"]),
        (NWP, ("ss", "avc"), ["AVC site", "Moodle site"]),
        (NWP.replace("recipe: m", "recipe: d"), ("avc", "ss"), ["Moodle site"]),
        (NWP.replace("recipe: avc", "recipe: d"), ("avc", "ss"), ["AVC site"]),
        (NWP.replace("badge_display: true", "sync: {x: 1}"), ("avc", "ss"), ["AVC site"]),
        (NWP.replace('avc_url: "%s"', "avc_url: {}"), ("avc", "ss"), ["Moodle site"]),
    ],
)
def test_what_is_wrong_with_nwp_yml(
    two: TwoSites, text: str, names: tuple[str, str], wrong: list[str]
) -> None:
    """The part that is wrong fails; nothing outside of nwp.yml is looked at."""
    two.configure(text=text.replace("%s", "https://avc.example"))
    ran = run_on(two, *names)
    assert (ran.code, ran.err, failed(ran)) == (1, "", wrong)
    assert "ℹ SKIP AVC can be read: nwp.yml does not lead to the site" in ran.out
    assert "ℹ SKIP Moodle can be read: nwp.yml does not lead to the site" in ran.out


@pytest.mark.parametrize(
    ("names", "wrong_avc", "wrong_moodle", "failing"),
    [
        # An error of one site names it, and the other's name is a part of that.
        (("ss.x", "ss"), "recipe: d", "recipe: m", ["AVC site"]),
        (
            ("ss.x", "ss"),
            "recipe: avc, moodle_integration: {sync: {x: 1}}",
            "recipe: m",
            ["AVC site"],
        ),
        (
            ("ss", "ss.x"),
            "recipe: avc",
            "recipe: m, avc_integration: {avc_url: {}}",
            ["Moodle site"],
        ),
        (("ss", "ss.x"), "recipe: avc", "recipe: d", ["Moodle site"]),
        (("ss.x", "ss"), "recipe: d", "recipe: d", ["AVC site", "Moodle site"]),
        # Two parts of nwp.yml that are wrong in the same words.
        (
            ("a", "b"),
            "recipe: avc, moodle_integration: 1",
            "recipe: m, avc_integration: 1",
            ["AVC site", "Moodle site"],
        ),
        (("a", "b"), "recipe: avc", "recipe: m, access: 1", ["Moodle site"]),
        (
            ("a", "b"),
            "recipe: avc, moodle_integration: {role_sync: true}",
            "recipe: d",
            ["AVC site", "Moodle site"],
        ),
    ],
)
def test_an_error_is_that_sites_whose_entry_it_is(
    two: TwoSites, names: tuple[str, str], wrong_avc: str, wrong_moodle: str, failing: list[str]
) -> None:
    """Whatever the sites are called; what is wrong with the other is said as well."""
    avc, moodle = names
    two.configure(text=f"sites:\n  {avc}: {{{wrong_avc}}}\n  {moodle}: {{{wrong_moodle}}}\n")
    ran = run_on(two, avc, moodle)
    assert (ran.code, ran.err, failed(ran)) == (1, "", failing)


def test_a_site_that_is_away_is_a_line(two: TwoSites) -> None:
    """Its sentence fails one check, and the other site is tested."""
    (two.directory / "avc.sqlite").unlink()
    ran = run_on(two, "avc", "ss")
    assert (ran.code, ran.err) == (1, "")
    assert "AVC can be read" in failed(ran)
    assert "✓ PASS Moodle can be read" in ran.out
    assert "ℹ SKIP simple_oauth: AVC could not be read" in ran.out


def test_a_name_that_could_not_be_a_sites(two: TwoSites) -> None:
    """Refused before anything is looked for."""
    ran = run_on(two, "avc", "../ss")
    assert (ran.code, ran.out) == (1, "")
    assert "is no site name" in ran.err
