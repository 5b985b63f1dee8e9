"""Which cohort stands for which guild: by the mark, else by an idnumber that may be adopted."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from reconciler.machine_names import (
    Names,
    archived_idnumber,
    cohort_idnumber,
    folded,
    machine_names,
)
from reconciler.marks import Mark, mark_of
from reconciler.models.avc import Guild
from reconciler.models.desired import SIGNATURE, CohortKey
from reconciler.models.moodle import COMPONENT, Cohort
from reconciler.models.plan import Problem, ProblemKind
from reconciler.models.settings import SyncSettings
from reconciler.roles import Roles

NAME_PREFIX = "AVC - "


@dataclass(frozen=True, slots=True)
class Pair:
    """A guild and its cohort."""

    guild: Guild
    name: str
    """The guild's machine name."""
    cohort: Cohort | None = None
    """None: there is none yet."""
    adopt: bool = False
    """The cohort does not carry our mark yet."""
    archived: bool = False
    """The cohort was put away when the guild was gone, or the role no longer mapped."""
    role: str | None = None
    """The Moodle role that the cohort is for; None: the guild's own."""

    @property
    def key(self) -> CohortKey:
        """Which of our cohorts this is."""
        return CohortKey(uuid=self.guild.uuid, role=self.role)


Lost = Literal["guild-gone", "role-gone", "withdrawn"]
"""Why nothing wants a cohort of ours any more. ``withdrawn``: its role rules the site, and is not
allowed: the cohort stays, and no longer gives it."""


@dataclass(frozen=True, slots=True)
class Orphan:
    """A cohort of ours that nothing wants any more."""

    cohort: Cohort
    mark: Mark
    because: Lost = "guild-gone"


@dataclass(frozen=True, slots=True)
class Pairing:
    """Every guild and every cohort of ours, each in one place."""

    pairs: tuple[Pair, ...]
    orphans: tuple[Orphan, ...]
    names: Mapping[str, str]
    """Guild UUID → machine name, those of guilds that are left alone too."""
    problems: tuple[Problem, ...]
    """Why guilds, or cohorts that were ours, are left alone."""


def is_archived(cohort: Cohort, mark: Mark) -> bool:
    """Whether we put this cohort away."""
    return cohort.idnumber == archived_idnumber(mark.guild, mark.key.role, cohort.id)


def pair_up(
    site_uuid: str,
    guilds: Sequence[Guild],
    cohorts: Sequence[Cohort],
    settings: SyncSettings,
    roles: Roles | None = None,
) -> Pairing:
    """Find each guild's cohort, and those for roles beside it; without ``roles`` none of these.

    Two cohorts with one mark, or a marked one outside the system context, leave their guild
    alone, with a problem; so does a cohort whose mark somebody damaged, and an unmarked one that
    wears the guild's idnumber under a name that is not ours to take. A guild whose own cohort is
    left alone has those for roles left alone, too.
    """
    given = roles or Roles()
    seen = [(cohort, mark_of(cohort.description)) for cohort in cohorts]
    finder = _Finder.of(site_uuid, seen)
    names = machine_names(guilds, seen, finder.names(site_uuid, settings))
    found = [
        item for guild in guilds for item in finder.pairs(guild, names[guild.uuid], given.beside)
    ]
    known = {guild.uuid for guild in guilds}
    stray = [
        _problem("damaged-mark", None, [cohort])
        for cohort in finder.damaged
        if site_uuid in cohort.description and not any(uuid in cohort.description for uuid in known)
    ]
    lost = [
        _orphan(marked, because)
        for key, marked in finder.ours.items()
        if (because := _lost(key, known, given)) is not None
    ]
    return Pairing(
        pairs=tuple(pair for pair in found if isinstance(pair, Pair)),
        orphans=tuple(orphan for orphan in lost if isinstance(orphan, Orphan)),
        names=names,
        problems=tuple(
            dict.fromkeys(item for item in (*found, *lost, *stray) if isinstance(item, Problem))
        ),
    )


@dataclass(frozen=True, slots=True)
class _Finder:
    """The cohorts of a site, to find each guild's."""

    wearers: Mapping[str, Sequence[tuple[Cohort, Mark | None]]]
    """By idnumber, as Moodle compares it."""
    damaged: Sequence[Cohort]
    """System cohorts that some AVC marked, and whose mark cannot be read any more."""
    ours: Mapping[CohortKey, Sequence[tuple[Cohort, Mark]]]

    @classmethod
    def of(cls, site_uuid: str, seen: Sequence[tuple[Cohort, Mark | None]]) -> "_Finder":
        """What there is to find in them, for an AVC."""
        ours: dict[CohortKey, list[tuple[Cohort, Mark]]] = defaultdict(list)
        wearers: dict[str, list[tuple[Cohort, Mark | None]]] = defaultdict(list)
        for cohort, mark in seen:
            wearers[folded(cohort.idnumber)].append((cohort, mark))
            if mark is not None and mark.site == site_uuid:
                ours[mark.key].append((cohort, mark))
        damaged = [
            c for c, mark in seen if mark is None and c.system and SIGNATURE in c.description
        ]
        return cls(wearers, damaged, ours)

    def names(self, site_uuid: str, settings: SyncSettings) -> Names:
        """What guilds' machine names hang on, beside the guilds themselves."""
        own = {key.uuid: found[0][1].guild for key, found in self.ours.items() if key.role is None}
        # Not the roles that this Moodle has: every access, and every scope, names guilds alike.
        roles = sorted(set(settings.role_mapping.values())) if settings.role_sync else ()
        return Names(site=site_uuid, configured=settings.guild_names, marked=own, roles=roles)

    def pairs(self, guild: Guild, name: str, roles: Sequence[str]) -> Iterator[Pair | Problem]:
        """The guild's own cohort, and those for roles; or why there is none to be had."""
        own = self._pair(Pair(guild, name))
        yield own
        if isinstance(own, Pair):
            for role in roles:
                yield self._pair(Pair(guild, name, role=role))

    def _pair(self, wanted: Pair) -> Pair | Problem:
        marked = self.ours.get(wanted.key, ())
        if marked:
            return _refusal(wanted.name, marked) or self._marked(wanted, *marked[0])
        damaged = [c for c in self.damaged if wanted.guild.uuid in c.description]
        if damaged:
            return _problem("damaged-mark", wanted.name, damaged)
        idnumber = cohort_idnumber(wanted.name, wanted.role)
        wearing = self.wearers.get(folded(idnumber), ())
        if not wearing:
            return wanted
        cohort, mark = wearing[0]
        if len(wearing) == 1 and mark is None and _adoptable(cohort):
            return replace(wanted, cohort=cohort, adopt=True)
        return _problem("idnumber-taken", wanted.name, [cohort for cohort, _ in wearing])

    def _marked(self, wanted: Pair, cohort: Cohort, mark: Mark) -> Pair | Problem:
        """Its cohort, unless it would have to take an idnumber that another one wears by now.

        Moodle would let it: only creating looks for a taken idnumber.
        """
        idnumber = cohort_idnumber(wanted.name, wanted.role)
        others = [c for c, _ in self.wearers.get(folded(idnumber), ()) if c.id != cohort.id]
        if others and cohort.idnumber != idnumber:
            return _problem("idnumber-taken", wanted.name, others)
        archived = is_archived(cohort, mark)
        # Not replace(), which takes five times as long: there is one for each guild.
        return Pair(wanted.guild, wanted.name, cohort, archived=archived, role=wanted.role)


def _lost(key: CohortKey, known: Collection[str], roles: Roles) -> Lost | None:
    """Why nothing wants a cohort of ours any more; None when something does.

    A cohort for a role is left alone while roles are not synchronised, or the mapping names
    something that there is not: that may be this role, misspelt.
    """
    if key.uuid not in known:
        return "guild-gone"
    if key.role is None or not roles.active:
        return None
    if roles.problems.get(key.role) == "privileged-role":
        return "withdrawn"
    # The ordinary members' role is given by the guild's own cohort.
    wanted = key.role in roles.mapped and key.role != roles.ordinary
    return None if wanted or not roles.understood else "role-gone"


def _adoptable(cohort: Cohort) -> bool:
    """Whether a cohort that nobody marked looks like one that was made for AVC."""
    looks_so = cohort.name.startswith(NAME_PREFIX) and SIGNATURE not in cohort.description
    return cohort.system and looks_so and not _foreign(cohort)


def _foreign(cohort: Cohort) -> bool:
    """Whether another part of Moodle keeps it, which then takes our changes back."""
    return cohort.component not in (None, "", COMPONENT)


def _orphan(marked: Sequence[tuple[Cohort, Mark]], because: Lost) -> Orphan | Problem:
    cohort, mark = marked[0]
    return _refusal(mark.guild, marked) or Orphan(cohort, mark, because)


def _refusal(name: str, marked: Sequence[tuple[Cohort, Mark]]) -> Problem | None:
    cohorts = [cohort for cohort, _ in marked]
    if not all(cohort.system for cohort in cohorts):
        return _problem("cohort-outside-system", name, cohorts)
    if len(cohorts) > 1:
        return _problem("several-marked-cohorts", name, cohorts)
    if _foreign(cohorts[0]):
        return _problem("foreign-lock", name, cohorts)
    return None


def _problem(kind: ProblemKind, name: str | None, cohorts: Sequence[Cohort]) -> Problem:
    guilds = () if name is None else (name,)
    return Problem(kind=kind, guilds=guilds, cohorts=tuple(sorted(c.id for c in cohorts)))
