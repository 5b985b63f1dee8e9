"""``reconciler sandbox``: two embedded sites to try things out on."""

import shlex
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from reconciler.commands.options import Debug

if TYPE_CHECKING:
    from reconciler.ports import SandboxSites

sandbox = typer.Typer(
    help="Two embedded sites to try things out on.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Directory = Annotated[str, typer.Argument(metavar="DIR", help="The sandbox's directory.")]

_OF_TWO = {
    "join": "UID:GUILD",
    "leave": "UID:GUILD",
    "mail": "UID:ADDRESS",
    "rename": "GUILD:LABEL",
}


def _given(metavar: str, meaning: str) -> Any:
    """An option of ``change``, which may be given several times."""
    return typer.Option(metavar=metavar, help=meaning)


def sandbox_sites() -> "SandboxSites":
    """The provider of the embedded sites."""
    from importlib.metadata import entry_points

    (point,) = entry_points(group="reconciler.providers", name="sandbox")
    return cast("SandboxSites", point.load()())


@sandbox.command()
def create(
    directory: Directory,
    guilds: Annotated[int, typer.Option(min=0, help="Guilds.")] = 5,
    users: Annotated[int, typer.Option(min=0, help="Accounts in AVC.")] = 40,
    members: Annotated[int, typer.Option(min=0, help="Memberships in all guilds together.")] = 60,
    seed: Annotated[int, typer.Option(help="The same seed gives the same community.")] = 1,
    release: Annotated[str, typer.Option(help="Answer as this Moodle: 4.5.6 or 5.1.3.")] = "4.5.6",
    ddev: Annotated[
        bool,
        typer.Option(
            "--ddev", help="Two directories like DDEV projects, and a stand-in for ddev; needs PHP."
        ),
    ] = False,
    debug: Debug = False,  # noqa: ARG001 - the runner looks at it
) -> int:
    """Write avc.sqlite, moodle.sqlite and an nwp.yml with the sites avc and ss into DIR.

    Examples:
      reconciler sandbox create community
      reconciler sandbox create big --guilds 50 --users 1000 --members 2924
      reconciler sandbox create projects --ddev

    Exit codes: 0 done, 1 error.
    """
    from reconciler.render.terminal import Terminal

    sandbox_sites().create(
        directory,
        guilds=guilds,
        users=users,
        members=members,
        seed=seed,
        release=release,
        ddev=ddev,
    )
    there = "" if directory == "." else f"cd {shlex.quote(directory)} && "
    path = "PATH=$PWD/bin:$PATH " if ddev else ""
    Terminal().line(f"Made a sandbox. Try: {there}{path}reconciler plan avc ss -o first.yaml")
    return 0


@sandbox.command()
def change(
    directory: Directory,
    join: Annotated[list[str] | None, _given("UID:GUILD", "Somebody joins a guild.")] = None,
    leave: Annotated[list[str] | None, _given("UID:GUILD", "Somebody leaves a guild.")] = None,
    block: Annotated[list[str] | None, _given("UID", "Somebody is blocked.")] = None,
    unblock: Annotated[list[str] | None, _given("UID", "Somebody is no longer blocked.")] = None,
    mail: Annotated[list[str] | None, _given("UID:ADDRESS", "Another e-mail address.")] = None,
    rename: Annotated[list[str] | None, _given("GUILD:LABEL", "A guild's new name.")] = None,
    delete: Annotated[list[str] | None, _given("GUILD", "A guild is deleted.")] = None,
    debug: Debug = False,  # noqa: ARG001 - the runner looks at it
) -> int:
    """Change the sandbox's AVC, as people would in its pages: all of it, or nothing.

    A person goes by AVC's user id; a guild by its machine name, as plans show it,
    by its label or its UUID. Each option may be given several times.

    Examples:
      reconciler sandbox change . --block 2
      reconciler sandbox change . --join 77:web-dev --mail 3:new@example.org
      reconciler sandbox change . --rename 'web-dev:Web Craft'

    Exit codes: 0 done, 1 error.
    """
    from reconciler.errors import ConfigError
    from reconciler.render.terminal import Terminal

    asked = {
        "join": join,
        "leave": leave,
        "block": block,
        "unblock": unblock,
        "mail": mail,
        "rename": rename,
        "delete": delete,
    }
    changes = [_change(kind, text) for kind, texts in asked.items() for text in texts or ()]
    if not changes:
        raise ConfigError("say what is to change: --block UID, say; --help has the others")
    terminal = Terminal()
    for done in sandbox_sites().change(directory, changes):
        terminal.line(f"✓ {done}")
    return 0


def _change(kind: str, text: str) -> tuple[str, str, str]:
    """The change that an option's text asks for. Raises ConfigError."""
    from reconciler.errors import ConfigError

    if kind not in _OF_TWO:
        return kind, text, ""
    of, colon, what = text.partition(":")
    if not colon:
        raise ConfigError(f"--{kind} {text!r}: it has to be {_OF_TWO[kind]}")
    return kind, of, what


@sandbox.command()
def serve(
    directory: Directory,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free one.")] = 8045,
    debug: Debug = False,  # noqa: ARG001 - the runner looks at it
) -> int:
    """Serve the sandbox's Moodle on 127.0.0.1: its web services, and nothing else.

    Examples:
      reconciler sandbox serve community --port 8045

    Exit codes: 0 done, 1 error.
    """
    from reconciler.render.terminal import Terminal

    terminal = Terminal()

    def ready(url: str, token: str) -> None:
        terminal.line(f"Moodle's web services at {url} (token: {token}); Ctrl-C ends it")

    sandbox_sites().serve(directory, port, ready)
    return 0
