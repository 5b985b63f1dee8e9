"""What one look at a Moodle tells, by the real PHP program on a stand-in."""

import time

import pytest

from reconciler.errors import SiteUnreachable
from reconciler.models.moodle import Issuer
from reconciler.ports import MoodleSite
from tests.command_line.conftest import BOTH
from tests.sandbox.stand_in import StandIn


@BOTH
def test_a_look_tells_what_a_site_is_like(site: MoodleSite, stand_in: StandIn) -> None:
    """By one process, and whatever is in the site afterwards was there before."""
    stand_in.edit("UPDATE user SET auth = 'ldap' WHERE id = 3")
    stand_in.edit("UPDATE user SET auth = 'gone', deleted = 1 WHERE id = 4")
    stand_in.edit(
        "INSERT OR REPLACE INTO config_plugins (plugin, name, value)"
        " VALUES ('auth_ldap', 'field_lock_idnumber', 'locked'),"
        " ('auth_oauth2', 'field_lock_idnumber', 'unlockedifempty'),"
        " ('enrol_cohort', 'unenrolaction', '3')"
    )
    issuer = stand_in.edit(
        "INSERT INTO oauth2_issuer (name, baseurl, enabled) VALUES ('AVC', 'https://a.example', 1)"
    )
    before = stand_in.database.read_bytes()
    started = int(time.time())
    facts = site.inspect()
    assert facts.url == "https://moodle.example"
    assert facts.release is not None
    assert facts.release.startswith(("4.5.6", "5.1.3"))
    assert facts.issuers == (Issuer(issuer, "AVC", "https://a.example", ""),)
    assert facts.idnumber_locked == {"manual": False, "oauth2": False, "ldap": True}
    assert (facts.cohortrole, facts.on_removal, facts.writable) == (True, "suspend", True)
    assert facts.clock is not None
    assert started <= facts.clock <= time.time()
    assert site.traffic().startswith("ss: 1 PHP processes")
    assert stand_in.database.read_bytes() == before


def test_a_fresh_site_unenrols_and_may_lack_the_plugin(site: MoodleSite, stand_in: StandIn) -> None:
    """Without the setting Moodle unenrols; without the plugin's files there are no definitions."""
    stand_in.without_cohortrole()
    facts = site.inspect()
    assert (facts.cohortrole, facts.on_removal, facts.issuers) == (False, "unenrol", ())


@pytest.mark.parametrize("table", ["cohort", "cohort_members"])
def test_a_database_that_takes_no_changes_is_told(
    site: MoodleSite, stand_in: StandIn, table: str
) -> None:
    """One of the two tables is enough; SQLite refuses to change a view, as a grant would."""
    stand_in.edit(f"ALTER TABLE {table} RENAME TO kept")
    stand_in.edit(f"CREATE VIEW {table} AS SELECT * FROM kept")
    assert site.inspect().writable is False


def test_maintenance_forbids_a_look_too(site: MoodleSite, stand_in: StandIn) -> None:
    """As it forbids everything else."""
    stand_in.edit("UPDATE config SET value = 1 WHERE name = 'maintenance_enabled'")
    with pytest.raises(SiteUnreachable, match="is in maintenance mode"):
        site.inspect()
