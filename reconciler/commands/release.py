from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.commands.apply import Yes
from reconciler.commands.options import Ack, AvcName, Debug, LogFormat, MoodleName

if TYPE_CHECKING:
    from reconciler.models.operations import ChangeCohort
    from reconciler.models.plan import Plan
    from reconciler.reconciliation import SitePair


def release(
    avc: AvcName,
    moodle: MoodleName,
    cohort: Annotated[
        str, typer.Argument(metavar="COHORT", help="The cohort, by its idnumber or id.")
    ],
    yes: Yes = False,
    ack: Ack = None,
    log_format: LogFormat = "text",  # noqa: ARG001 - the runner looks at it
    debug: Debug = False,
) -> int:
    """Let a cohort go: take our mark and lock from it, and leave everything else as it is.

    Its members stay, and so do enrolments. Nothing of this program touches it
    from then on.

    Examples:
      reconciler release avc ss web-dev
      reconciler release avc ss web-dev --yes

    Exit codes: 0 released, 1 error or not wanted, 3 a guard holds it back.
    """
    from reconciler.config.sites import connect_pair
    from reconciler.held_back import refuse_held_back
    from reconciler.models.moodle import MoodleQuery
    from reconciler.pairing import NAME_PREFIX
    from reconciler.reconciliation import Work
    from reconciler.release import plan_of, released
    from reconciler.render.log import follow
    from reconciler.render.terminal import Terminal, name, note
    from reconciler.stale import Checked

    pair = connect_pair(avc, moodle).pair
    follow(pair)
    terminal = Terminal()
    try:
        with pair.writing():
            site_uuid = pair.avc.inspect().site_uuid
            snapshot = pair.moodle.read(MoodleQuery())
            operation = released(cohort, site_uuid, snapshot, locks=pair.settings.lock_cohorts)
            (found,) = (one for one in snapshot.cohorts if one.id == operation.cohort)
            plan = plan_of(operation, pair.names, site_uuid, snapshot)
            work = Work(plan, (Checked(operation, "to do"),), snapshot, None)
            # A copy of AVC has the marks of the original, whose Moodle this may be.
            refuse_held_back(work.held_back(pair, ack or ()))
            terminal.line(
                f"Cohort {found.id} '{name(found.name)}' of guild {name(operation.guild)}"
            )
            if not yes and terminal.interactive and not typer.confirm("Let it go?"):
                terminal.line("Nothing was written.")
                return 1
            _write(operation, pair, plan)
    finally:
        note(pair.traffic(), debug=debug)
    terminal.line("✓ It bears no mark any more: nothing of this program touches it.")
    if found.name.startswith(NAME_PREFIX):
        terminal.line(
            f"⚠ Its name still starts with '{NAME_PREFIX}', and its idnumber is a guild's: the next"
            " sync adopts it again. Rename it in Moodle to keep it out."
        )
    return 0


def _write(operation: "ChangeCohort", pair: "SitePair", plan: "Plan") -> None:
    """Carry it out and record it; Moodle keeps no record, as it is no synchronisation.

    Raises PartlyApplied, ReadError, StateError.
    """
    from reconciler.applier import carry_out, require_success
    from reconciler.models.journal import RunStart
    from reconciler.models.operations import Run, Step

    todo = [Step(operation)]
    start = RunStart(avc=plan.avc, moodle=plan.moodle, scope="release", digest="", by=pair.by)
    run = Run(avc=plan.avc.uuid, scope="release", by=pair.by)
    applied = []
    with pair.state.run(start, todo) as record:
        for item in carry_out(todo, pair.moodle, run):
            record(item.outcome)
            applied.append(item)
        require_success(applied, ())
