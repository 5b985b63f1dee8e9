"""A community before and after a busy month: what lies between is about 2,000 operations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from uuid import UUID

from sqlalchemy import NullPool, create_engine

from providers.sandbox.avc.rows import Rows
from reconciler.models.avc import Guild, Person
from tests.world import SITE, person

PEOPLE = 400
_GUILDS = 60
_GONE = 4
_NEW = 10
_RENAMED = 10
_SIZE = 24
_LEFT = 8
_JOINED = 11


@dataclass(frozen=True)
class Community:
    """An AVC, whole."""

    guilds: Sequence[Guild]
    people: Sequence[Person]
    members: Mapping[int, Sequence[int]]
    """Guild id → uids, the founder's first."""


def two_communities() -> tuple[Community, Community]:
    """The same each time. People move between guilds; guilds go, come and are renamed."""
    random = Random(5)  # noqa: S311 - made-up people are no secret
    people = [person(uid) for uid in range(1, PEOPLE + 1)]
    everybody = range(1, PEOPLE + 1)
    guilds = [_guild(number) for number in range(1, _GUILDS + _NEW + 1)]
    before = {guild.id: random.sample(everybody, _SIZE) for guild in guilds[:_GUILDS]}
    after: dict[int, list[int]] = {}
    for guild in guilds[_GONE:]:
        if guild.id not in before:
            after[guild.id] = random.sample(everybody, _SIZE)
            continue
        stayed = before[guild.id][_LEFT:]
        others = [uid for uid in everybody if uid not in before[guild.id]]
        after[guild.id] = [*stayed, *random.sample(others, _JOINED)]
    renamed = [
        guild.model_copy(update={"label": f"{guild.label} – neu"}) for guild in guilds[:_RENAMED]
    ]
    return (
        Community(guilds[:_GUILDS], people, before),
        Community([*renamed, *guilds[_RENAMED:]][_GONE:], people, after),
    )


def write_avc(file: Path, community: Community) -> None:
    """Write the community as the SQLite database of an AVC, in place of what is there."""
    file.unlink(missing_ok=True)
    engine = create_engine(f"sqlite:///{file}", poolclass=NullPool)
    with engine.begin() as connection:
        rows = Rows(connection)
        rows.configuration(SITE)
        rows.people(community.people)
        rows.guilds(community.guilds)
        rows.memberships([(guild, list(uids)) for guild, uids in community.members.items()])
        rows.index()


def _guild(number: int) -> Guild:
    return Guild(
        id=number,
        uuid=str(UUID(int=number, version=4)),
        label=f"Guild {number} of Œuvres & Bücher",
        alias=f"guild-{number:02}",
        description=f"The guild with the number {number}.",
    )
