"""One line of the log that ``--log-format json`` writes."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from reconciler.models.base import Model
from reconciler.models.usage import CountedStep

LoggedCommand = Literal["plan", "explain", "apply", "sync", "release", "invert", "avc-moodle-sync"]
"""The commands that write a log: those that work on sites."""

LoggedStep = Literal[CountedStep, "done"]
"""What a line is about. The last one of each run is ``done``."""

Level = Literal["info", "warning", "error"]
"""``warning``: something is held back, or was not carried out. ``error``: the step failed."""

Counts = dict[
    Literal["create", "change", "add", "remove", "assign", "unassign", "define", "undefine"], int
]
"""Operations by kind; a kind of which there is none is left out."""


class LogLine(Model):
    """What one step has come to. What is not known, or not so, is left out.

    There are no names or addresses of people in it.
    """

    model_config = ConfigDict(use_attribute_docstrings=True)

    time: str = Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
    """When the step ended: UTC, ISO 8601."""
    level: Level
    command: LoggedCommand
    process: int
    """Its number on its machine; keeps apart runs that share a log."""
    step: LoggedStep
    avc: str | None = None
    """The site, as nwp.yml names it; the Moodle, too."""
    moodle: str | None = None
    digest: str | None = Field(default=None, pattern="^sha256:[0-9a-f]{64}$")
    """Of the plan that the run is about; on each line from when it is known."""
    seconds: float = Field(ge=0)
    """Of the step, without others inside it; of the whole run when it is done."""
    calls: int = Field(default=0, ge=0)
    """Programs started at sites, web services called, readings of databases."""
    received: int = Field(default=0, ge=0)
    """Bytes of the answers; a database's are not counted."""
    planned: Counts | None = None
    """What the plan holds: with ``guards`` and ``done``."""
    fulfilled: Counts | None = None
    """What was written, or was so already: with ``write`` and ``done``."""
    failed: Counts | None = None
    """What was tried and not carried out, or waits for what was not."""
    held: tuple[str, ...] = ()
    """What acknowledges each guard that holds something back: ``GUARD@HASH``."""
    exit_code: int | None = None
    """Of the program: with ``done``."""
    error: str | None = None
    """What ended it, in a sentence or two: with ``done``."""

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return self.model_dump(mode="json", exclude_defaults=True)


def schema() -> dict[str, Any]:
    """The JSON schema of a line."""
    found = LogLine.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}
