"""``pl avc-moodle-status``: how the integration of two sites stands."""

from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.commands.options import AvcName, Debug, MoodleName

if TYPE_CHECKING:
    from reconciler.config.sites import Described
    from reconciler.inspection import Ways
    from reconciler.models.status import Drift
    from reconciler.ports import Web


def avc_moodle_status(
    avc_site: AvcName,
    moodle_site: MoodleName,
    check: Annotated[
        bool, typer.Option("--check", help="Work out, too, what a full sync would do now.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    debug: Debug = False,  # noqa: ARG001 - the runner looks at it
) -> int:
    """Show how the integration of an AVC site and a Moodle site stands. Writes nothing.

    Examples:
      pl avc-moodle-status avc ss
      pl avc-moodle-status avc ss --check
      pl avc-moodle-status avc ss --json

    Exit codes: 0 all is well; 1 when a site could not be read, or something is
    broken: a key or an endpoint is missing, the last synchronisation failed, is
    over a day old, or in the future.
    """
    import json
    import time

    from reconciler.config.sites import describe_pair
    from reconciler.dashboard import dashboard
    from reconciler.inspection import look
    from reconciler.render.status import heading, status_lines
    from reconciler.render.terminal import Terminal

    described = describe_pair(avc_site, moodle_site)
    ways = ways_to(described, avc_site, moodle_site)
    seen = look(ways, the_web(), time.time)
    drift, drift_error = _drift(ways) if check else (None, "")
    status = dashboard(seen, int(time.time()), drift=drift, drift_error=drift_error)
    if as_json:
        typer.echo(json.dumps(status.model_dump(mode="json"), indent=2))
    else:
        terminal = Terminal()
        terminal.lines(heading())
        terminal.lines(status_lines(status))
    return int(bool(status.broken))


def ways_to(described: "Described", avc: str, moodle: str) -> "Ways":
    """How the two sites are reached."""
    from reconciler.inspection import Ways
    from reconciler.planner import Sites

    return Ways(
        names=Sites(avc, moodle),
        avc=described.connect_avc,
        moodle=described.connect_moodle,
        known=described.known,
        by_php=described.moodle_by_php,
    )


def the_web() -> "Web":
    """What asks for pages."""
    from importlib.metadata import entry_points
    from typing import cast

    (point,) = entry_points(group="reconciler.providers", name="web")
    return cast("Web", point.load()())


def _drift(ways: "Ways") -> "tuple[Drift | None, str]":
    """What a full synchronisation would do now, or why that cannot be said."""
    from reconciler.config.sites import joined_pair
    from reconciler.dashboard import drift_of
    from reconciler.errors import ReconcilerError
    from reconciler.inspection import sentence
    from reconciler.models.scope import FullScope
    from reconciler.reconciliation import plan_now

    try:
        pair = joined_pair(ways.names, ways.avc(), ways.moodle(), ways.known)
        return drift_of(plan_now(pair, FullScope()).plan), ""
    except ReconcilerError as error:
        return None, sentence(error)
