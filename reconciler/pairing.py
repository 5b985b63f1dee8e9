"""Which cohort stands for which guild: by the mark, else by an idnumber that may be adopted."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconciler.machine_names import Names, archived_idnumber, folded, machine_names
from reconciler.marks import SIGNATURE, Mark, mark_of
from reconciler.models.avc import Guild
from reconciler.models.desired import CohortKey
from reconciler.models.moodle import Cohort
from reconciler.models.plan import Problem, ProblemKind
from reconciler.models.settings import SyncSettings

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
    """The cohort was put away when the guild was gone."""


@dataclass(frozen=True, slots=True)
class Orphan:
    """A cohort of ours whose guild is gone."""

    cohort: Cohort
    mark: Mark


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
    return cohort.idnumber == archived_idnumber(mark.guild, cohort.id)


def pair_up(
    site_uuid: str, guilds: Sequence[Guild], cohorts: Sequence[Cohort], settings: SyncSettings
) -> Pairing:
    """Find each guild's cohort.

    Two cohorts with one mark, or a marked one outside the system context, leave their guild
    alone, with a problem; so does a cohort whose mark somebody damaged, and an unmarked one that
    wears the guild's idnumber under a name that is not ours to take.
    """
    seen = [(cohort, mark_of(cohort.description)) for cohort in cohorts]
    ours: dict[CohortKey, list[tuple[Cohort, Mark]]] = defaultdict(list)
    for cohort, mark in seen:
        if mark is not None and mark.site == site_uuid:
            ours[mark.key].append((cohort, mark))
    names = machine_names(
        guilds,
        seen,
        Names(
            site=site_uuid,
            configured=settings.guild_names,
            marked={key.uuid: found[0][1].guild for key, found in ours.items() if key.role is None},
            roles=settings.role_mapping.values(),
        ),
    )
    wearers: dict[str, list[tuple[Cohort, Mark | None]]] = defaultdict(list)
    for cohort, mark in seen:
        wearers[folded(cohort.idnumber)].append((cohort, mark))
    damaged = [c for c, mark in seen if mark is None and c.system and SIGNATURE in c.description]
    finder = _Finder(wearers, damaged, ours)
    found = [finder.pair(guild, names[guild.uuid]) for guild in guilds]
    known = {guild.uuid for guild in guilds}
    stray = [
        _problem("damaged-mark", None, [cohort])
        for cohort in damaged
        if site_uuid in cohort.description and not any(uuid in cohort.description for uuid in known)
    ]
    lost = [
        _orphan(marked)
        for key, marked in ours.items()
        if key.uuid not in known and key.role is None
    ]
    return Pairing(
        pairs=tuple(pair for pair in found if isinstance(pair, Pair)),
        orphans=tuple(orphan for orphan in lost if isinstance(orphan, Orphan)),
        names=names,
        problems=tuple(item for item in (*found, *lost, *stray) if isinstance(item, Problem)),
    )


@dataclass(frozen=True, slots=True)
class _Finder:
    """The cohorts of a site, to find each guild's."""

    wearers: Mapping[str, Sequence[tuple[Cohort, Mark | None]]]
    """By idnumber, as Moodle compares it."""
    damaged: Sequence[Cohort]
    """System cohorts that some AVC marked, and whose mark cannot be read any more."""
    ours: Mapping[CohortKey, Sequence[tuple[Cohort, Mark]]]

    def pair(self, guild: Guild, name: str) -> Pair | Problem:
        """The guild's cohort, or why there is none to be had."""
        marked = self.ours.get(CohortKey(uuid=guild.uuid), ())
        if marked:
            return _refusal(name, marked) or self._marked(guild, name, *marked[0])
        damaged = [cohort for cohort in self.damaged if guild.uuid in cohort.description]
        if damaged:
            return _problem("damaged-mark", name, damaged)
        wearing = [
            cohort
            for cohort, mark in self.wearers.get(folded(name), ())
            if mark is None and cohort.system
        ]
        if not wearing:
            return Pair(guild, name)
        if len(wearing) == 1 and _adoptable(wearing[0]):
            return Pair(guild, name, wearing[0], adopt=True)
        return _problem("idnumber-taken", name, wearing)

    def _marked(self, guild: Guild, name: str, cohort: Cohort, mark: Mark) -> Pair | Problem:
        """Its cohort, unless it would have to take an idnumber that another one wears by now.

        Moodle would let it: only creating looks for a taken idnumber.
        """
        others = [c for c, _ in self.wearers.get(folded(name), ()) if c.id != cohort.id]
        if others and cohort.idnumber != name:
            return _problem("idnumber-taken", name, others)
        return Pair(guild, name, cohort, archived=is_archived(cohort, mark))


def _adoptable(cohort: Cohort) -> bool:
    """Whether a cohort that nobody marked looks like one that was made for AVC."""
    return cohort.name.startswith(NAME_PREFIX) and SIGNATURE not in cohort.description


def _orphan(marked: Sequence[tuple[Cohort, Mark]]) -> Orphan | Problem:
    cohort, mark = marked[0]
    return _refusal(mark.guild, marked) or Orphan(cohort, mark)


def _refusal(name: str, marked: Sequence[tuple[Cohort, Mark]]) -> Problem | None:
    cohorts = [cohort for cohort, _ in marked]
    if not all(cohort.system for cohort in cohorts):
        return _problem("cohort-outside-system", name, cohorts)
    if len(cohorts) > 1:
        return _problem("several-marked-cohorts", name, cohorts)
    return None


def _problem(kind: ProblemKind, name: str | None, cohorts: Sequence[Cohort]) -> Problem:
    guilds = () if name is None else (name,)
    return Problem(kind=kind, guilds=guilds, cohorts=tuple(sorted(c.id for c in cohorts)))
