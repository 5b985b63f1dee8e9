"""Programs on this machine."""

from collections.abc import Generator, Sequence
from pathlib import Path

from providers.carriers.errors import Place, not_seen
from providers.carriers.process import Process


class Local:
    """Implements ``providers.carriers.carrier.Carrier`` for a directory of this machine."""

    def __init__(self, site: str, directory: str) -> None:
        self._place = Place(site, "on this machine", directory)

    @property
    def words(self) -> str:
        """See the Protocol."""
        return self._place.words

    def run(
        self, arguments: Sequence[str], program: bytes, *, silence: float
    ) -> Generator[bytes, None, None]:
        """See the Protocol."""
        with Process(arguments, self._place) as process:
            yield from process.lines(program, silence)

    def holds(self, path: str) -> bool | None:
        """See the Protocol."""
        try:
            return (Path(self._place.directory) / path).is_file()
        except OSError as error:
            raise not_seen(error, self._place) from error

    def address(self) -> str | None:
        """See the Protocol: a directory has none."""
        return None
