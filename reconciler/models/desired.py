from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CohortKey:
    """Which of our cohorts: a guild's own, or the one for a role beside it."""

    uuid: str
    role: str | None = None


SIGNATURE = "avc-moodle-sync"
"""What every mark of ownership contains, whoever's it is."""


NOBODYS = CohortKey(uuid="")
"""In place of a key, for a cohort that is deleted: what it was for cannot be known any more."""


@dataclass(frozen=True, slots=True)
class DesiredCohort:
    """A cohort as AVC wants it."""

    key: CohortKey
    guild: str
    """The guild's machine name."""
    idnumber: str
    name: str
    description: str
    """HTML that ends with the mark of ownership."""
    members: frozenset[int]
    """Moodle account ids."""
    component: str | None = None
    """The lock, or empty for none; None: this access cannot set it."""
