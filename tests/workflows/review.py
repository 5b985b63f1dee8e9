"""What people do to plans under review, and to the sites meanwhile."""

import pytest

from tests.workflows.pipeline import Repository

both_forges = pytest.mark.parametrize("plans", ["gitlab", "github"], indirect=True)


def empty_a_guild(plans: Repository) -> None:
    """All but one leave guild 1: more than a guard lets go."""
    plans.sites.in_avc(
        "DELETE FROM group_relationship_field_data WHERE gid = 1"
        " AND type = 'guild-group_membership' AND id NOT IN (SELECT min(id)"
        " FROM group_relationship_field_data WHERE gid = 1 AND type = 'guild-group_membership')"
    )


def forget_members(plans: Repository, number: int) -> None:
    """Somebody takes so many out of the first cohort by hand."""
    plans.sites.in_moodle(
        "DELETE FROM cohort_members WHERE cohortid = 1 AND userid IN"
        f" (SELECT userid FROM cohort_members WHERE cohortid = 1 ORDER BY userid LIMIT {number})"
    )


def proposed_and_merged(plans: Repository) -> str:
    """A plan is proposed, and a reviewer merges it; the commit that main was at before."""
    assert plans.job("plan").code == 0
    return plans.merge()


def size(plans: Repository) -> int:
    """How many memberships there are in Moodle."""
    return sum(len(members) for members in plans.sites.members().values())
