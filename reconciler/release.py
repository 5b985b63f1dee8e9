"""Letting a cohort go: it stays as it is, and is no longer ours."""

from reconciler.errors import ConfigError, NotFound
from reconciler.marks import mark_of, without_mark
from reconciler.models.moodle import COMPONENT, MoodleSnapshot
from reconciler.models.operations import ChangeCohort
from reconciler.models.plan import (
    AvcSide,
    CohortPlan,
    MatchingUsed,
    MoodleSide,
    Plan,
    TextChange,
)
from reconciler.models.scope import GuildScope
from reconciler.planner import Sites


def released(wanted: str, site_uuid: str, moodle: MoodleSnapshot, *, locks: bool) -> ChangeCohort:
    """What takes mark and lock from a cohort of this AVC, named by its id or idnumber.

    ``locks``: cohorts of this AVC are locked, as far as the configuration knows.

    Raises NotFound when this AVC has no such cohort, ConfigError when it has several, or when the
    lock cannot be taken away by this access.
    """
    fitting = [
        (cohort, mark)
        for cohort in moodle.cohorts
        if wanted in {str(cohort.id), cohort.idnumber}
        and (mark := mark_of(cohort.description)) is not None
        and mark.site == site_uuid
    ]
    if not fitting:
        raise NotFound(
            f"No cohort of this AVC has the id or idnumber '{wanted}': Moodle lists both under"
            " Users > Accounts > Cohorts"
        )
    named = [found for found in fitting if found[0].idnumber == wanted] or fitting
    if len(named) > 1:
        ids = ", ".join(str(cohort.id) for cohort, _ in named)
        raise ConfigError(f"cohorts {ids} all have the idnumber '{wanted}': name one by its id")
    cohort, mark = named[0]
    lock = TextChange(from_=COMPONENT, to="") if cohort.component == COMPONENT else None
    hidden = cohort.component is None and locks
    if (lock or hidden) and "lock-cohorts" not in moodle.abilities:
        raise ConfigError(
            f"cohort {cohort.id} is locked, and only Moodle's command line takes the lock away:"
            " set access: {via: cli} for this site in nwp.yml"
        )
    return ChangeCohort(
        key=mark.key,
        guild=mark.guild,
        action="release",
        cohort=cohort.id,
        description=TextChange(from_=cohort.description, to=without_mark(cohort.description)),
        component=lock,
    )


def plan_of(release: ChangeCohort, names: Sites, site_uuid: str, moodle: MoodleSnapshot) -> Plan:
    """The release as a plan, for guards to look at."""
    cohort = CohortPlan(
        guild=release.guild,
        uuid=release.key.uuid,
        role=release.key.role,
        cohort=release.cohort,
        action="release",
        description=release.description,
        component=release.component,
    )
    return Plan(
        avc=AvcSide(site=names.avc, uuid=site_uuid, guilds=0, memberships=0),
        moodle=MoodleSide(site=names.moodle, url=moodle.url, release=moodle.release),
        scope=GuildScope(uuid=release.key.uuid, name=release.guild),
        matching=MatchingUsed(used=()),
        cohorts=(cohort,),
    )
