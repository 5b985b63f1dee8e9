"""A saved plan, and the sites as they are: what every explanation looks at."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.desired import active_members
from reconciler.errors import NotFound, StalePlan
from reconciler.explain_losses import Losses, grounds
from reconciler.guard_rules import RULES
from reconciler.guard_sight import Around
from reconciler.guards import Verdict, judged
from reconciler.held_back import HeldBack, held_back
from reconciler.models.avc import Guild
from reconciler.models.desired import CohortKey
from reconciler.models.explanation import PlannedOperation
from reconciler.models.guards import GuardFigures, GuardName, GuardSettings, Limit
from reconciler.models.operations import Operation
from reconciler.models.plan import Plan
from reconciler.models.scope import FullScope, GuildScope, UserScope
from reconciler.models.settings import SyncSettings
from reconciler.operations import operations
from reconciler.pairing import Orphan, Pair
from reconciler.planner import Planned
from reconciler.reconciliation import SitePair, Work, located, plan_now, saved
from reconciler.reconciliation_alone import saved_alone
from reconciler.selection import There, selected
from reconciler.stale import Checked

_USER = re.compile(r"user:(?P<uid>[0-9]{1,19})")
_BY_GUILD: GuardName = "removals-per-guild"
_LIMITS = ("removals", "removals_per_guild", "archives", "privileged_roles")


@dataclass(frozen=True, slots=True)
class View:
    """What there is to explain from."""

    plan: Plan
    operations: tuple[Operation, ...]
    """Its operations, as the plan has them."""
    checked: tuple[Checked, ...]
    """The same, in their order, as they stand now."""
    now: Planned
    """What would be planned now, in its scope; all of it for a plan that undoes a run."""
    fresh: tuple[Operation, ...]
    """The operations of that, with this plan's ``--only`` and ``--exclude``; none for a plan that
    undoes a run, which AVC has no say in."""
    settings: SyncSettings
    verdicts: tuple[Verdict, ...]
    """What the guards say of the plan."""
    counting: tuple[Verdict, ...]
    """The same if they let nothing through: what each of them counts."""
    removals: Mapping[CohortKey, str]
    """What the guard that looks at each guild finds in each cohort."""
    held: HeldBack
    losses: Losses

    def covers(self, uid: int | None, guild: str) -> bool:
        """Whether the plan is about this person in the guild with this UUID."""
        match self.plan.scope:
            case FullScope():
                return True
            case GuildScope(uuid=uuid):
                return uuid == guild
            case UserScope(uid=asked):
                return uid == asked

    def cohorts(self, uuid: str, seen: Planned) -> dict[CohortKey, Pair | Orphan | None]:
        """A guild's cohorts as they are paired; None: left alone, or known by the plan only.

        Its own comes first.
        """
        found: dict[CohortKey, Pair | Orphan | None] = {
            pair.key: pair for pair in seen.pairing.pairs if pair.guild.uuid == uuid
        }
        found |= {o.mark.key: o for o in seen.pairing.orphans if o.mark.key.uuid == uuid}
        for cohort in self.plan.cohorts:
            if cohort.uuid == uuid:
                found.setdefault(cohort.key, None)
        return dict(sorted(found.items(), key=lambda item: item[0].role or ""))

    def owner(self, account: int, seen: Planned) -> int | None:
        """Whose an account is beyond doubt, in AVC: by what was read for the plan, or ``seen``."""
        found = seen.matching.person_of.get(account)
        return found if found is not None else self.now.matching.person_of.get(account)

    def frozen(self, account: int | None, seen: Planned) -> bool:
        """Whether it is not clear whose an account is, by either reading."""
        return account in seen.matching.frozen or account in self.now.matching.frozen

    def planned(self, about: Callable[[Operation], bool]) -> tuple[PlannedOperation, ...]:
        """What the plan does, in so far as it is about something."""
        return tuple(self._planned(n) for n, one in enumerate(self.operations) if about(one))

    def fresh_only(self, about: Callable[[Operation], bool]) -> tuple[Operation, ...]:
        """What a plan made now would do, and this one does not."""
        there = {_place(operation) for operation in self.operations}
        return tuple(op for op in self.fresh if about(op) and _place(op) not in there)

    def deleted(self, key: CohortKey) -> tuple[PlannedOperation, ...]:
        """The definitions of one cohort that the plan deletes."""
        return tuple(self._planned(number) for number, _ in self.losses.deleted.get(key, ()))

    def _planned(self, number: int) -> PlannedOperation:
        item, operation = self.checked[number], self.operations[number]
        # Of what is counted by a guard that tripped, all is held; of what is done, nothing is.
        over = [v for v in self.verdicts if number in v.counted and not v.figures.ok]
        passing = {v.figures.guard: v.figures for v in self.verdicts if v not in over}
        counted = [v.figures.guard for v in self.counting if number in v.counted]
        done = item.state == "done"
        tripped = tuple(self._here(operation.key, verdict.figures) for verdict in over)
        return PlannedOperation(
            operation=operation,
            state=item.state,
            found=item.why,
            on_hold=item.held,
            counted=tuple(
                self._here(operation.key, passing[guard]) for guard in counted if guard in passing
            ),
            held=() if done else tripped,
            past=tripped if done else (),
            falls=not over and not done and number in self.held.positions,
            grounds=grounds(operation, self.plan, self.now),
            takes=self.losses.by_leaving(operation, done=done),
        )

    def _here(self, key: CohortKey, figures: GuardFigures) -> GuardFigures:
        """A guard's figures; of the one that looks at each guild, this one's, too."""
        here = self.removals[key]
        # Of many that are over the limit, it names the first few, and counts the others.
        if figures.guard != _BY_GUILD or here in figures.found.split(", "):
            return figures
        return figures.model_copy(update={"found": f"{here}; most: {figures.found}"})


def guild_of(seen: Planned, uuid: str) -> Guild | None:
    """A guild as AVC has it; None: it is gone."""
    return next((guild for guild in seen.snapshots.avc.guilds if guild.uuid == uuid), None)


def view(plan: Plan, pair: SitePair) -> View:
    """Read both sites, and hold the plan against them.

    Raises PlanFileError when these are not the sites that the plan was made for, NotFound when the
    guild or person that it is about is gone, ReadError, ConfigError, StateError.
    """
    pair = replace(pair, settings=located(pair))
    alone = plan.undoes is not None
    work = saved_alone(plan, pair) if alone else _saved(plan, pair)
    now = work.now or plan_now(pair, FullScope())
    around = work.around(pair)
    found, guards = operations(plan), pair.settings.guards
    verdicts = judged(found, around, guards)
    strict = guards.model_copy(update=dict.fromkeys(_LIMITS, Limit(floor=0)))
    return View(
        plan=plan,
        operations=found,
        checked=work.checked,
        now=now,
        fresh=() if alone else operations(_selected(plan, now)),
        settings=pair.settings,
        verdicts=verdicts,
        counting=judged(found, around, strict),
        removals=_removals(found, around, strict),
        held=held_back(verdicts, work.checked, ()),
        losses=Losses.of(plan, found, now),
    )


def _removals(
    found: Sequence[Operation], around: Around, settings: GuardSettings
) -> Mapping[CohortKey, str]:
    cohorts: dict[CohortKey, list[tuple[int, Operation]]] = defaultdict(list)
    for operation in found:
        here = cohorts[operation.key]
        here.append((len(here), operation))
    rule = RULES[_BY_GUILD]
    return {key: rule(here, around, settings).found for key, here in cohorts.items()}


def of_person(found: View, uid: int, pair: SitePair) -> Planned:
    """What is known of somebody; read once more where the plan was made without looking them up.

    That is so of other guilds than the one that it is about, and, by web services, of whoever is
    in no guild. Of somebody whom AVC does not have, it is what the plan was made from. Raises
    ReadError.
    """
    if _looked_up(uid, found.now):
        return found.now
    try:
        return plan_now(replace(pair, settings=found.settings), UserScope(uid=uid))
    except NotFound:
        return found.now


def _looked_up(uid: int, now: Planned) -> bool:
    avc = now.snapshots.avc
    match now.plan.scope:
        case FullScope():
            active = (uid in active_members(avc, guild) for guild in avc.members)
            return now.snapshots.moodle.everybody or any(active)
        case UserScope(uid=asked):
            return asked == uid
        case GuildScope():
            return False


def _saved(plan: Plan, pair: SitePair) -> Work:
    try:
        return saved(plan, pair)
    except StalePlan as error:
        raise NotFound(
            f"The plan is about what is gone now: {'; '.join(error.reasons)}. With --plan-only it"
            " is explained from its file alone."
        ) from error


def _selected(plan: Plan, now: Planned) -> Plan:
    """A plan made now, with the same words; those that name what is gone leave nothing out."""
    words = (*plan.only, *plan.exclude)
    snapshots = now.snapshots
    there = There(
        [*now.pairing.names.values(), *(word.removeprefix("guild:") for word in words)],
        {
            *snapshots.avc.people,
            *(int(found["uid"]) for found in map(_USER.fullmatch, words) if found),
        },
        now.matching.account_of,
        snapshots.moodle.members,
    )
    return selected(now.plan, plan.only, plan.exclude, there)


def _place(operation: Operation) -> tuple[object, ...]:
    """What an operation is about, whatever its grounds."""
    return (
        type(operation),
        operation.key,
        getattr(operation, "account", None),
        getattr(operation, "role", None),
    )
