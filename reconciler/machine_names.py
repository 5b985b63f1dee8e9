"""The machine name of every guild: a cohort's idnumber, and what ``--guild`` takes."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import count

from slugify import slugify

from reconciler.marks import Mark
from reconciler.models.avc import Guild
from reconciler.models.moodle import Cohort

IDNUMBER_LIMIT = 100
"""Characters of ``cohort.idnumber`` in Moodle; more is ``dmlwriteexception``."""

_ARCHIVE_ROOM = len("--archived-") + 10
_ROLE_ROOM = 30
"""Characters of a role's short name in an idnumber; Moodle allows names of 100."""

MACHINE_NAME = re.compile(r"[\w.~-]+")


def folded(idnumber: str) -> str:
    """An idnumber as Moodle's database compares it: without case, and without accents."""
    if idnumber.isascii():
        return idnumber.lower()
    parts = unicodedata.normalize("NFKD", idnumber)
    return "".join(part for part in parts if not unicodedata.combining(part)).casefold()


def cohort_idnumber(name: str, role: str | None) -> str:
    """The idnumber of a guild's own cohort, or of the one for a role beside it."""
    if role is None:
        return name
    suffix = f"--{_fitted(role, _ROLE_ROOM)}"
    return _fitted(name, IDNUMBER_LIMIT - _ARCHIVE_ROOM - len(suffix)) + suffix


def archived_idnumber(name: str, role: str | None, cohort: int) -> str:
    """The idnumber of an archived cohort: it frees the one that it had."""
    return f"{cohort_idnumber(name, role)}--archived-{cohort}"


@dataclass(frozen=True, slots=True)
class Names:
    """Guild UUID → machine name, by where it comes from; the sources may overlap."""

    site: str
    """UUID of the AVC that names its guilds."""
    configured: Mapping[str, str]
    marked: Mapping[str, str]
    """As our cohort's mark has it: a name once given stays, whatever becomes of the alias."""
    roles: Iterable[str] = ()
    """Moodle roles that may be appended as ``--role``."""


def machine_names(
    guilds: Iterable[Guild], cohorts: Iterable[tuple[Cohort, Mark | None]], names: Names
) -> dict[str, str]:
    """Guild UUID → machine name, for every guild of the site.

    Configured names come first, then those our cohorts carry, then the rest by group id. A name
    that is taken gets ``-2``, ``-3`` …, compared as Moodle does: by a guild before it, or by a
    cohort that can never become this guild's. A cohort in the system context without any mark
    takes no name: it is adopted or reported under that name (see pairing). With a name go those
    of the cohorts for roles beside it.
    """
    roles = tuple(names.roles)
    suffixes = (cohort_idnumber("", role) for role in roles)
    room = IDNUMBER_LIMIT - _ARCHIVE_ROOM - max(map(len, suffixes), default=0)
    owners = _owners(cohorts, names.site)
    given: dict[str, str] = {}
    used: set[str] = set()
    for guild in sorted(guilds, key=lambda guild: _precedence(guild, names)):
        sticky = names.marked.get(guild.uuid)
        for candidate in _candidates(_base(guild, names), sticky, room):
            taken = {folded(cohort_idnumber(candidate, role)) for role in (None, *roles)}
            owned = {owners.get(key, guild.uuid) for key in taken} == {guild.uuid}
            if (owned or candidate == sticky) and used.isdisjoint(taken):
                used |= taken
                given[guild.uuid] = candidate
                break
    return given


def _precedence(guild: Guild, names: Names) -> tuple[int, int]:
    if guild.uuid in names.configured:
        return 0, guild.id
    return (1 if guild.uuid in names.marked else 2), guild.id


def _base(guild: Guild, names: Names) -> str:
    known = names.configured.get(guild.uuid) or names.marked.get(guild.uuid)
    if known:
        return known
    alias = guild.alias or ""
    own = alias if MACHINE_NAME.fullmatch(alias) else slugify(alias)
    base = own or slugify(guild.label) or f"guild-{guild.id}"
    # A purely numeric name could be taken for an id.
    return f"guild-{base}" if base.isdecimal() else base


def _candidates(base: str, sticky: str | None, room: int) -> Iterator[str]:
    # A name that a cohort bears stays, although a longer role would leave it less room today.
    yield base if base == sticky else _fitted(base, room)
    for number in count(2):
        suffix = f"-{number}"
        yield _fitted(base, room - len(suffix)) + suffix


def _fitted(name: str, room: int) -> str:
    if len(name) <= room:
        return name
    return f"{name[: room - 9]}-{sha256(name.encode()).hexdigest()[:8]}"


def _owners(cohorts: Iterable[tuple[Cohort, Mark | None]], site: str) -> dict[str, str]:
    """Idnumbers that are taken: folded → UUID of the only guild that may have it, "" for none."""
    owners: dict[str, str] = {}
    for cohort, mark in cohorts:
        if not cohort.idnumber or (cohort.system and mark is None):
            continue
        key = folded(cohort.idnumber)
        owner = mark.key.uuid if cohort.system and mark and mark.site == site else ""
        owners[key] = owner if owners.get(key, owner) == owner else ""
    return owners
