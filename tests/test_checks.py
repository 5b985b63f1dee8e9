"""The integration test's checks, each on two sites in order but for what it is about."""

from dataclasses import replace

import pytest
from rich.cells import cell_len

from reconciler.checks import all_checks, tally
from reconciler.models.checks import Check, Configured, Result
from reconciler.models.integration import Seen
from reconciler.models.settings import SyncSettings
from reconciler.models.web import Probe
from reconciler.render.checks import check_lines
from tests.check_cases import CASES
from tests.integration_world import (
    IN_ORDER,
    NOBODY_LOOKED,
    answering,
    moodle,
    unread_avc,
    unread_moodle,
)

FINE = Configured()


def checks(seen: Seen, configured: Configured = FINE) -> dict[str, Check]:
    return {f"{one.group}: {one.name}": one for one in all_checks(seen, configured)}


def others_than(name: str, seen: Seen) -> set[str]:
    """The checks that come out otherwise than on two sites in order, but for this one."""
    good = checks(IN_ORDER)
    return {key for key, one in checks(seen).items() if one != good.get(key)} - {name}


def ahead(avc_clock: int | None, moodle_clock: int | None) -> Seen:
    return replace(
        IN_ORDER,
        avc=replace(IN_ORDER.avc, ahead=avc_clock),
        moodle=replace(IN_ORDER.moodle, ahead=moodle_clock),
    )


def test_two_sites_in_order_pass_everything() -> None:
    """25 checks in six groups run and pass."""
    found = all_checks(IN_ORDER, FINE)
    assert [one for one in found if one.result != "PASS"] == []
    assert list(dict.fromkeys(one.group for one in found)) == [
        "OAuth2 endpoints",
        "AVC",
        "Moodle",
        "nwp.yml",
        "Network",
        "Access and settings",
    ]
    counts = tally(found)
    assert (counts.total, counts.passed, counts.failed, counts.skipped) == (25, 25, 0, 0)
    assert counts.rate == 100


@pytest.mark.parametrize(("name", "seen", "result", "words", "mend"), CASES)
def test_each_check_by_itself(name: str, seen: Seen, result: Result, words: str, mend: str) -> None:
    """What is wrong fails with its mend, what cannot be seen is skipped with the reason."""
    found = checks(seen)[name]
    assert found.result == result
    assert words in found.words
    assert mend in f"{found.mend} {found.command}"
    assert bool(found.mend) == (result == "FAIL")


@pytest.mark.parametrize(
    ("name", "seen"),
    [(name, seen) for name, seen, *_ in CASES if "https" not in name],
)
def test_one_thing_wrong_fails_one_check(name: str, seen: Seen) -> None:
    """The other checks come out as before."""
    assert others_than(name, seen) == set()


def test_locks_of_idnumber_count_where_they_matter() -> None:
    """One check for each plugin whose accounts can edit a profile, if anybody is matched so."""
    plugins = moodle(idnumber_locked={"webservice": False, "nologin": False, "manual": True})
    name = "Access and settings: idnumber locked"
    assert [key for key in checks(plugins) if key.startswith(name)] == [f"{name} (manual)"]
    for seen, words in (
        (moodle(idnumber_locked=None), "cannot tell"),
        (moodle(idnumber_locked={"webservice": False}), "no account could"),
        (
            replace(IN_ORDER, settings=SyncSettings(matching=("email",))),
            "nobody is matched by idnumber",
        ),
    ):
        found = checks(seen)[name]
        assert found.result == "SKIP"
        assert words in found.words


@pytest.mark.parametrize(
    ("clocks", "results"),
    [
        ((60, -60), ["PASS", "PASS", "FAIL"]),
        ((61, 1), ["FAIL", "PASS", "PASS"]),
        ((-61, -61), ["FAIL", "FAIL", "PASS"]),
        ((None, 0), ["SKIP", "PASS", "SKIP"]),
        ((None, None), ["SKIP", "SKIP", "SKIP"]),
    ],
)
def test_clocks_may_differ_by_a_minute(
    clocks: tuple[int | None, int | None], results: list[Result]
) -> None:
    """AVC and this machine, Moodle and this machine, AVC and Moodle; a clock unseen is skipped."""
    found = [one for key, one in checks(ahead(*clocks)).items() if ": clocks: " in key]
    assert [one.result for one in found] == results


def test_a_site_that_cannot_be_read_fails_once() -> None:
    """Its sentence is in one failure; what only it could tell is skipped for that."""
    for seen, what in (
        (unread_avc("AVC avc is stopped."), "AVC"),
        (unread_moodle("Moodle ss is down."), "Moodle"),
    ):
        failed = [one for one in all_checks(seen, FINE) if one.result == "FAIL"]
        assert [one.name for one in failed] == [f"{what} can be read"]
        assert failed[0].words in {"AVC avc is stopped.", "Moodle ss is down."}
        skipped = [one for one in all_checks(seen, FINE) if one.result == "SKIP"]
        assert skipped
        assert all(
            one.words in {f"{what} could not be read", "no clock was seen"} for one in skipped
        )


@pytest.mark.parametrize(
    ("configured", "failed"),
    [
        (Configured(file="no nwp.yml here"), ["file"]),
        (Configured(avc="Site 'avc' not found"), ["AVC site"]),
        (Configured(moodle="Site 'ss' not found"), ["Moodle site"]),
        (Configured(avc="Site 'avc' not found", moodle="neither"), ["AVC site", "Moodle site"]),
    ],
)
def test_without_nwp_yml_the_rest_is_skipped(configured: Configured, failed: list[str]) -> None:
    """What is wrong with it fails, its other checks tell, and nothing else runs."""
    found = all_checks(NOBODY_LOOKED, configured)
    assert [one.name for one in found if one.result == "FAIL"] == failed
    assert {one.group for one in found if one.result == "PASS"} <= {"nwp.yml"}
    assert all(one.words for one in found)
    assert len(found) == len(all_checks(moodle(idnumber_locked=None), FINE))


def test_success_is_counted_of_those_that_ran() -> None:
    """Skipped checks count neither way, and one failure of many is never 100%."""
    failed = Check("g", "a", "FAIL", "w", "m")
    passed, skipped = replace(failed, result="PASS"), replace(failed, result="SKIP")
    assert tally([passed, passed, failed, skipped]).rate == 66
    assert tally([*[passed] * 999, failed]).rate == 99
    assert tally([skipped]).rate is None


def test_what_a_terminal_sees() -> None:
    """Groups, a line a check, the mend below a failure, and the totals; in 80 columns."""
    failed = Check("AVC", "private key mode", "FAIL", "640", "leave it alone", "chmod 600 k")
    skipped = Check("Moodle", "config.php", "SKIP", "because")
    assert list(check_lines([failed, skipped, replace(skipped, result="PASS")])) == [
        "",
        "AVC",
        "  ✗ FAIL private key mode: 640",
        "         → leave it alone",
        "         $ chmod 600 k",
        "",
        "Moodle",
        "  ℹ SKIP config.php: because",
        "  ✓ PASS config.php: because",
        "",
        "Total: 3, passed: 1, failed: 1, skipped: 1",
        "Success rate: 50% of those that ran",
    ]
    for _, seen, *_ in CASES:
        lines = check_lines(all_checks(seen, FINE))
        # Commands stay in one piece: somebody will copy them.
        assert max(len(line) for line in lines if "$" not in line) <= 80
    assert list(check_lines([skipped]))[-1] == "Success rate: nothing ran"


def test_a_passed_check_that_costs_something_stands_out() -> None:
    """It passes, as a choice that a site may make, and its mark is not that of the others."""
    costs, spares = moodle(on_removal="unenrol"), moodle(on_removal="suspend")
    (line,) = [one for one in check_lines(all_checks(costs, FINE)) if "leaving a cohort" in one]
    assert line.startswith("  ⚠ PASS leaving a cohort: costs grades: ")
    assert tally(all_checks(costs, FINE)) == tally(all_checks(spares, FINE))
    assert "⚠" not in "\n".join(check_lines(all_checks(spares, FINE)))


def test_wide_characters_fit_eighty_columns() -> None:
    """A Chinese character takes two of them."""
    lines = list(check_lines(all_checks(unread_avc("\u516c\u4f1a " * 40), FINE)))
    assert max(cell_len(line) for line in lines if "\u516c" in line) in range(75, 81)


def test_what_sites_say_is_escaped() -> None:
    """An error with control characters cannot move the cursor, nor tell a password."""
    for seen in (unread_avc("\x1b[2J\u202e"), answering(None, "\x1b[2J")):
        assert all(line.isprintable() for line in check_lines(all_checks(seen, FINE)))
    url = "http://u:5ecret@avc.example"
    secret = replace(
        IN_ORDER,
        avc=replace(IN_ORDER.avc, url=url),
        probes=tuple(Probe(url=f"{url}/oauth/{one}", code=404) for one in ("token", "userinfo")),
    )
    shown = "\n".join(check_lines(all_checks(secret, FINE)))
    assert "FAIL /oauth/token: http://avc.example/oauth/token: HTTP 404" in shown
    assert "5ecret" not in shown
