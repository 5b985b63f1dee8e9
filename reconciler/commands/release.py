from typing import Annotated

import typer

from reconciler.commands.apply import Yes
from reconciler.commands.options import AvcName, Debug, MoodleName


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
    from reconciler.applier import Applied, require_success
    from reconciler.config.sites import connect_pair
    from reconciler.models.moodle import MoodleQuery
    from reconciler.models.operations import Run, Step
    from reconciler.pairing import NAME_PREFIX
    from reconciler.release import released
    from reconciler.render.terminal import Terminal, name, note

    pair = connect_pair(avc, moodle).pair
    site_uuid = pair.avc.inspect().site_uuid
    snapshot = pair.moodle.read(MoodleQuery())
    operation = released(cohort, site_uuid, snapshot, locks=pair.settings.lock_cohorts)
    (found,) = (one for one in snapshot.cohorts if one.id == operation.cohort)
    terminal = Terminal()
    terminal.line(f"Cohort {found.id} '{name(found.name)}' of guild {name(operation.guild)}")
    if not yes and terminal.interactive and not typer.confirm("Let it go?"):
        terminal.line("Nothing was written.")
        return 1
    try:
        outcomes = pair.moodle.write([Step(operation)], Run(avc=site_uuid, scope="release"))
        require_success([Applied(operation, outcome) for outcome in outcomes], ())
    finally:
        note(pair.traffic(), debug=debug)
    terminal.line("✓ It bears no mark any more: nothing of this program touches it.")
    if found.name.startswith(NAME_PREFIX):
        terminal.line(
            f"⚠ Its name still starts with '{NAME_PREFIX}', and its idnumber is a guild's: the next"
            " sync adopts it again. Rename it in Moodle to keep it out."
        )
    return 0
