"""A community to try things out on, written as the SQLite database of an AVC with Group 2."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from random import Random
from uuid import UUID

from sqlalchemy import NullPool, create_engine

from providers.sandbox.avc.names import guild_labels, user_names
from providers.sandbox.avc.rows import Rows
from reconciler.models.avc import Guild, Person

_BLOCKED = 7
_PEOPLE_WITH_BLOCKED = 10
"""Only a community of so many has somebody who is blocked."""


@dataclass(frozen=True, slots=True)
class Community:
    """Who is in the database that was written; memberships are in the database only."""

    path: Path
    site_uuid: str
    guilds: tuple[Guild, ...]
    people: tuple[Person, ...]
    """By uid, from 1 (``admin``); whoever is blocked is not active."""


def create(path: Path, *, guilds: int, users: int, members: int, seed: int) -> Community:
    """Write a community; the same numbers and seed give the same one.

    ``members`` is how many memberships there are in all, as far as there are people for them:
    spread unevenly, at least one for each guild where they suffice. There are also rows that are
    no memberships in guilds: requests, an invitation, translations, a group of another type.
    Raises FileExistsError rather than write over anything.
    """
    path.touch(exist_ok=False)
    random = Random(seed)  # noqa: S311 - made-up people are no secret
    community = _invent(path, guilds, users, random)
    sizes = _sizes(guilds, users, min(members, guilds * users))
    wanted = [1, *(person.uid for person in community.people if not person.active)]
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.begin() as connection:
        rows = Rows(connection)
        rows.configuration(community.site_uuid)
        rows.people(community.people)
        rows.guilds(community.guilds)
        rows.memberships(_members(sizes, wanted, users, random))
        if guilds and users:
            rows.traps(community.guilds[0], community.people)
        rows.index()
    return community


def _invent(path: Path, guilds: int, users: int, random: Random) -> Community:
    site_uuid = _uuid(random)
    names = chain(["admin"], user_names(random))
    people = tuple(
        Person(
            uid=uid,
            uuid=_uuid(random),
            name=name,
            mail=f"{name}@example.org",
            active=uid != _BLOCKED or users < _PEOPLE_WITH_BLOCKED,
        )
        for uid, name in enumerate(islice(names, users), start=1)
    )
    invented = tuple(
        Guild(
            id=number,
            uuid=_uuid(random),
            label=label,
            alias=label.lower().replace(" ", "-"),
            description=f"{label}: we meet every second Tuesday & learn from each other.",
        )
        for number, label in enumerate(islice(guild_labels(random), guilds), start=1)
    )
    return Community(path, site_uuid, invented, people)


def _uuid(random: Random) -> str:
    return str(UUID(int=random.getrandbits(128), version=4))


def _sizes(guilds: int, users: int, members: int) -> list[int]:
    """How many members each guild has: the first ones are large, most are small."""
    sizes = [int(number < members) for number in range(guilds)]
    rest = members - sum(sizes)
    while rest:
        roomy = [number for number in range(guilds) if sizes[number] < users]
        share = rest / sum(1 / (number + 2) for number in roomy)
        for number in roomy:
            more = min(rest, users - sizes[number], max(1, int(share / (number + 2))))
            sizes[number] += more
            rest -= more
    return sizes


def _members(
    sizes: Sequence[int], wanted: Sequence[int], users: int, random: Random
) -> Iterator[tuple[int, list[int]]]:
    """Guild ids, each with its members' uids, the founder's first.

    The wanted people are in the first guilds that have room for them.
    """
    rest = list(wanted)
    everybody = range(1, users + 1)
    for guild, size in enumerate(sizes, start=1):
        first, rest = rest[:size], rest[size:]
        yield guild, list(dict.fromkeys(chain(first, random.sample(everybody, size))))[:size]
