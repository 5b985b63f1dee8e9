"""Two sites in memory that keep to the ports' contracts: for properties of the core."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.errors import NotFound
from reconciler.models.avc import AvcCounts, AvcFacts, AvcSnapshot, Claims, Guild, Person
from reconciler.models.desired import CohortKey
from reconciler.models.moodle import Account, Cohort, MoodleQuery, MoodleSnapshot, Rule
from reconciler.models.operations import (
    AddMember,
    ChangeCohort,
    CreateCohort,
    Operation,
    Outcome,
    RemoveMember,
    Step,
)
from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope
from reconciler.models.settings import SyncSettings
from reconciler.planner import Sites
from reconciler.reconciliation import SitePair

SITE = "11111111-aaaa-4aaa-8aaa-111111111111"
OTHER_SITE = "22222222-bbbb-4bbb-8bbb-222222222222"


@dataclass(frozen=True)
class Community:
    """An AVC, whole."""

    guilds: tuple[Guild, ...]
    people: tuple[Person, ...]
    members: Mapping[int, frozenset[int]]


class FakeAvc:
    """Reads by scope, as the port demands: never more people than the scope needs."""

    def __init__(self, community: Community) -> None:
        self._all = community

    def inspect(self) -> AvcFacts:
        return AvcFacts(site_uuid=SITE, modules=None)

    def guilds(self) -> tuple[Guild, ...]:
        return self._all.guilds

    def read(self, scope: Scope, claims: Claims) -> AvcSnapshot:
        members = self._members(scope)
        people = self._people(scope, claims, members)
        return AvcSnapshot(
            site_uuid=SITE,
            guilds=self._all.guilds,
            people=people,
            members=members,
            roles={},
            counts=AvcCounts(
                guilds=len(self._all.guilds),
                people=len(people),
                memberships=sum(map(len, members.values())),
                community=sum(map(len, self._all.members.values())),
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
        }
        mails = {everybody[uid].mail.lower() for uid in found}
        names = {everybody[uid].name.lower() for uid in found}
        return {
            person.uid: person
            for person in self._all.people
            if person.uid in found or person.mail.lower() in mails or person.name.lower() in names
        }


@dataclass
class FakeMoodle:
    """Keeps cohorts, members and accounts, and does what it is told."""

    accounts: dict[int, Account]
    cohorts: dict[int, Cohort] = field(default_factory=dict)
    members: dict[int, frozenset[int]] = field(default_factory=dict)
    blind: frozenset[Rule] = frozenset({"link", "idnumber"})
    broken: frozenset[int] = frozenset()
    """Accounts that cannot be added anywhere."""
    writes: list[Operation] = field(default_factory=list)
    reads: list[MoodleQuery] = field(default_factory=list)

    def copy(self) -> "FakeMoodle":
        return FakeMoodle(
            dict(self.accounts), dict(self.cohorts), dict(self.members), self.blind, self.broken
        )

    def inspect(self) -> None:
        return None

    def unavailable(self) -> frozenset[Rule]:
        return self.blind

    def traffic(self) -> str:
        return ""

    def read(self, query: MoodleQuery) -> MoodleSnapshot:
        self.reads.append(query)
        cohorts = tuple(self.cohorts.values())
        wanted = {cohort.id for cohort in cohorts if query.wants_members_of(cohort)}
        members = {cohort: self.members.get(cohort, frozenset()) for cohort in wanted}
        described = set().union(*members.values()) if query.describe_members else set()
        emails = {email.lower() for email in query.emails}
        sought = {
            account.id
            for account in self.accounts.values()
            if account.email.lower() in emails
            or account.username in query.usernames
            or account.idnumber in query.idnumbers
        }
        return MoodleSnapshot(
            url="https://moodle.example",
            cohorts=cohorts,
            members=members,
            accounts={i: a for i, a in self.accounts.items() if i in sought | described},
        )

    def write(self, steps: Sequence[Step]) -> Iterator[Outcome]:
        done: set[int] = set()
        created: dict[CohortKey, int] = {}
        for number, step in enumerate(steps):
            operation = step.operation
            if not done.issuperset(step.needs):
                yield Outcome(number, "held", "something it depends on was not carried out")
            elif isinstance(operation, AddMember) and operation.account in self.broken:
                yield Outcome(number, "failed", "broken")
            else:
                self.writes.append(operation)
                cohort = self._carry_out(operation, created)
                done.add(number)
                yield Outcome(number, "done", cohort=cohort)

    def _carry_out(self, operation: Operation, created: dict[CohortKey, int]) -> int | None:
        match operation:
            case CreateCohort():
                taken = {cohort.idnumber.casefold() for cohort in self.cohorts.values()}
                assert operation.idnumber.casefold() not in taken
                assert len(operation.name) <= 254
                assert len(operation.idnumber) <= 100
                new = max(self.cohorts, default=0) + 1
                self.cohorts[new] = Cohort(
                    id=new,
                    name=operation.name,
                    idnumber=operation.idnumber,
                    description=operation.description,
                    visible=True,
                    system=True,
                )
                created[operation.key] = new
                return new
            case ChangeCohort():
                before = self.cohorts[operation.cohort]
                fields = ("idnumber", "name", "description", "visible")
                changes = {f: change for f in fields if (change := getattr(operation, f))}
                assert all(getattr(before, f) == change.from_ for f, change in changes.items())
                after = {f: change.to for f, change in changes.items()}
                self.cohorts[operation.cohort] = before.model_copy(update=after)
                return operation.cohort
            case AddMember():
                cohort = operation.cohort or created[operation.key]
                assert operation.account not in self.members.get(cohort, frozenset())
                self.members[cohort] = self.members.get(cohort, frozenset()) | {operation.account}
                return cohort
            case RemoveMember():
                assert operation.cohort is not None
                assert operation.account in self.members[operation.cohort]
                self.members[operation.cohort] -= {operation.account}
                return operation.cohort


def pair(
    community: Community, moodle: FakeMoodle, settings: SyncSettings | None = None
) -> SitePair:
    """The two sites, joined."""
    return SitePair(
        names=Sites("avc", "ss"),
        avc=FakeAvc(community),
        moodle=moodle,
        settings=settings or SyncSettings(),
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
