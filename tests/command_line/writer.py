"""A program that writes one new cohort to the Moodle in a directory, and says what became of it.

``python -m tests.command_line.writer ROOT NAME BY``
"""

import sys
from pathlib import Path

from reconciler.errors import ReadError
from reconciler.models.desired import CohortKey
from reconciler.models.operations import CreateCohort, Run, Step
from tests.command_line.conftest import site_in
from tests.moodle.support import RUN


def main(root: str, name: str, by: str) -> None:
    creation = CreateCohort(CohortKey(uuid=name), name, name, name, f"<p>{name}</p>")
    run = Run(avc=RUN.avc, digest="sha256:abc", by=by)
    try:
        for outcome in site_in(Path(root)).write([Step(creation)], run):
            sys.stdout.write(f"{outcome.status}\n")
    except ReadError as error:
        sys.stdout.write(f"{type(error).__name__}: {error}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
