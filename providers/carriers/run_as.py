"""Programs as another user, by sudo."""

from collections.abc import Generator, Sequence

from providers.carriers.carrier import Carrier
from providers.carriers.errors import Ended, Place, from_sudo
from providers.carriers.relay import relayed
from reconciler.errors import AccessRefused, ReadError


class RunAs:
    """Implements ``providers.carriers.carrier.Carrier`` around another carrier.

    sudo never asks (``-n``): whoever runs this may start the program without a password, or a
    sentence says so. sudo relays the exit code, and starts the program where it was started itself.
    """

    def __init__(self, inner: Carrier, site: str, user: str) -> None:
        self._inner = inner
        self._user = user
        self._place = Place(site, f"as {user} {inner.words}")

    @property
    def words(self) -> str:
        """See the Protocol."""
        return self._place.words

    def run(
        self, arguments: Sequence[str], program: bytes, *, silence: float
    ) -> Generator[bytes, None, None]:
        """See the Protocol."""
        called = arguments[0]

        def explain(error: Ended, *, begun: bool) -> ReadError | None:
            # What had begun was let in by sudo.
            return None if begun else from_sudo(error, called, self._user, self._place)

        by_sudo = ["sudo", "-n", "-u", self._user, "--", *arguments]
        yield from relayed(
            lambda: self._inner.run(by_sudo, program, silence=silence),
            self._place.of(called),
            explain,
        )

    def holds(self, path: str) -> bool | None:
        """See the Protocol. The other user may see what we may not: then nobody knows."""
        try:
            return self._inner.holds(path)
        except AccessRefused:
            return None

    def address(self) -> str | None:
        """See the Protocol."""
        return self._inner.address()
