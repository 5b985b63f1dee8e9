"""Why a plan does to a guild what it does, or why it does nothing."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reconciler.explain_view import View, guild_of
from reconciler.models.avc import Guild
from reconciler.models.desired import CohortKey
from reconciler.models.explained_people import Doubt
from reconciler.models.explanation import (
    CohortPart,
    GuildExplained,
    GuildFacts,
    PlannedOperation,
    Why,
)
from reconciler.models.operations import ChangeCohort, CreateCohort, Operation
from reconciler.models.plan import Problem
from reconciler.models.scope import FullScope, UserScope
from reconciler.operations import operations
from reconciler.pairing import Orphan, Pair
from reconciler.plan_cohorts import GuildPlanned, PeopleShown
from reconciler.planner import Planned


def guild_facts(view: View, seen: Planned, uuid: str) -> GuildFacts:
    """A guild as AVC has it; of one that is gone, what its cohort or the plan still tells."""
    guild = guild_of(seen, uuid)
    orphans = (o.mark.guild for o in seen.pairing.orphans if o.mark.key.uuid == uuid)
    planned = (cohort.guild for cohort in view.plan.cohorts if cohort.uuid == uuid)
    name = seen.pairing.names.get(uuid) or next(orphans, None) or next(planned, "")
    return GuildFacts(
        name=name,
        uuid=uuid,
        label=guild.label if guild else "",
        there=guild is not None,
        published=guild.published if guild else True,
        holds=tuple(h for h in view.settings.hold if h.guild == name or h.guild.lower() == uuid),
    )


def guild_explained(view: View, uuid: str) -> GuildExplained:
    """A guild, cohort by cohort."""
    now, asked = view.now, _Asked(view, uuid)
    guild, avc = asked.guild, view.now.snapshots.avc
    one_person = isinstance(now.plan.scope, UserScope)
    rows = avc.members.get(guild.id) if guild and not one_person else None
    unmatched = now.matching.unmatched
    doubts = Counter[Doubt](
        unmatched[uid].kind for uid in (rows or frozenset()) - avc.blocked if uid in unmatched
    )
    facts = guild_facts(view, now, uuid)
    cohorts = tuple(asked.cohorts())
    shown = PeopleShown(now.snapshots, now.matching, names=view.settings.names)
    done = (item.operation for part in cohorts for item in part.operations)
    accounts = {getattr(operation, "account", None) for operation in done}
    return GuildExplained(
        guild=facts,
        members=None if rows is None else len(rows),
        blocked=len((rows or frozenset()) & avc.blocked),
        doubts=doubts,
        cohorts=cohorts,
        names={one: shown.account(one) for one in accounts if one is not None},
        problems=asked.problems(facts.name),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question about a guild."""

    view: View
    uuid: str

    @property
    def guild(self) -> Guild | None:
        return guild_of(self.view.now, self.uuid)

    def problems(self, name: str) -> tuple[Problem, ...]:
        told = (p for p in self.view.plan.problems if name in p.guilds)
        return tuple(dict.fromkeys((*told, *self._left_alone(name))))

    def cohorts(self) -> Iterator[CohortPart]:
        found = self.view.cohorts(self.uuid, self.view.now) or {CohortKey(self.uuid): None}
        for key, thing in found.items():
            yield self._part(key, thing)

    def _left_alone(self, name: str) -> Iterator[Problem]:
        return (p for p in self.view.now.pairing.problems if name in p.guilds)

    def _part(self, key: CohortKey, thing: Pair | Orphan | None) -> CohortPart:
        def about(operation: Operation) -> bool:
            return operation.key == key

        view, moodle = self.view, self.view.now.snapshots.moodle
        planned = sorted(view.planned(about), key=_is_of_people)
        planned_for = next((c.cohort for c in view.plan.cohorts if c.key == key), None)
        cohort = thing.cohort if thing else None
        was_read = cohort is not None and cohort.id in moodle.members
        kept = self._kept(key, thing)
        return CohortPart(
            key=key,
            cohort=cohort.id if cohort else planned_for,
            name=cohort.name if cohort else "",
            inside=moodle.size(cohort.id) if cohort and was_read else None,
            operations=tuple(planned),
            fresh=view.fresh_only(about),
            why=None if planned else self._why(about, thing),
            strangers=kept["stranger"],
            frozen=kept[None],
        )

    def _kept(self, key: CohortKey, thing: Pair | Orphan | None) -> Counter[str | None]:
        """Why members stay whom AVC does not want, counted."""
        if isinstance(thing, Orphan):
            members = self.view.now.snapshots.moodle.members.get(thing.cohort.id, frozenset())
            return Counter({None: len(members & self.view.now.matching.frozen)})
        here = (one for one in self.view.now.cohorts if one.pair.key == key)
        planned: GuildPlanned | None = next(here, None)
        verdicts = planned.diff.members.keep.values() if planned else ()
        return Counter(verdict.because for verdict in verdicts)

    def _why(self, about: Callable[[Operation], bool], thing: Pair | Orphan | None) -> Why:
        """Why the plan has nothing for a cohort."""
        view = self.view
        if view.plan.undoes is not None:
            return "undoing"
        if any(map(about, operations(view.now.plan))):
            return "changed" if any(map(about, view.fresh)) else "left-out"
        scope = view.plan.scope
        if not isinstance(scope, UserScope) and not view.covers(None, self.uuid):
            return "out-of-scope"
        if isinstance(thing, Orphan) and not isinstance(scope, FullScope):
            return "gone-with-scope"
        if thing is None:
            return "left-alone"
        ours = {self.view.now.pairing.names.get(self.uuid)}
        held = (p for p in view.now.plan.problems if p.kind == "on-hold" and ours & {*p.guilds})
        return "on-hold" if any(held) else "already"


def _is_of_people(item: PlannedOperation) -> bool:
    return not isinstance(item.operation, CreateCohort | ChangeCohort)
