"""Two sites of a sandbox, and what a scheduler starts run there as it stands in its file."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.two_sites import TwoSites
from tests.workflows.pipeline import BIN, Done

RECORDS = '#!/bin/sh\n{ printf \'%s|\' "$0" "$@"; echo; cat; } >> "$RECORD"\n'
"""A program that only writes down its arguments and its input: for what sends mail."""


@dataclass(frozen=True)
class Machine:
    """A home with the sites in it, and a directory of programs that come first on the path."""

    home: Path
    sites: TwoSites
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, command: list[str], at: Path | None = None, **told: str) -> Done:
        """Run a command with a scheduler's poor environment."""
        ran = subprocess.run(
            command,
            cwd=at or self.home,
            env={
                "HOME": str(self.home),
                "PATH": f"{self.home / 'bin'}:{BIN}:/usr/bin:/bin",
                "RECONCILER_STATE": str(self.home / "state"),
                "RECORD": str(self.home / "record"),
                **self.environment,
                **told,
            },
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return Done(ran.returncode, ran.stdout)

    def records(self, program: str) -> None:
        """Put a program on the path that only records."""
        (self.home / "bin").mkdir(exist_ok=True)
        file = self.home / "bin" / program
        file.write_text(RECORDS)
        file.chmod(0o755)

    def recorded(self) -> str:
        """What those have recorded."""
        file = self.home / "record"
        return file.read_text() if file.exists() else ""

    def forgets(self) -> None:
        """Begin the record anew."""
        (self.home / "record").unlink()
