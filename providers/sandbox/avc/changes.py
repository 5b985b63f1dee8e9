"""What people do in an AVC, done to the sandbox's: in every table that Drupal then writes."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from slugify import slugify
from sqlalchemy import (
    ColumnElement,
    Connection,
    NullPool,
    create_engine,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from providers.sandbox.avc.tables import drupal_tables
from reconciler.errors import ConfigError, NotFound

_LABEL_LIMIT = 255
_MAIL_LIMIT = 254
"""Characters that Drupal takes: ``groups_field_data.label``, ``Email::EMAIL_MAX_LENGTH``."""

_SHOWN = 10
"""Guilds that an error names."""

_UID = re.compile(r"[0-9]{1,10}")
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")

_SITE = drupal_tables(release=2)
_USERS = _SITE.by_name["users_field_data"]
_GROUPS = _SITE.by_name["groups"]
_GROUP_DATA = _SITE.by_name["groups_field_data"]
_DESCRIPTIONS = _SITE.by_name["group__field_group_description"]
_ALIASES = _SITE.by_name["path_alias"]
_BASE = _SITE.by_name[_SITE.relationships]
_DATA = _SITE.by_name[_SITE.memberships]
_ROLES = _SITE.by_name[_SITE.roles]


@dataclass(frozen=True)
class _Person:
    uid: int
    name: str
    active: bool

    def __str__(self) -> str:
        return f"{self.name} ({self.uid})"


@dataclass(frozen=True)
class _Guild:
    id: int
    uuid: str
    label: str
    alias: str
    """Of its page, without ``/group/``; empty where it has none."""

    def __str__(self) -> str:
        return self.alias or self.label


def change(
    avc: Path, changes: Iterable[tuple[str, str, str]], cohort_of: Callable[[str], str]
) -> tuple[str, ...]:
    """Make all of these changes, or none of them; what was done, a few words for each.

    See ``reconciler.ports.SandboxSites.change``. A guild goes by its alias, label or UUID, or by
    its cohort's idnumber: ``cohort_of`` gives the description that a cohort has, empty for none.
    Raises NotFound, ConfigError.
    """
    engine = create_engine(f"sqlite:///{avc}", poolclass=NullPool)
    try:
        with engine.begin() as connection:
            site = _Site(connection, cohort_of)
            return tuple(_KINDS[kind](site, of, what) for kind, of, what in changes)
    except SQLAlchemyError as error:
        raise ConfigError(f"{avc} cannot be changed ({error.__cause__ or error})") from error


class _Site:
    """The AVC, while it is changed."""

    def __init__(self, connection: Connection, cohort_of: Callable[[str], str]) -> None:
        self._do = connection.execute
        self._cohort_of = cohort_of

    def join(self, who: str, where: str) -> str:
        person, guild = self._person(who), self._guild(where)
        if self._memberships(person, guild):
            raise ConfigError(f"{person} is in {guild} already")
        number = self._next_id()
        row = {"id": number, "type": "guild-group_membership", "langcode": "en"}
        uuid = f"00000000-0000-4000-8000-{number:012x}"
        self._do(insert(_BASE).values(row | {"uuid": uuid}))
        now = int(time.time())
        more = {"plugin_id": "group_membership", "group_type": "guild", "default_langcode": 1}
        of = {"gid": guild.id, "entity_id": person.uid, "created": now, "changed": now}
        self._do(insert(_DATA).values(row | more | of))
        return f"{person} joins {guild}"

    def leave(self, who: str, where: str) -> str:
        person, guild = self._person(who), self._guild(where)
        found = self._memberships(person, guild)
        if not found:
            raise ConfigError(f"{person} is not in {guild}")
        self._delete_relationships(found)
        return f"{person} leaves {guild}"

    def block(self, who: str, _what: str) -> str:
        return self._set_active(self._person(who), active=False)

    def unblock(self, who: str, _what: str) -> str:
        return self._set_active(self._person(who), active=True)

    def mail(self, who: str, address: str) -> str:
        person = self._person(who)
        if not (_ADDRESS.fullmatch(address) and _fits(address, _MAIL_LIMIT)):
            raise ConfigError(f"{address!r} is no e-mail address")
        self._do(update(_USERS).where(_USERS.c.uid == person.uid).values(mail=address))
        return f"{person} has the address {address}"

    def rename(self, which: str, label: str) -> str:
        guild = self._guild(which)
        if not (label.strip() and _fits(label, _LABEL_LIMIT)):
            raise ConfigError(f"{label!r} cannot be a guild's name")
        self._do(
            update(_GROUP_DATA)
            .where(_GROUP_DATA.c.id == guild.id, _GROUP_DATA.c.default_langcode == 1)
            .values(label=label, changed=int(time.time()))
        )
        self._move_pages(guild, slugify(label))
        return f"{guild} is called {label}"

    def delete(self, which: str, _what: str) -> str:
        guild = self._guild(which)
        self._delete_relationships(self._ids(_DATA.c.gid == guild.id))
        self._do(delete(_GROUPS).where(_GROUPS.c.id == guild.id))
        self._do(delete(_GROUP_DATA).where(_GROUP_DATA.c.id == guild.id))
        self._do(delete(_DESCRIPTIONS).where(_DESCRIPTIONS.c.entity_id == guild.id))
        self._do(delete(_ALIASES).where(_pages_of(guild)))
        return f"{guild} is gone"

    def _set_active(self, person: _Person, *, active: bool) -> str:
        words = "may log in" if active else "is blocked"
        if person.active == active:
            raise ConfigError(f"{person} {words} already")
        self._do(update(_USERS).where(_USERS.c.uid == person.uid).values(status=int(active)))
        return f"{person} {words}"

    def _move_pages(self, guild: _Guild, name: str) -> None:
        """As pathauto does: ``-0``, ``-1`` … behind a name that is taken, nothing for no name."""
        if not name:
            return
        taken = {*self._do(select(_ALIASES.c.alias).where(~_pages_of(guild))).scalars()}
        free = next(each for each in _numbered(name) if f"/group/{each}" not in taken)
        for page in ("", "/about"):
            self._do(
                update(_ALIASES)
                .where(_ALIASES.c.path == f"/group/{guild.id}{page}", _ALIASES.c.langcode == "en")
                .values(alias=f"/group/{free}{page}")
            )

    def _memberships(self, person: _Person, guild: _Guild) -> list[int]:
        return self._ids(
            _DATA.c.plugin_id == "group_membership",
            _DATA.c.gid == guild.id,
            _DATA.c.entity_id == person.uid,
        )

    def _ids(self, *where: ColumnElement[bool]) -> list[int]:
        return [*self._do(select(_DATA.c.id).where(*where).distinct()).scalars()]

    def _next_id(self) -> int:
        highest: int = self._do(select(func.coalesce(func.max(_BASE.c.id), 0))).scalar_one()
        return highest + 1

    def _delete_relationships(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            self._do(delete(_BASE).where(_BASE.c.id == number))
            self._do(delete(_DATA).where(_DATA.c.id == number))
            self._do(delete(_ROLES).where(_ROLES.c.entity_id == number))

    def _person(self, who: str) -> _Person:
        uid = int(who) if _UID.fullmatch(who) else 0
        query = select(_USERS.c.name, _USERS.c.status).where(
            _USERS.c.uid == uid, _USERS.c.default_langcode == 1
        )
        found = self._do(query).first() if uid else None
        if found is None:
            raise NotFound(f"Nobody in AVC has the user id {who!r}")
        return _Person(uid, found.name, bool(found.status))

    def _guild(self, which: str) -> _Guild:
        guilds = [*self._guilds()]
        named = bool(which) and _fits(which, _LABEL_LIMIT)
        description = self._cohort_of(which) if named else ""
        fitting = [
            guild
            for guild in guilds
            if named
            and (which in {guild.alias, guild.label, guild.uuid} or guild.uuid in description)
        ]
        if not fitting:
            some = ", ".join(map(str, guilds[:_SHOWN])) + ", …" * (len(guilds) > _SHOWN)
            raise NotFound(f"Guild {which!r} not found; AVC has {some or 'none'}")
        if len(fitting) > 1:
            uuids = ", ".join(f"{guild.uuid} ({guild.label})" for guild in fitting)
            raise ConfigError(f"{which!r} fits more than one guild; give the UUID of one: {uuids}")
        return fitting[0]

    def _guilds(self) -> Iterator[_Guild]:
        aliases = select(_ALIASES.c.path, _ALIASES.c.alias).where(_ALIASES.c.langcode == "en")
        pages: dict[str, str] = {row.path: row.alias for row in self._do(aliases)}
        query = (
            select(_GROUPS.c.id, _GROUPS.c.uuid, _GROUP_DATA.c.label)
            .join(_GROUP_DATA, _GROUP_DATA.c.id == _GROUPS.c.id)
            .where(_GROUPS.c.type == "guild", _GROUP_DATA.c.default_langcode == 1)
        )
        for row in self._do(query):
            alias = pages.get(f"/group/{row.id}", "").removeprefix("/group/")
            yield _Guild(row.id, row.uuid, row.label, alias)


def _pages_of(guild: _Guild) -> ColumnElement[bool]:
    page = f"/group/{guild.id}"
    return or_(_ALIASES.c.path == page, _ALIASES.c.path.like(f"{page}/%"))


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}-{number}" for number in count())


def _fits(text: str, limit: int) -> bool:
    # What cannot be printed are line breaks, and bytes that were no text.
    return text.isprintable() and len(text) <= limit


_KINDS: Mapping[str, Callable[[_Site, str, str], str]] = {
    "join": _Site.join,
    "leave": _Site.leave,
    "block": _Site.block,
    "unblock": _Site.unblock,
    "mail": _Site.mail,
    "rename": _Site.rename,
    "delete": _Site.delete,
}
