"""``hold:`` in nwp.yml: what makes sense of it, and for how long."""

from datetime import datetime, timedelta

import pytest

from tests.commands.test_sync import GUILD, synced
from tests.two_sites import Ran, TwoSites

__all__ = ["synced"]


def day(ahead: int) -> str:
    """So many days from now, on this machine's calendar."""
    return (datetime.now().astimezone().date() + timedelta(days=ahead)).isoformat()


def hold(sites: TwoSites, entries: str) -> None:
    """Put a list into nwp.yml."""
    text = (sites.directory / "nwp.yml").read_text()
    sites.configure(text=text.replace("sync: {", f"sync: {{hold: [{entries}], ", 1))


def leave(sites: TwoSites) -> Ran:
    """Let bob (2) leave the guild, and synchronise."""
    sites.in_avc(
        "DELETE FROM group_relationship_field_data WHERE gid = 1 AND entity_id = 2"
        " AND plugin_id = 'group_membership'"
    )
    return sites.reconciler("sync", "avc", "ss")


HELD = "On hold, as nwp.yml says: u2 (ID: 2) in web-dev is left as it is"
HOLDS = [
    ("today", f"{{guild: web-dev, user: 2, until: {day(0)}}}", True),
    ("in quotes", f"{{guild: web-dev, user: '2', until: '{day(9)}'}}", True),
    ("yesterday", f"{{guild: web-dev, user: 2, until: {day(-1)}}}", False),
    ("by UUID and account", f"{{guild: {GUILD.uuid}, account: 102, until: {day(1)}}}", True),
    (
        "twice, once past",
        (
            f"{{guild: web-dev, user: 2, until: {day(1)}}},"
            f" {{guild: web-dev, user: 2, until: {day(-9)}}}"
        ),
        True,
    ),
    (
        "twice",
        (
            f"{{guild: web-dev, user: 2, until: {day(1)}}},"
            f" {{guild: {GUILD.uuid}, user: 2, until: {day(2)}}}"
        ),
        True,
    ),
    ("of another guild", f"{{guild: design-team, user: 2, until: {day(1)}}}", False),
]


@pytest.mark.parametrize(("entries", "holds"), [h[1:] for h in HOLDS], ids=[h[0] for h in HOLDS])
def test_a_hold_holds_to_its_last_day(synced: TwoSites, entries: str, holds: bool) -> None:
    """Afterwards nothing shows that it was there."""
    hold(synced, entries)
    ran = leave(synced)
    assert (ran.code, HELD in ran.out) == (0, holds)
    assert (102 in synced.members()["web-dev"]) is holds
    assert ("hold" in ran.out.lower()) is holds


def test_one_shot_runs_keep_to_holds_too(synced: TwoSites) -> None:
    """``pl avc-moodle-sync`` plans as ``reconciler`` does."""
    hold(synced, f"{{guild: web-dev, user: 2, until: {day(1)}}}")
    synced.in_avc("UPDATE users_field_data SET status = 0 WHERE uid = 2")
    ran = synced.pl("avc", "ss", "--full")
    assert ran.code == 0
    assert 102 in synced.members()["web-dev"]
    assert HELD in ran.out


GIVE_USER = "give AVC's user id, as plans show it (AVC 15)"
BAD = [
    ("{guild: a}", "sync.hold.0.until: is missing"),
    ("{guild: a, until: soon}", "sync.hold.0.until: 'soon' is no day: write it as 2026-12-31"),
    ("{guild: a, until: '2026-02-30'}", "'2026-02-30' is no day"),
    ("{guild: a, until: 20261231}", "sync.hold.0.until: has to be a day, as 2026-12-31"),
    ("{guild: a, until: 2026-12-31 10:00:00}", "has to be a day, as 2026-12-31"),
    ("{guild: a, until: true}", "has to be a day, as 2026-12-31"),
    ("{until: 2026-12-31}", "sync.hold.0.guild: is missing"),
    ("{guild: '', until: 2026-12-31}", "sync.hold.0.guild: is empty"),
    ("{guild: [a], until: 2026-12-31}", "sync.hold.0.guild: has to be text"),
    ("{guild: a, user: 0, until: 2026-12-31}", "sync.hold.0.user: has to be more than 0"),
    ("{guild: a, user: true, until: 2026-12-31}", f"user: has to be a whole number: {GIVE_USER}"),
    ("{guild: a, user: 1.5, until: 2026-12-31}", f"user: has to be a whole number: {GIVE_USER}"),
    (
        "{guild: a, user: uma.green, until: 2026-12-31}",
        f"sync.hold.0.user: 'uma.green' is no number: {GIVE_USER}",
    ),
    ("{guild: a, user: '٣', until: 2026-12-31}", f"user: '٣' is no number: {GIVE_USER}"),
    (
        "{guild: a, account: uma, until: 2026-12-31}",
        "account: 'uma' is no number: give Moodle's account id, as plans show it (Moodle 201)",
    ),
    ("{guild: a, user: 1, account: 2, until: 2026-12-31}", "names both a user of AVC and"),
    ("{guild: a, users: 1, until: 2026-12-31}", "is not known here; there are: guild, user,"),
    ("a", "sync.hold.0: has to be a mapping"),
    (
        f"{{guild: a, until: 2026-12-31}}, {{guild: a, account: {2**64}, until: 2026-12-31}}",
        "sync.hold.1.account: may be 9223372036854775807 at most",
    ),
]


@pytest.mark.parametrize(("entries", "says"), BAD)
def test_a_hold_that_makes_no_sense_is_refused(synced: TwoSites, entries: str, says: str) -> None:
    """With the file, the line and the key; nothing is planned around it."""
    hold(synced, entries)
    ran = synced.reconciler("sync", "avc", "ss")
    assert ran.code == 1
    assert f"nwp.yml:{line_of(synced)}: sites.avc.moodle_integration." in ran.err
    assert says in ran.err


def line_of(sites: TwoSites) -> int:
    """The line with the list."""
    lines = (sites.directory / "nwp.yml").read_text().splitlines()
    return next(number for number, line in enumerate(lines, start=1) if "hold:" in line)


def test_a_guild_that_there_is_not_is_told(synced: TwoSites) -> None:
    """It may be gone for good, or misspelt: the run goes on."""
    hold(synced, f"{{guild: web-def, user: 2, until: {day(1)}}}")
    ran = leave(synced)
    assert ran.code == 0
    assert "nwp.yml puts the guild web-def on hold, and there is none with that" in ran.out
    assert 102 not in synced.members()["web-dev"]


def test_somebody_whom_avc_does_not_have_is_told(synced: TwoSites) -> None:
    """Whoever is deleted there is held by their account: their user id says nothing any more."""
    hold(synced, f"{{guild: web-dev, user: 2, until: {day(1)}}}")
    assert "on hold" not in synced.reconciler("sync", "avc", "ss").out
    synced.in_avc(
        "DELETE FROM users WHERE uid = 2",
        "DELETE FROM users_field_data WHERE uid = 2",
        "DELETE FROM group_relationship_field_data WHERE entity_id = 2"
        " AND plugin_id = 'group_membership'",
    )
    scoped = synced.reconciler("plan", "avc", "ss", "--guild=web-dev")
    assert "no such user" not in scoped.out + scoped.err
    ran = leave(synced)
    assert "nwp.yml puts user 2 of AVC on hold in web-dev, and AVC has no such user" in ran.out
    assert "held by account:" in ran.out


def test_a_plan_that_nwp_yml_holds_by_now_says_so(synced: TwoSites) -> None:
    """The sites have not changed; ``--skip-stale`` does the rest, and says what was left out."""
    synced.in_avc(
        "DELETE FROM group_relationship_field_data WHERE gid = 1 AND entity_id = 2"
        " AND plugin_id = 'group_membership'"
    )
    assert synced.reconciler("plan", "avc", "ss", "-o", "p.yaml").code == 0
    hold(synced, f"{{guild: web-dev, user: 2, until: {day(1)}}}")
    says = f"remove account 102 from web-dev: nwp.yml holds u2 (AVC 2) in web-dev until {day(1)}"
    ran = synced.reconciler("apply", "p.yaml", "--yes")
    assert (ran.code, says in ran.err) == (4, True)
    assert "nwp.yml holds 1 operation of this plan by now. Nothing was written." in ran.err
    assert "sites have changed" not in ran.err
    ran = synced.reconciler("apply", "p.yaml", "--yes", "--skip-stale")
    assert (ran.code, says in ran.err) == (5, True)
    assert "0 operations were carried out; 1 was left out, as nwp.yml holds it." in ran.err
    assert 102 in synced.members()["web-dev"]
