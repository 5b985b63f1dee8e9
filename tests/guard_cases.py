"""For each guard, sites at which it trips, and sites at which it just does not."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from reconciler.models.guards import GuardName
from reconciler.models.settings import SyncSettings
from reconciler.reconciliation import SitePair
from tests.guards_world import (
    MANY,
    ONE_JOINS,
    World,
    gone,
    guild,
    leaving,
    ruling,
    some,
)
from tests.roles_world import COMMUNITY, DEMOTED, IN_STEP
from tests.world import Community, pair


def holding_roles(community: Community) -> SitePair:
    """A Moodle in step with a community whose admin is a course creator, and what AVC has now."""
    settings = SyncSettings(role_sync=True, role_mapping={"guild_admin": "coursecreator"})
    return pair(community, IN_STEP.moodle(), settings)


def at_host(*hosts: str, joined: bool | None = True) -> SitePair:
    """Sites with something to add, and the hosts that the configuration lists."""
    made = replace(ONE_JOINS, guards={"moodle_hosts": hosts}).pair()
    return replace(made, settings=made.settings.model_copy(update={"joined": joined}))


@dataclass(frozen=True)
class Case:
    """A guard, sites at which it trips, and sites at which it just does not."""

    guard: GuardName
    over: Callable[[], SitePair]
    under: Callable[[], SitePair]
    found: str
    """What the plan says where it trips."""
    passed: str
    """What it says where it does not."""
    holds: Iterable[str]
    """Everything that is held back."""


def removals(number: int, group: str = "g1", first: int = 101) -> list[str]:
    return [f"remove account {n} from {group}" for n in range(first, first + number)]


CASES = {
    "six of eight leave": Case(
        "removals-per-guild",
        leaving(6, 8).pair,
        leaving(5, 8).pair,
        "g1 6 of 8 (limit: the larger of 5 and 25%)",
        "g1 5 of 8 (limit: the larger of 5 and 25%)",
        removals(6),
    ),
    "more than a quarter leaves": Case(
        "removals-per-guild",
        leaving(11, 40, removals=99).pair,
        leaving(10, 40, removals=99).pair,
        "g1 11 of 40 (limit: the larger of 5 and 25%)",
        "g1 10 of 40 (limit: the larger of 5 and 25%)",
        removals(11),
    ),
    "somebody leaves, and nobody may": Case(
        "removals-per-guild",
        leaving(1, 8, removals_per_guild=0).pair,
        leaving(0, 8, removals_per_guild=0).pair,
        "g1 1 of 8 (limit: 0)",
        "none (limit: 0)",
        removals(1),
    ),
    "more than a tenth of all leaves": Case(
        "removals",
        leaving(21, 100).pair,
        leaving(20, 100).pair,
        "21 of 200 (limit: the larger of 20 and 10%)",
        "20 of 200 (limit: the larger of 20 and 10%)",
        removals(21),
    ),
    "nobody may leave": Case(
        "removals",
        leaving(1, 100, removals=0).pair,
        leaving(0, 100, removals=0).pair,
        "1 of 200 (limit: 0)",
        "0 of 200 (limit: 0)",
        removals(1),
    ),
    "two guilds are gone": Case(
        "archives",
        gone(2, 3, archives="1 or 5%").pair,
        gone(1, 3, archives="1 or 5%").pair,
        "2 of 3 guilds (limit: the larger of 1 and 5%)",
        "1 of 3 guilds (limit: the larger of 1 and 5%)",
        [
            *(f"archive cohort {n} (g{n})" for n in (1, 2)),
            *(f"remove account {n + 100} from g{n}" for n in (1, 2)),
        ],
    ),
    "more than one in twenty is gone": Case(
        "archives",
        gone(3, 40, archives="1 or 5%").pair,
        gone(2, 40, archives="1 or 5%").pair,
        "3 of 40 guilds (limit: the larger of 1 and 5%)",
        "2 of 40 guilds (limit: the larger of 1 and 5%)",
        [
            *(f"archive cohort {n} (g{n})" for n in (1, 2, 3)),
            *(f"remove account {n + 100} from g{n}" for n in (1, 2, 3)),
        ],
    ),
    "guilds without a member": Case(
        "empty-avc",
        World({1: []}, {1: [1]}).pair,
        World({1: [2]}, {1: [1]}).pair,
        "1 guild and 0 memberships (limit: 1 guild and 1 membership at least)",
        "1 guild and 1 membership (limit: 1 guild and 1 membership at least)",
        removals(1),
    ),
    "no guild": Case(
        "empty-avc",
        World({}, {1: [1]}).pair,
        World({1: [2]}, {1: [1]}).pair,
        "0 guilds and 0 memberships (limit: 1 guild and 1 membership at least)",
        "1 guild and 1 membership (limit: 1 guild and 1 membership at least)",
        [*removals(1), "archive cohort 1 (g1)"],
    ),
    "a leftover": Case(
        "leftovers",
        World({1: [2]}, {1: [1]}, leftovers=1).pair,
        World({1: [2]}, {1: [1]}).pair,
        "1 (limit: none allowed)",
        "none (limit: none allowed)",
        removals(1),
    ),
    "nobody holds a role": Case(
        "no-roles",
        lambda: holding_roles(replace(COMMUNITY, roles={})),
        lambda: holding_roles(DEMOTED),
        "0 held (limit: 1 role held in AVC at least)",
        "1 held (limit: 1 role held in AVC at least)",
        ["remove account 101 from a (coursecreator)"],
    ),
    "four managers": Case(
        "privileged-roles",
        lambda: ruling(4),
        lambda: ruling(3),
        "4 (limit: 3 people)",
        "3 (limit: 3 people)",
        [
            f"give account {n} in g1 (manager) the role manager (avc_moodle_sync)"
            for n in (101, 102, 103, 104)
        ],
    ),
    "a protected person, by user name": Case(
        "protected",
        leaving(2, 8, protected_people=["U1"]).pair,
        leaving(2, 8, protected_people=["u3"]).pair,
        "1 removal, of u1 (limit: none allowed)",
        "none (limit: none allowed)",
        removals(1),
    ),
    "a protected account": Case(
        "protected",
        leaving(2, 8, protected_people=[102]).pair,
        leaving(2, 8, protected_people=[103, "1020"]).pair,
        "1 removal, of moodle:102 (limit: none allowed)",
        "none (limit: none allowed)",
        removals(1, first=102),
    ),
    "a protected guild": Case(
        "protected",
        leaving(2, 8, protected_cohorts=["G1", "nowhere"]).pair,
        leaving(2, 8, protected_cohorts=["g2"]).pair,
        "2 removals, in g1 (limit: none allowed)",
        "none (limit: none allowed)",
        removals(2),
    ),
    "a protected guild that is gone": Case(
        "protected",
        gone(1, 3, protected_cohorts=[guild(1).uuid]).pair,
        gone(1, 3, protected_cohorts=[guild(2).uuid]).pair,
        "1 removal and 1 cohort put away, in g1 (limit: none allowed)",
        "none (limit: none allowed)",
        [*removals(1), "archive cohort 1 (g1)"],
    ),
    "protected people, in a protected guild and out of it": Case(
        "protected",
        World(
            {1: [], 2: [], 3: [1, 2]},
            {1: some(6), 2: [1], 3: [1, 2]},
            MANY | {"protected_people": ["u5", "U6", *some(3, 102)], "protected_cohorts": ["g2"]},
        ).pair,
        World({1: some(6)}, {1: some(6)}, {"protected_people": [101]}).pair,
        "6 removals, of moodle:102, moodle:103, moodle:104, and 2 more and in g2"
        " (limit: none allowed)",
        "none (limit: none allowed)",
        [*removals(5, first=102), "remove account 101 from g2"],
    ),
    "a protected person, in a plan that carries no names": Case(
        "protected",
        replace(leaving(2, 8, protected_people=["U1"]), settings={"names": False}).pair,
        replace(leaving(2, 8, protected_people=["U3"]), settings={"names": False}).pair,
        "1 removal, of moodle:101 (limit: none allowed)",
        "none (limit: none allowed)",
        removals(1),
    ),
    "two guilds of which too many leave": Case(
        "removals-per-guild",
        World({1: [1], 2: [1]}, {1: some(8), 2: some(9)}, MANY | {"removals_per_guild": 5}).pair,
        World({1: [1], 2: [1]}, {1: some(6), 2: some(5)}, MANY | {"removals_per_guild": 5}).pair,
        "g2 8 of 9, g1 7 of 8 (limit: 5)",
        "g1 5 of 6 (limit: 5)",
        [*removals(7, first=102), *removals(8, "g2", first=102)],
    ),
    "five guilds of which too many leave": Case(
        "removals-per-guild",
        World(
            {n: [1] for n in some(5)},
            {n: some(3 + n) for n in some(5)},
            MANY | {"removals_per_guild": 1},
        ).pair,
        World({1: [1]}, {1: some(2)}, MANY | {"removals_per_guild": 1}).pair,
        "g5 7 of 8, g4 6 of 7, g3 5 of 6, and 2 more (limit: 1)",
        "g1 1 of 2 (limit: 1)",
        [line for n in some(5) for line in removals(2 + n, f"g{n}", first=102)],
    ),
    "another account than in an earlier run": Case(
        "changed-matches",
        replace(ONE_JOINS, journal={2: 109}).pair,
        replace(ONE_JOINS, journal={2: 102}).pair,
        "1 (limit: none allowed)",
        "none (limit: none allowed)",
        ["add account 102 to g1"],
    ),
    "another person's account in an earlier run": Case(
        "changed-matches",
        World({1: [2]}, {1: [1, 2]}, journal={9: 101}).pair,
        World({1: [2]}, {1: [1, 2]}, journal={9: 103}).pair,
        "1 (limit: none allowed)",
        "none (limit: none allowed)",
        removals(1),
    ),
    "a Moodle at another host": Case(
        "moodle-host",
        lambda: at_host("other.example"),
        lambda: at_host("other.example", "MOODLE.example"),
        "moodle.example - nwp.yml does not name it for this AVC (limit: other.example)",
        "moodle.example (limit: other.example or MOODLE.example)",
        ["add account 102 to g1"],
    ),
    "a Moodle that is another AVC's": Case(
        "moodle-host",
        lambda: at_host(joined=False),
        lambda: at_host(joined=True),
        "moodle.example - nwp.yml does not name it for this AVC"
        " (limit: as nwp.yml joins the sites)",
        "moodle.example (limit: as nwp.yml joins the sites)",
        ["add account 102 to g1"],
    ),
}
