from dataclasses import dataclass
from functools import cached_property

from reconciler.models.base import Model


@dataclass(frozen=True, slots=True)
class Person:
    """An AVC account. Not a pydantic model: a community has many, and they come typed from SQL."""

    uid: int
    uuid: str
    name: str
    mail: str
    active: bool
    """False for somebody who is blocked; a blocked person is in no guild."""


class Guild(Model):
    """A group of type ``guild``, in the site's default language."""

    id: int
    uuid: str
    label: str
    alias: str | None = None
    """The last part of its default-language path alias, without ``/group/``."""
    description: str = ""
    """Plain text, in full."""
    published: bool = True


class AvcCounts(Model):
    """The trailer of a read: rows counted by the site itself, in the same transaction."""

    guilds: int
    people: int
    memberships: int
    """Those in scope."""
    community: int
    """Memberships in all guilds of the site, whatever the scope."""
    roles: int
    """Roles that somebody holds in a guild in scope: one for each person, guild and role."""
    community_roles: int
    """Those in all guilds of the site, whatever the scope."""


class AvcFacts(Model):
    """What a look at the site tells before anything is read."""

    site_uuid: str
    modules: frozenset[str] | None
    """Enabled Drupal modules; None where this way of reading cannot tell."""


class Claims(Model):
    """What Moodle accounts say about who they are: AVC is asked who claims the same.

    Addresses and names are compared without case.
    """

    mails: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    uuids: frozenset[str] = frozenset()
    uids: frozenset[int] = frozenset()

    def __sub__(self, other: "Claims") -> "Claims":
        """The claims that ``other`` does not make."""
        return Claims(
            mails=self.mails - other.mails,
            names=self.names - other.names,
            uuids=self.uuids - other.uuids,
            uids=self.uids - other.uids,
        )

    def __or__(self, other: "Claims") -> "Claims":
        """The claims of both."""
        return Claims(
            mails=self.mails | other.mails,
            names=self.names | other.names,
            uuids=self.uuids | other.uuids,
            uids=self.uids | other.uids,
        )

    def __bool__(self) -> bool:
        """Whether there is any claim."""
        return bool(self.mails or self.names or self.uuids or self.uids)


class AvcSnapshot(Model):
    """The AVC side at one moment, whole for the scope that was asked for."""

    site_uuid: str
    guilds: tuple[Guild, ...]
    """Every guild of the site, whatever the scope: machine names depend on all of them."""
    people: dict[int, Person]
    """By uid. Full scope: everybody but anonymous. Else the scope's people, and everybody who
    claims the same accounts as they do."""
    members: dict[int, frozenset[int]]
    """Guild id → uids that hold a membership, blocked ones too, for the guilds in scope. A guild
    in scope without members has an empty set. User scope: every guild, with just that person."""
    roles: dict[int, dict[str, frozenset[int]]]
    """Guild id → stored role (``guild-mentor``) → uids, for the guilds in scope. Ordinary
    membership is no stored role."""
    guild_roles: frozenset[str] | None
    """The roles that guilds of this site can have (``guild-mentor``), held by somebody or not; None
    where this way of reading cannot tell."""
    counts: AvcCounts

    @cached_property
    def blocked(self) -> frozenset[int]:
        """The uids of people who are blocked."""
        return frozenset(person.uid for person in self.people.values() if not person.active)
