"""What DDEV could not do, and what is no project of it, as our errors.

Each sentence names the site, how programs get there, and what to do about it.
"""

import re

from providers.carriers.errors import NOT_FOUND, Ended, Place, ProgramMissing, last_line
from reconciler.errors import (
    AccessRefused,
    ConfigError,
    ReadError,
    SiteUnreachable,
    UnexpectedAnswer,
)


def not_running(status: str, place: Place) -> SiteUnreachable:
    """A DDEV project in which nothing can be run; nobody starts it but its people."""
    remedy = {
        "stopped": f"Run ddev start in {place.directory}.",
        "paused": f"Run ddev start in {place.directory}.",
        "starting": f"Wait until ddev describe in {place.directory} says running.",
    }.get(
        status, f"Run ddev describe in {place.directory} to see why, and ddev restart to mend it."
    )
    return SiteUnreachable(
        f"The DDEV project of site {place.site} ({place.words}) is {status or 'in no known state'}."
        f" {remedy}"
    )


def no_project(place: Place) -> SiteUnreachable:
    """A directory without .ddev/config.yaml."""
    return SiteUnreachable(
        f"Site {place.site} has no DDEV project in {place.directory} ({place.words}). Set its"
        " directory in nwp.yml to where .ddev is, or set access.carrier to local."
    )


def not_described(said: str, place: Place) -> ReadError:
    """What ``ddev describe`` says instead of describing: DDEV's own sentence."""
    if re.search("could not find a project|can no longer find your project", said):
        return no_project(place)
    if "root privileges" in said:
        return AccessRefused(
            f"DDEV does not run as root, for site {place.site} ({place.words}). Run as the user"
            " whose project it is."
        )
    remedy = (
        "Start Docker." if "Docker" in said else f"Run ddev describe in {place.directory} and look."
    )
    return SiteUnreachable(
        f"DDEV cannot describe the project of site {place.site} ({place.words}):"
        f" {said or 'it says nothing'}. {remedy}"
    )


def no_description(place: Place) -> UnexpectedAnswer:
    """``ddev describe`` ended well, and nothing that it wrote is a description."""
    return UnexpectedAnswer(
        f"{place.of('ddev describe -j')} answered nothing that is known as a description. Run it in"
        f" {place.directory} and look; DDEV 1.21 to 1.25 are known."
    )


def from_ddev(error: Ended, program: str, place: Place, outside: Place) -> ReadError | None:
    """What DDEV could not do, or the end of the program inside with its own exit code.

    ``ddev exec`` ends with "Failed to execute command `…`: exit status N" when the program inside
    failed, in every release from 1.21 (cmd/ddev/cmd/exec.go); the exit code itself is always 1
    before 1.24.7. DDEV's own failures have other words after the colon, or before it. None when
    neither is there: words of a release to come. ``outside`` is where DDEV itself runs.
    """
    if last_line(r"Project is not currently running", error.said):
        return not_running("stopped", outside)
    failed = last_line(r"Failed to |Docker error: |Could not connect to |No running ", error.said)
    if not failed:
        return None
    status = re.match(r"Failed to execute command .*: exit status (\d+)$", failed)
    if not status:
        return SiteUnreachable(
            f"DDEV could not start {place.of(program)}: {failed}. Run ddev describe in"
            f" {place.directory} and look."
        )
    said = tuple(line for line in error.said if line != failed)
    code = int(status[1])
    if code == NOT_FOUND and said and re.search("not found|No such file", said[-1]):
        return ProgramMissing(program, place)
    return Ended(place.of(program), code, said)


def not_plain(argument: str, site: str) -> ConfigError:
    """An argument that the shell in a DDEV project would act on."""
    return ConfigError(
        f"{argument!r} cannot be given to a program of site {site}: DDEV hands it to a shell. Use"
        " letters, digits and _./:=@,+- in the site's access in nwp.yml."
    )
