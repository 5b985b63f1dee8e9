from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.commands.apply import Yes
from reconciler.commands.options import AvcName, Debug, MoodleName

if TYPE_CHECKING:
    from reconciler.models.operations import ChangeCohort
    from reconciler.reconciliation import SitePair


def release(
    avc: AvcName,
    moodle: MoodleName,
    cohort: Annotated[
        str, typer.Argument(metavar="COHORT", help="The cohort, by its idnumber or id.")
    ],
    yes: Yes = False,
    debug: Debug = False,
) -> int:
    """Let a cohort go: take our mark and lock from it, and leave everything else as it is."""
    from reconciler.config.sites import connect_pair
    from reconciler.models.moodle import MoodleQuery
    from reconciler.pairing import NAME_PREFIX
    from reconciler.release import released
    from reconciler.render.terminal import Terminal, name, note

    pair = connect_pair(avc, moodle).pair
    terminal = Terminal()
    try:
        with pair.writing():
            site_uuid = pair.avc.inspect().site_uuid
            snapshot = pair.moodle.read(MoodleQuery())
            operation = released(cohort, site_uuid, snapshot, locks=pair.settings.lock_cohorts)
            (found,) = (one for one in snapshot.cohorts if one.id == operation.cohort)
            terminal.line(
                f"Cohort {found.id} '{name(found.name)}' of guild {name(operation.guild)}"
            )
            if not yes and terminal.interactive and not typer.confirm("Let it go?"):
                terminal.line("Nothing was written.")
                return 1
            _write(operation, pair, site_uuid, snapshot.url)
    finally:
        note(pair.traffic(), debug=debug)
    terminal.line("✓ It bears no mark any more: nothing of this program touches it.")
    if found.name.startswith(NAME_PREFIX):
        terminal.line(
            f"⚠ Its name still starts with '{NAME_PREFIX}', and its idnumber is a guild's: the next"
            " sync adopts it again. Rename it in Moodle to keep it out."
        )
    return 0


def _write(operation: "ChangeCohort", pair: "SitePair", site_uuid: str, url: str) -> None:
    """Carry it out and record it. Raises PartlyApplied, ReadError, StateError."""
    from reconciler.applier import carry_out, require_success
    from reconciler.models.journal import RunStart
    from reconciler.models.operations import Run, Step
    from reconciler.models.plan import AvcSide, MoodleSide

    todo = [Step(operation)]
    start = RunStart(
        avc=AvcSide(site=pair.names.avc, uuid=site_uuid, guilds=0, memberships=0),
        moodle=MoodleSide(site=pair.names.moodle, url=url),
        scope="release",
        digest="",
        by=pair.by,
    )
    run = Run(avc=site_uuid, scope="release", by=pair.by)
    applied = []
    with pair.state.run(start, todo) as record:
        for item in carry_out(todo, pair.moodle, run):
            record(item.outcome)
            applied.append(item)
        require_success(applied, ())
