"""Arguments and options that several commands share."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from reconciler.models.scope import Scope
    from reconciler.reconciliation import SitePair

AvcName = Annotated[str, typer.Argument(metavar="AVC", help="The AVC site, as nwp.yml names it.")]
MoodleName = Annotated[
    str, typer.Argument(metavar="MOODLE", help="The Moodle site, as nwp.yml names it.")
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
