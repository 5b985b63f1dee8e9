"""The status as it is judged from facts, and as a terminal shows it."""

from dataclasses import replace

import pytest
from rich.cells import cell_len

from reconciler.dashboard import dashboard, drift_of, facts_of
from reconciler.models.moodle import Enrolment, Issuer, MoodleSnapshot, RoleState
from reconciler.models.settings import SyncSettings
from reconciler.models.status import Drift
from reconciler.render.status import status_lines
from tests.example_plans import EXAMPLES
from tests.integration_world import (
    IN_ORDER,
    NOW,
    answering,
    avc,
    moodle,
    row,
    shown,
    unread_avc,
    unread_moodle,
)

NO_MODULE = avc(modules=frozenset())
NO_DRIFT = Drift(memberships=0, people=0, create=0, change=0, roles=0, problems=0)


def test_two_sites_in_order() -> None:
    """Everything that is known is told, and nothing is broken."""
    status = dashboard(IN_ORDER, NOW, drift=NO_DRIFT)
    assert status.broken == ()
    assert (
        "\n".join(status_lines(status))
        == """\
  Sites
    ✓ AVC               avc, https://avc.example, Drupal 10.3.5
    ✓ Moodle            ss, https://ss.example, Moodle 4.5.6

  Integration
    ✓ Enabled           yes, in nwp.yml
    ✓ avc_moodle_sync   module enabled
    ✓ Public key        there, mode 644
    ✓ Private key       there, mode 600
    ✓ OAuth2 issuer     AVC (https://avc.example) in Moodle

  OAuth2 endpoints
    ✓ /oauth/authorize  there (HTTP 401), 10 ms
    ✓ /oauth/token      there (HTTP 405), 20 ms
    ✓ /oauth/userinfo   there (HTTP 403), 30 ms

  Synchronization
    ✓ State             active
      Last sync         2026-01-14 12:13 UTC, 2 hours ago
      Synced            247 users, 5 cohorts
      Failed syncs      0 in all
    ✓ Drift             none

  Settings
      Role sync         off
      Badge display     off
      Token lifetime    300 seconds

  Quick actions
    pl avc-moodle-sync avc ss --full --dry-run
    pl avc-moodle-test avc ss"""
    )


@pytest.mark.parametrize(
    ("code", "error", "there"),
    [
        (200, "", True),
        (302, "", True),
        (400, "", True),
        (401, "", True),
        (403, "", True),
        (405, "", True),
        (404, "", False),
        (410, "", False),
        (500, "", False),
        (503, "", False),
        (None, "connection refused", False),
    ],
)
def test_which_answers_mean_that_an_endpoint_is_there(
    code: int | None, error: str, *, there: bool
) -> None:
    """A page that refuses is there; one that is missing, broken or silent is not."""
    status = dashboard(answering(code, error), NOW)
    assert [found.there for found in status.endpoints or ()] == [True, there, True]
    assert ("endpoints" in status.broken) == (not there)
    expected = "✓" if there else "✗"
    assert row(answering(code, error), "/oauth/token").startswith(expected)
    assert (error or f"HTTP {code}") in row(answering(code, error), "/oauth/token")


def test_a_site_that_cannot_be_read_does_not_hide_the_other() -> None:
    """Its sentence is shown, what only it could tell is unknown, and the rest is told."""
    no_avc = unread_avc("AVC avc is stopped: ddev start")
    assert "AVC avc is stopped: ddev start" in shown(no_avc)
    assert "Moodle 4.5.6" in shown(no_avc)
    assert "✓ /oauth/token" in shown(no_avc)
    assert row(no_avc, "State").startswith("ℹ State not available")
    assert dashboard(no_avc, NOW).broken == ("avc",)
    no_moodle = unread_moodle("Moodle at https://ss.example is down")
    assert "Moodle at https://ss.example is down" in shown(no_moodle)
    assert row(no_moodle, "State") == "✓ State active"
    assert dashboard(no_moodle, NOW).broken == ("moodle",)


def test_an_address_that_does_not_answer_is_a_warning() -> None:
    """The site was read by another way, and people may reach it where this machine cannot."""
    probes = tuple(
        probe.model_copy(update={"code": None}) if probe.url == "https://ss.example" else probe
        for probe in IN_ORDER.probes or ()
    )
    seen = replace(IN_ORDER, probes=probes)
    assert row(seen, "Moodle").startswith("⚠ Moodle ss")
    assert "this address does not answer as a site does" in shown(seen)
    assert "does not answer" not in shown(IN_ORDER)
    assert dashboard(seen, NOW).broken == ()


def test_without_an_address_there_are_no_endpoints_to_judge() -> None:
    """An unknown address says which key would tell it; pages that nobody asked for say nothing."""
    nowhere = replace(IN_ORDER, avc=replace(IN_ORDER.avc, url=None))
    assert "avc_url of ss is not set" in row(nowhere, "OAuth2 endpoints")
    unasked = replace(IN_ORDER, probes=None)
    assert "OAuth2 endpoints" not in shown(unasked)
    for seen in (nowhere, unasked):
        assert dashboard(seen, NOW).endpoints is None
        assert dashboard(seen, NOW).broken == ()


def test_drift_is_told_and_is_not_broken() -> None:
    """What a sync would do is in figures; what could not be planned has its reason."""
    drift = Drift(memberships=3, people=2, create=1, change=2, roles=4, problems=1)
    found = shown(IN_ORDER, drift=drift)
    assert "⚠ Drift             3 memberships of 2 people, 1 cohort to create," in found
    assert dashboard(IN_ORDER, NOW, drift=drift).broken == ()
    assert row(IN_ORDER, "Drift") == "ℹ Drift not looked at (--check does)"
    assert row(IN_ORDER, "Drift", drift_error="No guilds.") == "✗ Drift No guilds."
    assert dashboard(IN_ORDER, NOW, drift_error="No guilds.").broken == ("drift",)


@pytest.mark.parametrize(
    ("example", "drift"),
    [
        (
            "first-sync.yaml",
            Drift(memberships=3, people=3, create=2, change=0, roles=0, problems=1),
        ),
        ("monday.yaml", Drift(memberships=3, people=2, create=0, change=2, roles=0, problems=2)),
        ("one-user.json", Drift(memberships=1, people=1, create=0, change=0, roles=0, problems=0)),
        ("roles.yaml", Drift(memberships=2, people=1, create=3, change=1, roles=4, problems=2)),
    ],
)
def test_drift_counts_what_a_plan_does(example: str, drift: Drift) -> None:
    """Memberships one by one, people once, cohorts by whether they are made or changed."""
    assert drift_of(EXAMPLES[example]()) == drift
    assert not drift.none


def test_a_cohort_whose_members_alone_change_is_not_changed() -> None:
    """An archive, an adoption or a name is a change of a cohort; a member is drift by itself."""
    only_members = Drift(memberships=1, people=1, create=0, change=0, roles=0, problems=0)
    assert not only_members.none
    assert NO_DRIFT.none
    assert NO_DRIFT.model_copy(update={"problems": 3}).none


def test_quick_actions_repair_first() -> None:
    """Where something is broken the test comes first; with drift known there is no --check."""
    broken = dashboard(answering(404), NOW)
    assert broken.actions[0] == "pl avc-moodle-test avc ss"
    assert "pl avc-moodle-status avc ss --check" in broken.actions
    known = dashboard(IN_ORDER, NOW, drift=NO_DRIFT)
    assert known.actions == (
        "pl avc-moodle-sync avc ss --full --dry-run",
        "pl avc-moodle-test avc ss",
    )


def test_problems_that_are_counted_can_be_listed() -> None:
    """Beside drift, or without any, a command shows them; without problems there is none."""
    listed = "reconciler plan avc ss"
    for drift in (
        NO_DRIFT,
        Drift(memberships=1, people=1, create=0, change=0, roles=0, problems=0),
    ):
        some = drift.model_copy(update={"problems": 2})
        assert listed in dashboard(IN_ORDER, NOW, drift=some).actions
        assert listed not in dashboard(IN_ORDER, NOW, drift=drift).actions
    assert listed not in dashboard(IN_ORDER, NOW).actions


def test_what_sites_say_is_escaped() -> None:
    """A release, an issuer or an error with control characters cannot move the cursor."""
    evil = "\x1b[2J\u202e"
    issuer = Issuer(1, f"A{evil}", f"https://avc.example/{evil}", "sub")
    seen = replace(moodle(issuers=(issuer,)), settings=SyncSettings(oauth2_issuer=f"A{evil}"))
    for one in (seen, avc(release=evil), unread_avc(evil), answering(None, evil)):
        assert all(line.isprintable() for line in status_lines(dashboard(one, NOW)))


def test_lines_fit_eighty_columns() -> None:
    """Long sentences are wrapped in their column; every line is indented or empty."""
    wide = unread_avc("\u516c\u4f1a " * 60)
    for seen in (IN_ORDER, unread_avc("word " * 60), NO_MODULE, wide):
        lines = list(status_lines(dashboard(seen, NOW)))
        assert max(map(cell_len, lines)) <= 80
        assert all(not line or line.startswith("  ") for line in lines)


def test_facts_of_a_reading() -> None:
    """A sync has read the Moodle, and need not ask again; what it did not see stays unknown."""
    bare = MoodleSnapshot(url="https://ss.example", cohorts=(), members={}, accounts={})
    assert (facts_of(bare).cohortrole, facts_of(bare).on_removal) == (None, None)
    roles = RoleState(roles=(), definitions=None, assignments={}, by_plugin=False)
    enrolment = Enrolment(courses={}, joins={}, on_removal="suspend")
    whole = bare.model_copy(update={"roles": roles, "enrolment": enrolment, "release": "5.1"})
    facts = facts_of(whole)
    assert (facts.cohortrole, facts.on_removal, facts.release) == (False, "suspend", "5.1")
    defined = roles.model_copy(update={"definitions": frozenset()})
    assert facts_of(whole.model_copy(update={"roles": defined})).cohortrole is True
