"""Arguments and options that several commands share."""

import re
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from reconciler.commands.completion import avc_sites, moodle_sites

if TYPE_CHECKING:
    from reconciler.models.plan import Plan
    from reconciler.models.scope import Scope
    from reconciler.reconciliation import SitePair

AvcName = Annotated[
    str,
    typer.Argument(
        metavar="AVC", help="The AVC site, as nwp.yml names it.", autocompletion=avc_sites
    ),
]
MoodleName = Annotated[
    str,
    typer.Argument(
        metavar="MOODLE", help="The Moodle site, as nwp.yml names it.", autocompletion=moodle_sites
    ),
]
Full = Annotated[bool, typer.Option("--full", help="All guilds and users (the default).")]
GuildName = Annotated[
    str | None, typer.Option("--guild", metavar="NAME", help="One guild, by its machine name.")
]
UserId = Annotated[
    int | None,
    typer.Option("--user", metavar="ID", max=2**31, help="One user, by AVC's user id."),
]
Debug = Annotated[
    bool, typer.Option("--debug", "-d", help="Show tracebacks, and what the sites were asked.")
]
LogFormat = Annotated[
    Literal["text", "json"],
    typer.Option(
        "--log-format",
        help="json: write a line of JSON for each step to standard error, and what is meant for"
        " people to standard output alone. Without it, RECONCILER_LOG_FORMAT in the environment"
        " says which.",
    ),
]
Ack = Annotated[
    list[str] | None,
    typer.Option(
        "--ack",
        metavar="GUARD@HASH",
        help="Acknowledge what a guard holds back, for exactly the operations that it counted."
        " May be given several times.",
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="guild:NAME|user:ID",
        help="Plan nothing but this guild's, or this user's. May be given several times.",
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude",
        metavar="guild:NAME|user:ID",
        help="Leave this guild, or this user, out of the plan. May be given several times.",
    ),
]

_AGE = re.compile(r"(?P<number>[0-9]{1,6})(?P<unit>[mhdw])")
_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_AHEAD = 300
"""Seconds that clocks may differ."""


def require_one_mode(*, full: bool, guild: str | None, user: int | None) -> None:
    """Raise ConfigError when more than one mode is given; none means full."""
    from reconciler.errors import ConfigError

    if full + (guild is not None) + (user is not None) > 1:
        raise ConfigError("--full, --guild and --user contradict each other: give one of them")


def scope_for(pair: "SitePair", guild: str | None, user: int | None) -> "Scope":
    """The scope that the options mean. Raises NotFound, ConfigError, ReadError."""
    from reconciler.gather import guild_scope
    from reconciler.models.scope import FullScope, UserScope

    if guild is not None:
        return guild_scope(guild, pair.avc, pair.moodle, pair.settings)
    return FullScope() if user is None else UserScope(uid=user)


def refuse_older(plan: "Plan", limit: str | None, now: float) -> None:
    """Raise ConfigError for a limit that is no age, PlanFileError for a plan that is older.

    ``now`` is Unix time.
    """
    from datetime import UTC

    from reconciler.errors import ConfigError, PlanFileError

    if limit is None:
        return
    found = _AGE.fullmatch(limit)
    if found is None:
        raise ConfigError(f"--max-age {limit!r} is no age: 90m, 12h, 7d or 2w would be one")
    if plan.made is None:
        raise PlanFileError("The plan does not say when it was made: plan again.")
    age = now - plan.made.timestamp()
    made = plan.made.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    if age < -_AHEAD:
        raise PlanFileError(f"The plan was made on {made}, which is to come: a clock is wrong.")
    if age > int(found["number"]) * _SECONDS[found["unit"]]:
        raise PlanFileError(f"The plan was made on {made}, more than {limit} ago: plan again.")
