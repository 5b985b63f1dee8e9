"""Communities of any size, as snapshots of both sites: built at once, without a database."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from reconciler.gather import Snapshots
from reconciler.models.avc import AvcCounts, AvcSnapshot, Guild, Person
from reconciler.models.moodle import Account, Cohort, MoodleSnapshot
from tests.world import SITE, our_cohort

A_PERSON = 3
"""Memberships that a person has: 2,924 of 937 people in the community that this is modelled on."""
A_GUILD = 60
"""Memberships that a guild has: 2,924 in 50 guilds there."""
OFFSET = 100
"""What a person's account has more than the uid."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is of a community, and how much of it Moodle does not have yet."""

    memberships: int
    guilds: int
    people: int
    changed: float = 0.01
    """Share of the memberships that are to change: half of it is missing, half too much."""

    @classmethod
    def of(cls, memberships: int, guilds: int | None = None) -> "Size":
        """So many memberships, spread over people and guilds as in the model."""
        return cls(
            memberships,
            guilds or max(1, memberships // A_GUILD),
            max(2, memberships // A_PERSON),
        )


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sites, and the bare sets of accounts in them: guild id → accounts."""

    snapshots: Snapshots
    wanted: Mapping[int, frozenset[int]]
    actual: Mapping[int, frozenset[int]]


def sides(size: Size) -> Sides:
    """Both sites; the same size gives the same ones."""
    random = Random(size.memberships)  # noqa: S311 - for measuring, not for secrets
    each = size.memberships // size.guilds
    everybody = range(1, size.people + 1)
    members = {
        guild: frozenset(random.sample(everybody, min(each, size.people)))
        for guild in range(1, size.guilds + 1)
    }
    guilds = tuple(_guild(number) for number in members)
    wanted = {guild: frozenset(uid + OFFSET for uid in uids) for guild, uids in members.items()}
    share = size.changed / 2
    actual = {}
    for guild, accounts in wanted.items():
        few = _some(random, len(accounts) * share)
        missing = random.sample(sorted(accounts), few) if few else []
        strange = random.sample(everybody, few)
        actual[guild] = (accounts - set(missing)) | {uid + OFFSET for uid in strange}
    avc = AvcSnapshot.model_construct(
        site_uuid=SITE,
        guilds=guilds,
        people={uid: _person(uid) for uid in everybody},
        members=members,
        roles={},
        guild_roles=frozenset(),
        counts=AvcCounts(
            guilds=len(guilds),
            people=size.people,
            memberships=sum(map(len, members.values())),
            community=sum(map(len, members.values())),
            roles=0,
            community_roles=0,
            halves=0,
        ),
        facts=None,
    )
    moodle = MoodleSnapshot(
        url="https://ss.example",
        cohorts=tuple(_cohort(guild) for guild in guilds),
        members={},
        accounts={},
        everybody=True,
    ).model_copy(
        update={"members": actual, "accounts": {uid + OFFSET: _account(uid) for uid in everybody}}
    )
    return Sides(Snapshots(avc, moodle, frozenset()), wanted, actual)


def _some(random: Random, share: float) -> int:
    """A whole number whose mean, over many guilds, is the share."""
    return int(share) + (random.random() < share % 1)


def _guild(number: int) -> Guild:
    name, uuid = f"guild-of-{number}", f"{number:08x}-0000-4000-8000-000000000000"
    return Guild(id=number, uuid=uuid, label=name, alias=name)


def _cohort(guild: Guild) -> Cohort:
    return our_cohort(guild.id, guild)


def _person(uid: int) -> Person:
    uuid = f"00000000-0000-4000-8000-{uid:012}"
    return Person(uid, uuid, f"member{uid}", f"member{uid}@example.org", active=True)


def _account(uid: int) -> Account:
    return Account(uid + OFFSET, f"member{uid}", f"member{uid}@example.org")
