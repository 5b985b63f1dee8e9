"""What providers ask of a carrier."""

from collections.abc import Generator, Sequence
from typing import Protocol


class Carrier(Protocol):
    """Runs programs where a site is: on this machine, in a container, or on another machine."""

    @property
    def words(self) -> str:
        """How a program gets to the site, for messages: "on this machine", "in its DDEV project
        on this machine", "as www-data over ssh at nwp@host".
        """
        ...

    def run(
        self, arguments: Sequence[str], program: bytes, *, silence: float
    ) -> Generator[bytes, None, None]:
        """What the program writes to standard output, line by line, as it comes.

        It starts in the site's directory and reads ``program`` from standard input. Lines keep
        their ends: one without was cut. The process does not outlive the generator.

        Raises SiteUnreachable or AccessRefused when the carrier cannot start it (its sentence
        names site, carrier and remedy; ProgramMissing when it is not there), Silent when it has
        said nothing for that many seconds, Ended when its own exit code is another than 0, after
        its last line. All are ReadErrors, and the last three SiteUnreachable.
        """
        ...

    def holds(self, path: str) -> bool | None:
        """Whether there is such a file in the site's directory.

        None where nothing but a program that is started there could tell. Raises AccessRefused.
        """
        ...

    def address(self) -> str | None:
        """Where people find the site, as far as the carrier knows. Raises ReadError."""
        ...
