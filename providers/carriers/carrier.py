"""What providers ask of a carrier."""

from collections.abc import Generator, Sequence
from typing import Protocol


class Carrier(Protocol):
    """Runs programs where a site is: on this machine, in a container, or on another machine."""

    def run(
        self, arguments: Sequence[str], program: bytes, *, silence: float
    ) -> Generator[bytes, None, None]:
        """What the program writes to standard output, line by line, as it comes.

        It starts in the site's directory and reads ``program`` from standard input. Lines keep
        their ends: one without was cut. The process does not outlive the generator.

        Raises SiteUnreachable when it cannot be started, or has been silent for that many
        seconds; Ended when its exit code is another than 0, after its last line.
        """
        ...

    def holds(self, path: str) -> bool | None:
        """Whether there is such a file in the site's directory.

        None where nothing but a program that is started there could tell. Raises AccessRefused.
        """
        ...
