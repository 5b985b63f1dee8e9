"""Why a saved plan no longer fits: what was expected, what was found, what falls with it."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

from reconciler import wording
from reconciler.dependencies import falling
from reconciler.errors import StalePlan
from reconciler.models.log import LoggedChange
from reconciler.models.operations import Operation
from reconciler.operations import words
from reconciler.stale import Checked

SHOWN = 3
"""Operations that fall with a stale one, and logged changes, that are named one by one."""


def stale(checked: Sequence[Checked]) -> frozenset[int]:
    """Positions of the stale operations."""
    return frozenset(number for number, item in enumerate(checked) if item.state == "stale")


def touched(checked: Sequence[Checked]) -> frozenset[int]:
    """The cohorts that stale operations are about: whose log may tell who changed them."""
    cohorts = (getattr(item.operation, "cohort", None) for item in checked if item.state == "stale")
    return frozenset(cohort for cohort in cohorts if cohort is not None)


def reasons(checked: Sequence[Checked], logged: Sequence[LoggedChange] | None) -> tuple[str, ...]:
    """A sentence for each stale operation; ``logged`` is Moodle's log, newest first, if seen."""
    return tuple(
        f"{checked[number].why}{_with_it(checked, number)}{_who(checked[number].operation, logged)}"
        for number in sorted(stale(checked))
    )


def refuse_stale(checked: Sequence[Checked], logged: Sequence[LoggedChange] | None) -> None:
    """Raise StalePlan, with a reason for each, where an operation is stale."""
    found = [item for item in checked if item.state == "stale"]
    if not found:
        return
    held = sum(item.held for item in found)
    changed = len(found) - held
    what = f"nwp.yml holds {wording.number(held, 'operation')} of this plan by now."
    if changed:
        fit = "fits" if changed == 1 else "fit"
        what = (
            f"The sites have changed since this plan was made: {changed} of its operations no"
            f" longer {fit}."
        ) + (f" Besides, nwp.yml holds {held}." if held else "")
    raise StalePlan(
        reasons(checked, logged),
        f"{what} Nothing was written. Plan again, or carry out the rest with --skip-stale.",
    )


def left_out_words(checked: Sequence[Checked], left_out: Collection[int]) -> str:
    """How much was left out as stale, or with what is, and why."""
    held_stale = {n for n in stale(checked) if checked[n].held}
    changed = falling([item.operation for item in checked], stale(checked) - held_stale)
    left = {n for n in left_out if checked[n].state != "done"}
    gone = len(left & changed - held_stale)
    held = len(left) - gone
    because = "as the sites have changed since this plan was made"
    hold = f"as nwp.yml holds {'it' if held == 1 else 'them'}"
    were = "1 was left out" if len(left) == 1 else f"{len(left)} were left out"
    if not gone:
        return f"{were}, {hold}."
    why = f": {gone} {because}, {held} {hold}" if held else f", {because}"
    return f"{were}{why}. Make a new plan."


def _with_it(checked: Sequence[Checked], number: int) -> str:
    fallen = falling([item.operation for item in checked], {number}) - {number}
    waiting = [words(checked[one].operation) for one in sorted(fallen) if _to_do(checked[one])]
    if not waiting:
        return ""
    more = f" and {len(waiting) - SHOWN} more" if len(waiting) > SHOWN else ""
    return f"; with it falls: {', '.join(waiting[:SHOWN])}{more}"


def _to_do(item: Checked) -> bool:
    return item.state == "to do"


def _who(operation: Operation, logged: Sequence[LoggedChange] | None) -> str:
    if logged is None:
        return ""
    found = list(_about(operation, logged))[:SHOWN]
    return f" (Moodle's log: {'; '.join(_change(change) for change in found)})" if found else ""


def _about(operation: Operation, logged: Sequence[LoggedChange]) -> Iterator[LoggedChange]:
    """What is logged of the operation's cohort, and of its account if it has one."""
    account = getattr(operation, "account", None)
    for change in logged:
        if change.cohort == getattr(operation, "cohort", None) and (
            change.account in {None, account} if account is not None else change.account is None
        ):
            yield change


def _change(change: LoggedChange) -> str:
    when = datetime.fromtimestamp(change.time, UTC).strftime("%Y-%m-%d %H:%M UTC")
    whom = f" account {change.account}" if change.account is not None else " the cohort"
    how = f" ({change.origin})" if change.origin else ""
    by = f"'{change.by_name}'" if change.by_name else f"account {change.by}"
    verbs = {"member-added": "added", "member-removed": "removed"}
    return f"{by} {verbs.get(change.event, change.event)}{whom}{how}, {when}"
