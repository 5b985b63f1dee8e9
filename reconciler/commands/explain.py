from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.commands.files import PlanFile, read_plan
from reconciler.commands.options import Debug, LogFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.models.plan import Plan
    from reconciler.reconciliation import SitePair

_WIDEST = 100
"""Columns; longer lines are hard to read."""


def explain(
    file: PlanFile,
    user: Annotated[
        str | None,
        typer.Option(
            "--user",
            metavar="WHO",
            help="Somebody: AVC's user id, moodle:ID with Moodle's, or a user name of either.",
        ),
    ] = None,
    guild: Annotated[
        str | None,
        typer.Option(
            "--guild",
            metavar="GUILD",
            help="A guild: machine name, UUID, alias or label. With --user: of that guild only.",
        ),
    ] = None,
    plan_only: Annotated[
        bool, typer.Option("--plan-only", help="Explain from the file alone; ask neither site.")
    ] = False,
    log_format: LogFormat = "text",  # noqa: ARG001 - the runner looks at it
    debug: Debug = False,
) -> int:
    """Say why a plan does something to somebody, or in a guild, or why it does not.

    Reads both sites, as plan does, and writes to neither. Tells what AVC and
    Moodle have, who was taken for whom on which evidence, on what ground the
    plan acts or not, what it costs, what guards say, and what has changed since.

    Examples:
      reconciler explain plans/today.yaml --user 77
      reconciler explain plans/today.yaml --user 77 --guild web-dev
      reconciler explain plans/today.yaml --guild web-dev --plan-only

    Exit codes: 0 explained, 1 error.
    """
    from shutil import get_terminal_size

    from reconciler.config.sites import connect_pair
    from reconciler.errors import ConfigError
    from reconciler.render.log import about, follow
    from reconciler.render.terminal import Terminal, note

    if user is None and guild is None:
        raise ConfigError("say whom it is about: --user WHO, or --guild GUILD")
    plan, width = read_plan(file), min(get_terminal_size().columns, _WIDEST)
    about(plan)
    terminal = Terminal()
    if plan_only:
        terminal.lines(_from_file(plan, user, guild, width))
        return 0
    pair = connect_pair(plan.avc.site, plan.moodle.site).pair
    follow(pair)
    try:
        terminal.lines(_from_sites(plan, pair, user, guild, width))
    finally:
        note(pair.traffic(), debug=debug)
    return 0


def _from_sites(
    plan: "Plan", pair: "SitePair", user: str | None, guild: str | None, width: int
) -> "Iterator[str]":
    from reconciler.explain import person_explained, who
    from reconciler.explain_guild import guild_explained
    from reconciler.explain_names import guild_named
    from reconciler.explain_view import view
    from reconciler.render.explain import person_lines
    from reconciler.render.explain_guild import guild_lines

    found = view(plan, pair)
    named = None if guild is None else guild_named(guild, plan, found.now)
    if user is not None:
        subject, seen = who(found, user, pair)
        uuid = named.uuid if named else None
        yield from person_lines(person_explained(found, seen, subject, uuid), plan, width)
    elif named is not None:
        yield from guild_lines(guild_explained(found, named.uuid), plan, width)


def _from_file(plan: "Plan", user: str | None, guild: str | None, width: int) -> "Iterator[str]":
    from reconciler.explain_file import guild_alone, person_alone
    from reconciler.explain_names import guild_named, subject_named
    from reconciler.render.explain import person_lines
    from reconciler.render.explain_guild import guild_lines

    named = None if guild is None else guild_named(guild, plan, None)
    if user is not None:
        found = person_alone(plan, subject_named(user, plan, None), named)
        yield from person_lines(found, plan, width)
    elif named is not None:
        yield from guild_lines(guild_alone(plan, named), plan, width)
