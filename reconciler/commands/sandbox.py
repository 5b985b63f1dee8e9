"""``reconciler sandbox``: two embedded sites to try things out on."""

import shlex
from typing import TYPE_CHECKING, Annotated, cast

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
    change = "" if directory == "." else f"cd {shlex.quote(directory)} && "
    path = "PATH=$PWD/bin:$PATH " if ddev else ""
    Terminal().line(f"Made a sandbox. Try: {change}{path}pl avc-moodle-sync avc ss --full")
    return 0


@sandbox.command()
def serve(
    directory: Directory,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free one.")] = 8045,
    debug: Debug = False,  # noqa: ARG001 - the runner looks at it
) -> int:
    """Serve the sandbox's Moodle on 127.0.0.1: its web services, and nothing else.

    Examples:
      reconciler sandbox serve community --port 8045
    """
    from reconciler.render.terminal import Terminal

    terminal = Terminal()

    def ready(url: str, token: str) -> None:
        terminal.line(f"Moodle's web services at {url} (token: {token}); Ctrl-C ends it")

    sandbox_sites().serve(directory, port, ready)
    return 0
