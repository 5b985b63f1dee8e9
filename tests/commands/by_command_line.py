"""Both sites, Moodle's reached by running the real PHP program in a stand-in's root."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from providers.sandbox.moodle.php_site import write_php_site
from reconciler.models.avc import Guild
from tests.sandbox.php import required_php
from tests.sandbox.stand_in import StandIn
from tests.two_sites import TwoSites
from tests.world import account, person

NWP = """\
sites:
  avc:
    recipe: avc
    access: {via: sql, database: "sqlite:///avc.sqlite"}
    moodle_integration:
      role_sync: true
      role_mapping: {guild_admin: coursecreator, guild-mentor: teacher, default: student}
      sync: {%s}
  ss:
    recipe: m
    access: {via: cli}
  ws:
    recipe: m
    access: {via: sandbox, file: moodle.sqlite}
"""
WEB_DEV = Guild(
    id=1, uuid="00000001-1111-4111-8111-111111111111", label="Web Development", alias="web-dev"
)
DESIGN = Guild(
    id=2, uuid="00000002-1111-4111-8111-111111111111", label="Design Team", alias="design-team"
)
COURSE_CREATOR = 2
"""Moodle's id of the role, on every fresh site."""


@dataclass(frozen=True)
class ByCommandLine:
    """The directory with AVC and nwp.yml, and the stand-in for Moodle's root in sites/ss."""

    sites: TwoSites
    moodle: StandIn

    def members(self) -> dict[str, set[int]]:
        return self.sites.members()

    def role_assignments(self) -> set[tuple[int, str, str]]:
        """(account, component, idnumber of the cohort) of course creators at site level."""
        found = self.moodle.rows(
            "SELECT a.userid, a.component, coalesce(c.idnumber, '') FROM role_assignments a"
            " LEFT JOIN cohort c ON c.id = a.itemid AND a.component <> ''"
            " WHERE a.roleid = ? AND a.contextid = 1",
            COURSE_CREATOR,
        )
        return {(account, component, idnumber) for account, component, idnumber in found}

    def takes_part(self, idnumber: str, course: int, role: int) -> None:
        """Let a course enrol a cohort, and those who are in it by now."""
        ((cohort,),) = self.moodle.rows("SELECT id FROM cohort WHERE idnumber = ?", idnumber)
        instance = self.moodle.edit(
            "INSERT INTO enrol (enrol, courseid, roleid, customint1) VALUES ('cohort', ?, ?, ?)",
            course,
            role,
            cohort,
        )
        self.moodle.edit(
            "INSERT INTO user_enrolments (enrolid, userid)"
            " SELECT ?, userid FROM cohort_members WHERE cohortid = ?",
            instance,
            cohort,
        )

    def enrolled(self, course: int) -> set[int]:
        found = self.moodle.rows(
            "SELECT u.userid FROM user_enrolments u JOIN enrol e ON e.id = u.enrolid"
            " WHERE e.courseid = ?",
            course,
        )
        return {account for (account,) in found}

    def recorded(self) -> dict[str, Any]:
        rows = self.moodle.rows(
            "SELECT name, value FROM config_plugins WHERE plugin = 'avc_moodle_sync'"
        )
        return dict(rows)


def by_command_line(
    sites: TwoSites,
    members: Mapping[int, Sequence[int]],
    roles: Sequence[tuple[int, int, str]],
    sync: str = "",
) -> ByCommandLine:
    """People 1 to 5 with accounts 101 to 105; ``roles`` are guild, uid and stored role."""
    required_php()
    sites.avc([WEB_DEV, DESIGN], [person(n) for n in range(1, 6)], members)
    sites.in_avc("DELETE FROM group_content__group_roles", *(map(holds, roles)))
    sites.moodle([account(n) for n in range(1, 6)], "5.1.3")
    sites.configure(text=NWP % sync)
    root = sites.directory / "sites" / "ss"
    write_php_site(root, sites.directory / "moodle.sqlite")
    return ByCommandLine(sites, StandIn(root, sites.directory / "moodle.sqlite"))


def holds(role: tuple[int, int, str]) -> str:
    """The statement by which a member gets a role in AVC."""
    guild, uid, name = role
    return (
        "INSERT INTO group_content__group_roles (bundle, deleted, entity_id, revision_id, langcode,"
        f" delta, group_roles_target_id) SELECT type, 0, id, id, 'en', 0, '{name}'"
        " FROM group_relationship_field_data"
        f" WHERE gid = {guild} AND entity_id = {uid} AND plugin_id = 'group_membership'"
    )


def leaves(guild: int, uid: int) -> str:
    """The statement by which somebody leaves a guild in AVC."""
    return (
        f"DELETE FROM group_relationship_field_data WHERE gid = {guild} AND entity_id = {uid}"
        " AND plugin_id = 'group_membership'"
    )
