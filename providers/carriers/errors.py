"""What the operating system, sudo and ssh could not do, as our errors; of DDEV, ``ddev_failures``.

Each sentence names the site, how programs get there, and what to do about it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from providers.carriers.ssh_failures import BROKEN, FAILURES
from reconciler.errors import (
    AccessRefused,
    ConfigError,
    ReadError,
    SiteUnreachable,
)

_SSH_FAILED = 255
"""ssh(1), EXIT STATUS: what the far program gives, or 255 if an error occurred."""

NOT_FOUND, _NOT_EXECUTABLE = 127, 126
"""Of every shell: POSIX, Shell Command Language, 2.8.2."""


@dataclass(frozen=True)
class Place:
    """A site, the words for how a program gets there, and the directory that it starts in."""

    site: str
    words: str
    directory: str = ""

    def of(self, program: str) -> str:
        """A program that runs there."""
        return f"{program} at site {self.site} ({self.words})"


class Ended(SiteUnreachable):
    """A program ended with another exit code than 0.

    ``code`` is negative for a signal; ``said`` are the last lines of its standard error.
    """

    def __init__(self, where: str, code: int, said: tuple[str, ...]) -> None:
        said = tuple(map(discreet, said))
        words = f": {said[-1].rstrip('.')}" if said else ", without a word on standard error"
        super().__init__(f"{where} ended with exit code {code}{words}.")
        self.code = code
        self.said = said


_QUOTES_CODE = re.compile(r"[Pp]arse ?[Ee]rror|syntax error|Undefined |unexpected ")
"""What PHP says of a file that it does not understand, with a piece of it."""


def discreet(line: str) -> str:
    """What PHP said, without the pieces of a file that it quotes.

    The file may be settings.php or config.php, and the piece half of a password with a quotation
    mark in it.
    """
    if not _QUOTES_CODE.search(line):
        return line
    return re.sub(r"\"[^\"]*(\"|$)|'[^']*('|$)|\$\w+", "…", line)


class Silent(SiteUnreachable):
    """A program was stopped because nothing came from it."""

    def __init__(self, where: str, seconds: float) -> None:
        super().__init__(
            f"{where} said nothing for {seconds:g} seconds, and was stopped. Look at the site's"
            " load, or raise access.silence in nwp.yml."
        )
        self.seconds = seconds


class ProgramMissing(SiteUnreachable):
    """A program is not there to be started; ``program`` is its name."""

    def __init__(self, program: str, place: Place) -> None:
        remedy = _INSTALL.get(
            program, "Install it there, or give its path in the site's access in nwp.yml."
        )
        super().__init__(
            f"The program {program} for site {place.site} is not to be found {place.words}."
            f" {remedy}"
        )
        self.program = program


_INSTALL = {
    "ddev": "Install DDEV there, or set access.carrier to local in nwp.yml.",
    "ssh": "Install OpenSSH's client.",
    "sudo": "Install it there, or take run_as out of the site's access in nwp.yml.",
}


def not_started(error: OSError, program: str, place: Place) -> ReadError:
    """A program that the operating system does not start."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        if error.filename == place.directory:
            return _no_directory(place)
        return ProgramMissing(program, place)
    if isinstance(error, PermissionError):
        return AccessRefused(
            f"This user may not run {program} in {place.directory} for site {place.site}"
            f" ({place.words}). Run as a user who may, or mend the permissions."
        )
    return SiteUnreachable(
        f"{place.of(program)} cannot be started ({error.strerror or error}). Check its path in the"
        " site's access in nwp.yml."
    )


def not_seen(error: OSError, place: Place) -> AccessRefused:
    """A directory that this user may not look into."""
    return AccessRefused(
        f"This user may not look into {place.directory} of site {place.site}"
        f" ({error.strerror or error}). Run as a user who may."
    )


def _no_directory(place: Place) -> SiteUnreachable:
    return SiteUnreachable(
        f"Site {place.site} has no directory {place.directory} {place.words}. Set its directory in"
        " nwp.yml."
    )


def _not_entered(place: Place, host: str) -> AccessRefused:
    return AccessRefused(
        f"{host} does not let us into {place.directory} of site {place.site} ({place.words}). Let"
        " the user who logs in there enter it (chmod o+x, or by its group), also for run_as, or log"
        " in as its owner."
    )


def from_sudo(error: Ended, program: str, user: str, place: Place) -> ReadError | None:
    """What sudo itself refused; None for the end of the program that it started.

    sudo's own failures have exit code 1 and ``sudo: …`` or a sentence on standard error. In other
    languages than English only the ``sudo:`` is left, and its line is told.
    """
    if error.code != 1:
        return None
    if last_line(r"sudo: unknown user", error.said):
        return SiteUnreachable(
            f"There is no user {user} for {place.of(program)}. Mend access.run_as in nwp.yml."
        )
    if last_line(r"sudo: .*: command not found$", error.said):
        return ProgramMissing(program, place)
    if last_line(_NOT_ALLOWED, error.said):
        return AccessRefused(
            f"sudo does not let this user start {place.of(program)} without a password. Let"
            f" sudoers allow it (NOPASSWD), or run as {user}, without access.run_as."
        )
    if said := last_line(r"sudo: ", error.said):
        return AccessRefused(
            f"sudo does not start {place.of(program)}: {said.removeprefix('sudo: ')}. Mend that,"
            f" or run as {user}, without access.run_as."
        )
    return None


_NOT_ALLOWED = (
    r"sudo: (a password|a terminal) is required|Sorry, user |.* is not in the sudoers file"
    r"|.* may not run sudo|.* is not allowed to run sudo"
)


def from_ssh(
    error: Ended, program: str, place: Place, host: str, *, begun: bool
) -> ReadError | None:
    """What ssh, or the shell at the far end, could not do; None for the end of the program.

    ssh's own failures have exit code 255, as PHP's fatal errors have: only ssh's words tell them
    apart. ``begun`` says that the program had written something.
    """
    if error.code == _SSH_FAILED:
        return _from_ssh_itself(error, place, host, begun=begun)
    if begun:
        return None
    if cd := next((line for line in error.said if "cd: " in line and place.directory in line), ""):
        return _not_entered(place, host) if "ermission denied" in cd else _no_directory(place)
    last = error.said[-1] if error.said else ""
    if error.code == NOT_FOUND and program in last:
        return ProgramMissing(program, place)
    if error.code == _NOT_EXECUTABLE and program in last:
        return AccessRefused(f"{place.of(program)} may not be run there. Mend its permissions.")
    return None


def _from_ssh_itself(error: Ended, place: Place, host: str, *, begun: bool) -> ReadError | None:
    if said := last_line(BROKEN, error.said):
        return SiteUnreachable(
            f"The connection to site {place.site} ({place.words}) broke off: {said}. Look whether"
            " ssh gets there by hand, and try again."
        )
    if begun:
        return None
    for failure in FAILURES:
        if said := last_line(failure.pattern, error.said):
            names = {"site": place.site, "words": place.words, "host": host, "said": said}
            return failure.kind(failure.sentence.format_map(names))
    return None


def contradiction(site: str, what: str) -> ConfigError:
    """Options of an ``access:`` that do not go together, or make no sense."""
    return ConfigError(f"The access of site {site} makes no sense: {what}.")


def last_line(pattern: str, said: Sequence[str]) -> str:
    """The last line that starts so, without its full stop; empty when none does."""
    found = next((line for line in reversed(said) if re.match(pattern, line)), "")
    return found.rstrip(".")
