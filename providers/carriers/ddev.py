"""Programs in the web container of a DDEV project.

Built from DDEV's sources (1.21 to 1.25.3), and never run against a real DDEV.
"""

import json
import re
from collections.abc import Generator, Sequence
from contextlib import suppress

from pydantic import BaseModel, ValidationError

from providers.carriers.carrier import Carrier
from providers.carriers.ddev_failures import (
    from_ddev,
    no_description,
    no_project,
    not_described,
    not_plain,
    not_running,
)
from providers.carriers.errors import Ended, Place
from providers.carriers.relay import relayed
from reconciler.errors import ReadError

CONFIG = ".ddev/config.yaml"
"""What makes a directory a DDEV project."""

ROOT = "/var/www/html"
"""Where the project's directory is in its web container."""

_PLAIN = re.compile(r"[A-Za-z0-9_./:=@,+-]+")


class Description(BaseModel):
    """What we need of ``raw`` in the answer of ``ddev describe -j``; there is much more in it."""

    status: str
    primary_url: str = ""


class _Line(BaseModel):
    level: str
    msg: str = ""
    raw: Description | None = None


class Ddev:
    """Implements ``providers.carriers.carrier.Carrier`` around the one that reaches the project.

    Stopping ``ddev exec`` ends DDEV. The program in the container is not told (moby#9098): it ends
    when it next writes, if its pipes are gone then.
    """

    def __init__(self, inner: Carrier, site: str, directory: str, silence: float = 300) -> None:
        self._inner = inner
        self._silence = silence
        # Where DDEV runs, and where it runs programs.
        self._outside = Place(site, inner.words, directory)
        self._place = Place(site, f"in its DDEV project {inner.words}", directory)
        self._is_project: bool | None = None
        self._last: Description | None = None
        self._unused: Description | None = None
        """Asked for the address just now: it serves the next run."""

    @property
    def words(self) -> str:
        """See the Protocol."""
        return self._place.words

    def run(
        self, arguments: Sequence[str], program: bytes, *, silence: float
    ) -> Generator[bytes, None, None]:
        """See the Protocol. Raises ConfigError for arguments that a shell would act on."""
        self._check(arguments)
        # Each time: from 1.25.2 ``ddev exec`` starts a project that is not running.
        status = (self._unused or self._described()).status
        self._unused = None
        if status != "running":
            raise not_running(status, self._outside)
        called = arguments[0]

        def explain(error: Ended, *, begun: bool) -> ReadError | None:
            del begun  # DDEV's own words tell more.
            return from_ddev(error, called, self._place, self._outside)

        # Flags come before the command. Never --raw: from 1.24.3 it eats standard input.
        inside = ["ddev", "exec", "-d", ROOT, *arguments]
        yield from relayed(
            lambda: self._inner.run(inside, program, silence=silence),
            self._place.of(called),
            explain,
        )

    def holds(self, path: str) -> bool | None:
        """See the Protocol. The project's directory is the same inside and outside."""
        return self._inner.holds(path)

    def address(self) -> str | None:
        """See the Protocol. Also of a project that is stopped."""
        description = self._last
        if description is None:
            description = self._unused = self._described()
        return description.primary_url or None

    def _check(self, arguments: Sequence[str]) -> None:
        for argument in arguments:
            if not _PLAIN.fullmatch(argument):
                raise not_plain(argument, self._place.site)
        # Not a flag of DDEV, nor a variable of the shell.
        if arguments[0].startswith("-") or "=" in arguments[0]:
            raise not_plain(arguments[0], self._place.site)

    def _described(self) -> Description:
        """What DDEV says of the project now. Raises ReadError."""
        self._require_project()
        self._last = _parsed(self._asked())
        if self._last is None:
            raise no_description(self._outside)
        return self._last

    def _require_project(self) -> None:
        """DDEV would go on looking in the directories above, and find another project."""
        if self._is_project is None:
            held = self._inner.holds(CONFIG)
            self._is_project = self._tested() if held is None else held
        if not self._is_project:
            raise no_project(self._outside)

    def _tested(self) -> bool:
        """Whether there is a project, where only a program can tell. Raises ReadError."""
        try:
            list(self._inner.run(["test", "-f", CONFIG], b"", silence=self._silence))
        except Ended as error:
            if error.code == 1:
                return False
            raise
        return True

    def _asked(self) -> list[bytes]:
        def explain(error: Ended, *, begun: bool) -> ReadError | None:
            del begun
            return not_described(_fatal(error.said), self._outside)

        command = ["ddev", "describe", "-j"]
        where = self._outside.of("ddev describe -j")
        return list(
            relayed(
                lambda: self._inner.run(command, b"", silence=self._silence),
                where,
                explain,
            )
        )


def _parsed(lines: Sequence[bytes]) -> Description | None:
    """The one line that counts, among the lines of a log and what hooks may print."""
    for line in lines:
        with suppress(ValidationError):
            said = _Line.model_validate_json(line)
            if said.level == "info" and said.raw:
                return said.raw
    return None


def _fatal(said: Sequence[str]) -> str:
    """DDEV's last word, which is a JSON document when it was asked with -j."""
    last = said[-1] if said else ""
    with suppress(ValidationError, json.JSONDecodeError):
        return _Line.model_validate_json(last).msg
    return last
