"""From rows to models, however the rows came: by SQL, or from Drupal's own PHP."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Self

from providers.avc.plain_text import plain_text
from reconciler.errors import NotFound, UnexpectedAnswer
from reconciler.models.avc import Claims, Guild, Person, SyncState
from reconciler.models.scope import GuildScope, UserScope

People = dict[int, Person]
"""By uid."""

Members = dict[int, frozenset[int]]
Roles = dict[int, dict[str, frozenset[int]]]

GuildRow = tuple[int, str, str | None, str, int | None]
"""id, UUID, label, language, status."""

AliasRow = tuple[str, str | None, str]
"""Path, alias, language."""

PersonRow = tuple[int, str, str | None, str | None, int | None]
"""uid, UUID, name, address, status."""

_NO_LANGUAGE = "und"
"""Drupal's code for what is in no language and serves all."""


def guilds_from(
    guilds: Iterable[GuildRow],
    aliases: Iterable[AliasRow],
    descriptions: Iterable[tuple[int, str | None]],
) -> tuple[Guild, ...]:
    """Guilds in the order of their rows; aliases come oldest first, descriptions as HTML."""
    short = _short_aliases(aliases)
    texts = {number: plain_text(html or "") for number, html in descriptions}
    return tuple(
        Guild(
            id=number,
            uuid=uuid,
            label=label or "",
            # As Drupal's AliasRepository looks it up: the own language's, else one for all.
            alias=short.get((number, language)) or short.get((number, _NO_LANGUAGE)),
            description=texts.get(number, ""),
            published=status == 1,
        )
        for number, uuid, label, language, status in guilds
    )


def _short_aliases(rows: Iterable[AliasRow]) -> dict[tuple[int, str], str]:
    """The newest alias of each group's own page, by group id and language."""
    found: dict[tuple[int, str], str] = {}
    for path, alias, language in rows:
        number = path.removeprefix("/group/")
        if number.isdecimal() and number.isascii():
            found[int(number), language] = _short(alias or "")
    return found


def _short(alias: str) -> str:
    prefix = "/group/"
    return alias.removeprefix(prefix) if alias.startswith(prefix) else alias.rpartition("/")[2]


def person_from(row: PersonRow) -> Person:
    """Somebody's account. Raises UnexpectedAnswer for one that is neither active nor blocked."""
    uid, uuid, name, mail, status = row
    if status not in {0, 1}:
        raise UnexpectedAnswer(
            f"AVC does not say whether user {uid} is blocked: their status is {status}. Save"
            " that account in Drupal again."
        )
    return Person(uid, uuid, name or "", mail or "", active=status == 1)


class Inside:
    """Who is in which guild, gathered row by row: a million rows are not kept beside their sets."""

    def __init__(self) -> None:
        self._found: dict[int, set[int]] = defaultdict(set)
        self.rows = 0

    def add(self, rows: Iterable[tuple[int, int]]) -> Self:
        """Take rows of guild and uid."""
        for guild, uid in rows:
            self._found[guild].add(uid)
            self.rows += 1
        return self

    def of(self, guilds: Iterable[int]) -> Members:
        """The members of these guilds; nobody may be an answer."""
        return {guild: frozenset(self._found.get(guild, ())) for guild in guilds}


class Held:
    """Who holds which role in which guild, gathered row by row."""

    def __init__(self) -> None:
        self._found: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        self.rows = 0

    def add(self, rows: Iterable[tuple[int, str, int]]) -> Self:
        """Take rows of guild, role and uid."""
        for guild, role, uid in rows:
            self._found[guild][role].add(uid)
            self.rows += 1
        return self

    def of(self, guilds: Iterable[int]) -> Roles:
        """The roles held in these guilds."""
        return {
            guild: {role: frozenset(uids) for role, uids in self._found.get(guild, {}).items()}
            for guild in guilds
        }


def guild_in_scope(scope: GuildScope, guilds: Collection[Guild]) -> int:
    """The id of the scope's guild. Raises NotFound."""
    ids = [guild.id for guild in guilds if guild.uuid == scope.uuid]
    if not ids:
        raise NotFound(f"Guild '{scope.name}' not found")
    return ids[0]


def somebody_in_scope(scope: UserScope, people: People) -> None:
    """Raises NotFound when the scope's person is not among these."""
    if scope.uid not in people:
        raise NotFound(f"User ID {scope.uid} not found in AVC")


STATE = "avc_moodle_sync."
"""What the names of our values in Drupal's state begin with."""

STATE_NAMES = ("last_sync", "synced_users", "synced_cohorts", "failed_syncs", "scoped_last_sync")


def sync_state_from(values: Mapping[str, object]) -> SyncState:
    """What AVC remembers; values by their names without the prefix.

    A value that is no number, as somebody else may have left it, says nothing.
    """
    numbers = {
        name: int(value)
        for name, value in values.items()
        if name in STATE_NAMES
        and not isinstance(value, bool)
        and isinstance(value, int | str)
        and str(value).isdecimal()
    }
    return SyncState.model_validate(numbers)


class Sought:
    """Whom claims are about. ``str.lower`` decides what is the same but for case.

    An empty address is nobody's: people without one do not share it.
    """

    def __init__(self, claims: Claims) -> None:
        self.uids = claims.uids
        self.mails = _lowered(claims.mails)
        self.names = _lowered(claims.names)
        self.uuids = _lowered(claims.uuids)

    def __contains__(self, person: Person) -> bool:
        return self.has(person.uid, person.uuid, person.name, person.mail)

    def has(self, uid: int, uuid: str, name: str | None, mail: str | None) -> bool:
        """Whether an account with these is one of those sought."""
        return (
            uid in self.uids
            or (mail or "").lower() in self.mails
            or (name or "").lower() in self.names
            or uuid.lower() in self.uuids
        )


def _lowered(values: Iterable[str]) -> frozenset[str]:
    return frozenset(value.lower() for value in values if value)


def likenesses(people: Iterable[Person]) -> Claims:
    """The claims that somebody makes who has the address or the name of one of these people."""
    some = tuple(people)
    return Claims(
        mails=frozenset(person.mail for person in some),
        names=frozenset(person.name for person in some),
    )
