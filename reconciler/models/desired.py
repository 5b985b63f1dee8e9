from reconciler.models.base import Model


class CohortKey(Model):
    """Which of our cohorts: a guild's own, or the one for a role beside it."""

    uuid: str
    role: str | None = None


class DesiredCohort(Model):
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
