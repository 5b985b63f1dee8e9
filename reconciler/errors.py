"""Every error that this program raises on purpose.

    ReconcilerError                 exit code
    ├── ConfigError                     1   nwp.yml, .secrets.yml, options
    ├── NotFound                        1   a guild, user or site that is not there
    ├── ReadError                       1   a site could not be read whole
    │   ├── SiteUnreachable             1   no answer, or maintenance
    │   │   └── SiteLocked              1   somebody else is writing to it
    │   ├── AccessRefused               1   token, password, capability
    │   ├── UnexpectedAnswer            1   an answer that no release is known to give
    │   └── IncompleteRead              1   parts are missing: nothing may be planned from it
    ├── NotReady                        1   several of these at once
    ├── CallRefused                     1   a site refused one call; its batch can be halved
    ├── PlanFileError                   1   unreadable, edited, unknown format, other sites
    ├── StateError                      1   what this machine has to keep cannot be kept, or read
    ├── GuardTripped                    3   a guard holds the plan back
    ├── StalePlan                       4   the sites changed since the plan was made
    └── PartlyApplied                   5   some operations failed, or did not last

Messages are one sentence or two: what, where, and what to do about it.
"""

from typing import ClassVar


class ReconcilerError(Exception):
    """The root; whatever else escapes is a defect of this program."""

    exit_code: ClassVar[int] = 1


class ConfigError(ReconcilerError):
    """What was asked for, or the configuration, makes no sense.

    ``where`` is ``file``, ``file:line`` or ``file:line: key``, as far as it is known.
    """

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message)


class NotFound(ReconcilerError):
    """Something that was named does not exist."""


class ReadError(ReconcilerError):
    """A site could not be read; nothing may be concluded from what was."""


class SiteUnreachable(ReadError):
    """No answer came, or the site is down for maintenance."""


class SiteLocked(SiteUnreachable):
    """Somebody else is writing to the site; nothing was written by us."""


class AccessRefused(ReadError):
    """The site answered, and does not let us in."""


class UnexpectedAnswer(ReadError):
    """The site answered something that is not known to be an answer."""


class IncompleteRead(ReadError):
    """The site gave a part of what it holds; an absence in it proves nothing."""


class NotReady(ReconcilerError):
    """Several things keep the sites from being synchronised; ``reasons`` has a sentence each."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(f"The sites are not ready; {len(reasons)} things are missing:")
        self.reasons = reasons


class CallRefused(ReconcilerError):
    """The site refused this call for what it asked; ``code`` is the site's own word for why."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class PlanFileError(ReconcilerError):
    """A plan file that cannot be believed, or not for these sites."""


class StateError(ReconcilerError):
    """The state directory (journal, locks, held plans) cannot be written or understood."""


class GuardTripped(ReconcilerError):
    """Guards hold the work back; nothing was written. ``reasons`` has a sentence for each."""

    exit_code = 3

    def __init__(self, message: str, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.reasons = reasons


class StalePlan(ReconcilerError):
    """What the plan expects is no longer so; nothing was written.

    ``reasons`` has one sentence for each stale operation, or says what else it is.
    """

    exit_code = 4

    def __init__(
        self,
        reasons: tuple[str, ...],
        message: str = "The sites have changed since this plan was made. Nothing was written. Make"
        " a new plan.",
    ) -> None:
        super().__init__(message)
        self.reasons = reasons


class PartlyApplied(ReconcilerError):
    """Some operations failed or were held back; ``reasons`` names each."""

    exit_code = 5

    def __init__(self, message: str, reasons: tuple[str, ...]) -> None:
        super().__init__(message)
        self.reasons = reasons
