"""Programs on this machine."""

from collections.abc import Generator, Sequence
from pathlib import Path

from providers.carriers.errors import not_seen
from providers.carriers.process import Process


class Local:
    """Implements ``providers.carriers.carrier.Carrier`` for a directory of this machine."""

    def __init__(self, site: str, directory: str) -> None:
        self._site = site
        self._directory = directory

    def run(
        self, arguments: Sequence[str], program: bytes, *, silence: float
    ) -> Generator[bytes, None, None]:
        """See the Protocol."""
        with Process(arguments, self._site, self._directory) as process:
            yield from process.lines(program, silence)

    def holds(self, path: str) -> bool | None:
        """See the Protocol."""
        try:
            return (Path(self._directory) / path).is_file()
        except OSError as error:
            raise not_seen(error, self._site, self._directory) from error
