"""Programs on another machine, by OpenSSH."""

import shlex
from collections.abc import Generator, Sequence

from providers.carriers.errors import Ended, Place, from_ssh
from providers.carriers.local import Local
from providers.carriers.relay import relayed
from reconciler.errors import ReadError

OPTIONS = (
    # Standard input and output are ours, byte by byte.
    "-T",
    # A password or an unknown host key is a sentence, never a question that nobody answers. Host
    # keys are checked as the user's configuration says.
    "-oBatchMode=yes",
    "-oConnectTimeout=10",
    # A master that others share would outlive us, and keep our standard error open. One that is
    # there already is used.
    "-oControlMaster=no",
)


class Ssh:
    """Implements ``providers.carriers.carrier.Carrier`` for a directory of another machine.

    When ssh is stopped, nobody kills the program at the far end: its server closes the pipes, so it
    reads the end of its input, and is ended by SIGPIPE when it next writes. Our programs write all
    along, and change nothing before they have read their input whole.
    """

    def __init__(self, site: str, host: str, directory: str, config: str | None = None) -> None:
        self._place = Place(site, f"over ssh at {host}", directory)
        self._host = host
        self._config = ("-F", config) if config else ()
        # ssh itself runs here; where is all the same to it.
        self._here = Local(site, "/")

    @property
    def words(self) -> str:
        """See the Protocol."""
        return self._place.words

    def run(
        self, arguments: Sequence[str], program: bytes, *, silence: float
    ) -> Generator[bytes, None, None]:
        """See the Protocol. The far login shell gets one line, in which everything is quoted."""
        called = arguments[0]

        def explain(error: Ended, *, begun: bool) -> ReadError | None:
            return from_ssh(error, called, self._place, self._host, begun=begun)

        line = f"cd {shlex.quote(self._place.directory)} && exec {shlex.join(arguments)}"
        ssh = ["ssh", *OPTIONS, *self._config, "--", self._host, line]
        yield from relayed(
            lambda: self._here.run(ssh, program, silence=silence),
            self._place.of(called),
            explain,
        )

    def holds(self, path: str) -> bool | None:
        """See the Protocol: only a program could tell."""
        del path
        return None

    def address(self) -> str | None:
        """See the Protocol: a far directory has none."""
        return None
