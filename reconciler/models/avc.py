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
    halves: int
    """Guilds, people and memberships of the whole site that are in one of their two tables only, or
    under what they are not; 0 in a database that is whole."""
    leftovers: int = 0
    """Memberships of the whole site whose guild or person is in neither of its tables, and roles of
    memberships that are nowhere. Drupal deletes them together: what they belonged to may be lost,
    and not gone."""


class SyncState(Model):
    """What AVC itself remembers of synchronisation: Drupal's state, under ``avc_moodle_sync.``."""

    last_sync: int | None = None
    """Unix time of the last full run that was verified; None: there was none."""
    synced_users: int | None = None
    """People who were in cohorts after it."""
    synced_cohorts: int | None = None
    """Cohorts of guilds, and for roles, after it."""
    failed_syncs: int = 0
    """Runs that failed, in all."""
    scoped_last_sync: int | None = None
    """Unix time of the last run for one guild or person, or of which guards held a part back, that
    was verified.
    """


class KeyFile(Model):
    """A key file of Drupal's module simple_oauth, as its settings name it."""

    path: str
    """Empty: the settings name none."""
    there: bool
    mode: int | None = None
    """Permission bits, as 0o600; None where the file is not there."""


class AvcFacts(Model):
    """What a look at the site tells. None: this way of reading cannot tell."""

    site_uuid: str
    modules: frozenset[str] | None
    """Enabled Drupal modules."""
    release: str | None = None
    """Drupal's: ``10.3.5``."""
    sync: SyncState | None = None
    public_key: KeyFile | None = None
    private_key: KeyFile | None = None
    token_lifetime: int | None = None
    """Seconds for which simple_oauth's access tokens are good."""
    clock: int | None = None
    """Unix time at the site when it was asked."""


class SyncRecord(Model):
    """What AVC is to remember of a run."""

    full: bool
    """Runs for one guild or person keep keys of their own: ``scoped_last_sync`` and so on."""
    failed: bool
    """A failed run is only counted, in ``failed_syncs``."""
    users: int = 0
    cohorts: int = 0
    people: frozenset[int] = frozenset()
    """Uids of those whose every operation holds: each gets the time of this run."""


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
    facts: AvcFacts | None = None
    """What ``AvcSite.inspect`` would tell, where reading tells it along; else None."""

    @cached_property
    def blocked(self) -> frozenset[int]:
        """The uids of people who are blocked."""
        return frozenset(person.uid for person in self.people.values() if not person.active)
