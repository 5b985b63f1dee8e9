"""An AVC in memory that can be away, and that can give less than it has."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal, get_args

from reconciler.errors import NotFound, SiteUnreachable, UnexpectedAnswer
from reconciler.models.avc import AvcFacts, AvcSnapshot, Claims, Guild, Person, SyncRecord
from reconciler.models.scope import GuildScope, Scope
from reconciler.models.usage import Usage
from tests.reliability import faults_state as state
from tests.world import SITE, Community, FakeAvc

AvcKind = Literal[
    "AVC away",
    "AVC answers nonsense",
    "AVC leaves a member out",
    "AVC leaves a person out",
    "AVC leaves a guild out",
    "AVC has half of something",
    "AVC lost a guild whole",
]
AVC_KINDS: tuple[AvcKind, ...] = get_args(AvcKind)

assert state.SITE == SITE


@dataclass
class FaultyAvc:
    """Implements ``reconciler.ports.AvcSite`` for a community that changes."""

    community: state.Avc
    met: Counter[str] = field(default_factory=Counter)
    """Faults that made a difference since they were expected."""
    records: list[SyncRecord] = field(default_factory=list)
    _fault: AvcKind | None = None

    def expect(self, fault: AvcKind | None) -> None:
        """How the next read fails."""
        self._fault = fault
        self.met = Counter()

    def address(self) -> str | None:
        return None

    def inspect(self) -> AvcFacts:
        return AvcFacts(site_uuid=SITE, modules=None)

    def usage(self) -> Usage:
        return Usage()

    def traffic(self) -> str:
        return ""

    def record(self, record: SyncRecord) -> bool:
        self.records.append(record)
        return True

    def guilds(self) -> tuple[Guild, ...]:
        return self._whole().guilds()

    def read(self, scope: Scope, claims: Claims) -> AvcSnapshot:
        uuids = {guild.uuid for guild in self.community.guilds.values()}
        if isinstance(scope, GuildScope) and scope.uuid not in uuids:
            raise NotFound(f"Guild '{scope.name}' not found")
        kind, self._fault = self._fault, None
        whole = self._whole().read(scope, claims)
        if kind is None:
            return whole
        self.met[kind] += 1
        failed = self._failed(kind, whole, scope)
        if failed == whole:
            self.met.clear()
        return failed

    def _whole(self) -> FakeAvc:
        community = self.community
        return FakeAvc(
            Community(
                guilds=tuple(
                    Guild(id=g.id, uuid=g.uuid, label=g.label, alias=g.alias, description=g.text)
                    for g in community.guilds.values()
                ),
                people=tuple(
                    Person(p.uid, p.uuid, f"user{p.uid}", p.mail, p.active)
                    for p in community.people.values()
                ),
                members={g: frozenset(uids) for g, uids in community.members.items()},
            )
        )

    def _failed(self, kind: AvcKind, whole: AvcSnapshot, scope: Scope) -> AvcSnapshot:
        """What comes instead; the site itself counts what there is."""
        match kind:
            case "AVC away":
                raise SiteUnreachable("AVC did not answer. Try again.")
            case "AVC answers nonsense":
                raise UnexpectedAnswer("AVC answered what is no answer. Look at its log.")
            case "AVC leaves a member out":
                members = {
                    guild: frozenset(sorted(uids)[1:]) for guild, uids in whole.members.items()
                }
                return whole.model_copy(update={"members": members})
            case "AVC leaves a person out":
                people = dict(sorted(whole.people.items())[1:])
                return whole.model_copy(update={"people": people})
            case "AVC leaves a guild out":
                members = dict(sorted(whole.members.items())[1:])
                return whole.model_copy(update={"guilds": whole.guilds[1:], "members": members})
            case "AVC has half of something":
                counts = whole.counts.model_copy(update={"halves": 1})
                return whole.model_copy(update={"counts": counts})
            case "AVC lost a guild whole":
                return _without_first_guild(whole, scope)


def _without_first_guild(whole: AvcSnapshot, scope: Scope) -> AvcSnapshot:
    """Both tables of a guild are empty, as in the middle of a restore; its memberships are left."""
    if not whole.guilds:
        return whole
    lost = whole.guilds[0].id
    if isinstance(scope, GuildScope) and scope.uuid == whole.guilds[0].uuid:
        raise NotFound(f"Guild '{scope.name}' not found")
    left = whole.members.get(lost, frozenset())
    members = {guild: uids for guild, uids in whole.members.items() if guild != lost}
    counts = whole.counts.model_copy(
        update={
            "guilds": whole.counts.guilds - 1,
            "memberships": whole.counts.memberships - len(left),
            "community": whole.counts.community - len(left),
            "leftovers": max(1, len(left)),
        }
    )
    return whole.model_copy(
        update={"guilds": whole.guilds[1:], "members": members, "counts": counts}
    )
