"""Two sites in memory that keep to the ports' contracts: for properties of the core."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from reconciler.desired import cohort_name
from reconciler.errors import NotFound, ReadError
from reconciler.machine_names import cohort_idnumber
from reconciler.marks import Mark, described
from reconciler.models.avc import (
    AvcCounts,
    AvcFacts,
    AvcSnapshot,
    Claims,
    Guild,
    Person,
    SyncRecord,
)
from reconciler.models.desired import CohortKey
from reconciler.models.moodle import Account, Cohort, MoodleRole
from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope
from reconciler.models.settings import SyncSettings
from reconciler.models.usage import Usage
from reconciler.planner import Sites
from reconciler.reconciliation import SitePair
from tests.fake_moodle import FakeMoodle
from tests.memory_state import MemoryState

SITE = "11111111-aaaa-4aaa-8aaa-111111111111"
OTHER_SITE = "22222222-bbbb-4bbb-8bbb-222222222222"

MANAGER = MoodleRole(id=1, shortname="manager", system=True, rules_site=True)
CREATOR = MoodleRole(id=2, shortname="coursecreator", system=True, rules_site=False)
EDITING = MoodleRole(id=3, shortname="editingteacher", system=False, rules_site=False)
TEACHER = MoodleRole(id=4, shortname="teacher", system=False, rules_site=False)
STUDENT = MoodleRole(id=5, shortname="student", system=False, rules_site=False)
LIBRARIAN = MoodleRole(id=6, shortname="librarian", system=True, rules_site=False)
ROLES = (MANAGER, CREATOR, EDITING, TEACHER, STUDENT, LIBRARIAN)
"""Moodle's own, as it is installed, and one that somebody made."""


@dataclass(frozen=True)
class Community:
    """An AVC, whole."""

    guilds: tuple[Guild, ...]
    people: tuple[Person, ...]
    members: Mapping[int, frozenset[int]]
    roles: Mapping[int, Mapping[str, frozenset[int]]] = field(default_factory=dict)
    """Guild id → stored role → uids."""


class FakeAvc:
    """Reads by scope, as the port demands: never more people than the scope needs."""

    def __init__(self, community: Community, url: str | None = None) -> None:
        self._all = community
        self._url = url
        self.records: list[SyncRecord] = []
        """What it was told to remember."""
        self.deaf: ReadError | None = None
        """Why it cannot be told anything."""

    def address(self) -> str | None:
        return self._url

    def record(self, record: SyncRecord) -> bool:
        if self.deaf:
            raise self.deaf
        self.records.append(record)
        return True

    def usage(self) -> Usage:
        return Usage()

    def traffic(self) -> str:
        return ""

    def inspect(self) -> AvcFacts:
        return AvcFacts(site_uuid=SITE, modules=None)

    def guilds(self) -> tuple[Guild, ...]:
        return self._all.guilds

    def read(self, scope: Scope, claims: Claims) -> AvcSnapshot:
        members = self._members(scope)
        people = self._people(scope, claims, members)
        roles = {
            guild: {role: uids & members[guild] for role, uids in self._all.roles[guild].items()}
            for guild in members
            if guild in self._all.roles
        }
        return AvcSnapshot(
            site_uuid=SITE,
            guilds=self._all.guilds,
            people=people,
            members=members,
            roles=roles,
            guild_roles=frozenset({"guild-admin", "guild-mentor", "guild-member"}),
            counts=AvcCounts(
                guilds=len(self._all.guilds),
                people=len(people),
                memberships=sum(map(len, members.values())),
                community=sum(map(len, self._all.members.values())),
                roles=_held(roles),
                community_roles=_held(self._all.roles),
                halves=0,
            ),
        )

    def _members(self, scope: Scope) -> dict[int, frozenset[int]]:
        everything = {g.id: self._all.members.get(g.id, frozenset()) for g in self._all.guilds}
        match scope:
            case FullScope():
                return everything
            case GuildScope():
                return {g.id: everything[g.id] for g in self._all.guilds if g.uuid == scope.uuid}
            case UserScope():
                return {gid: uids & {scope.uid} for gid, uids in everything.items()}

    def _people(
        self, scope: Scope, claims: Claims, members: Mapping[int, frozenset[int]]
    ) -> dict[int, Person]:
        everybody = {person.uid: person for person in self._all.people}
        if isinstance(scope, FullScope):
            return everybody
        if isinstance(scope, UserScope) and scope.uid not in everybody:
            raise NotFound(f"User ID {scope.uid} not found in AVC")
        found = set().union(*members.values())
        if isinstance(scope, UserScope):
            found = {scope.uid}
        found |= {
            person.uid
            for person in self._all.people
            if person.mail.lower() in claims.mails
            or person.name.lower() in claims.names
            or person.uuid.lower() in claims.uuids
            or person.uid in claims.uids
        }
        mails = {everybody[uid].mail.lower() for uid in found}
        names = {everybody[uid].name.lower() for uid in found}
        return {
            person.uid: person
            for person in self._all.people
            if person.uid in found or person.mail.lower() in mails or person.name.lower() in names
        }


def _held(roles: Mapping[int, Mapping[str, frozenset[int]]]) -> int:
    return sum(len(uids) for held in roles.values() for uids in held.values())


def pair(
    community: Community, moodle: FakeMoodle, settings: SyncSettings | None = None
) -> SitePair:
    """The two sites, joined."""
    return SitePair(
        names=Sites("avc", "ss"),
        avc=FakeAvc(community),
        moodle=moodle,
        settings=settings or SyncSettings(),
        state=MemoryState(),
        by="somebody",
    )


def person(uid: int, **fields: object) -> Person:
    """Somebody in AVC, with an address that no one else has."""
    base = Person(
        uid, f"00000000-0000-4000-8000-{uid:012}", f"u{uid}", f"u{uid}@x.org", active=True
    )
    return replace(base, **fields)  # type: ignore[arg-type]


def account(number: int, **fields: object) -> Account:
    """The account of the person with that uid: its id is 100 higher."""
    base = Account(number + 100, f"u{number}", f"u{number}@x.org")
    return replace(base, **fields)  # type: ignore[arg-type]


def our_cohort(number: int, guild: Guild, role: str | None = None, **fields: object) -> Cohort:
    """A cohort of ours as it is wanted for a guild that is named by its alias."""
    name = str(guild.alias)
    mark = Mark(SITE, name, CohortKey(uuid=guild.uuid, role=role))
    base = Cohort(
        id=number,
        name=cohort_name(guild.label, role),
        idnumber=cohort_idnumber(name, role),
        description=described(guild.description, mark),
        visible=True,
        system=True,
        component="",
    )
    return base.model_copy(update=fields)
