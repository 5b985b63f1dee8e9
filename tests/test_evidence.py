"""Who is removed from a cohort, and on which ground: each condition, and what it is there for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from reconciler.models.moodle import Issuer, Link
from tests.explain_world import Sites, planned
from tests.guards_world import guild
from tests.world import ROLES, account, our_cohort, person

STRANGER = account(9, id=300, username="x", email="x@y.org")
REMOVE: Mapping[str, Any] = {"strangers": "remove"}
LINKED: Mapping[str, Any] = {
    "blind": frozenset(),
    "issuers": (Issuer(1, "Community", "https://avc.example", "sub"),),
}
BY_LINK: Mapping[str, Any] = {"avc_url": "https://avc.example"}
NOBODY_ANY_MORE = (Link(1, "99"),)
"""A login of AVC user 99, whom AVC no longer has."""
MENTORS: Mapping[str, Any] = {"role_sync": True, "role_mapping": {"guild_mentor": "librarian"}}
LIBRARIANS = our_cohort(9, guild(1), "librarian")


@dataclass(frozen=True)
class Case:
    """Who is inside, and who goes on which ground; everybody else stays."""

    sites: Sites
    goes: Mapping[int, str] = field(default_factory=dict)
    """Account → ground."""


CASES = {
    "a stranger, where strangers stay": Case(Sites({1: [1]}, {1: [1, 300]}, accounts=(STRANGER,))),
    "a stranger, where everybody in the guild is known": Case(
        Sites({1: [1, 2]}, {1: [1, 2, 300]}, accounts=(STRANGER,), settings=REMOVE),
        {300: "stranger"},
    ),
    "a stranger, who may be the one member who is not known": Case(
        Sites(
            {1: [1, 2]},
            {1: [1, 300]},
            accounts=(STRANGER,),
            without=frozenset({102}),
            settings=REMOVE,
        )
    ),
    "a stranger, who may be the only member": Case(
        Sites({1: [2]}, {1: [300]}, accounts=(STRANGER,), without=frozenset({102}), settings=REMOVE)
    ),
    "a stranger, where somebody who is not known is in another guild": Case(
        Sites(
            {1: [1], 2: [2]},
            {1: [1, 300]},
            accounts=(STRANGER,),
            without=frozenset({102}),
            settings=REMOVE,
        ),
        {300: "stranger"},
    ),
    "a stranger, where who is not known is blocked, and so in no guild": Case(
        Sites(
            {1: [1, 2]},
            {1: [1, 300]},
            people=(person(2, active=False),),
            accounts=(STRANGER,),
            without=frozenset({102}),
            settings=REMOVE,
        ),
        {300: "stranger"},
    ),
    "a stranger in a guild of nobody": Case(
        Sites({1: [], 2: [1]}, {1: [300], 2: [1]}, accounts=(STRANGER,), settings=REMOVE)
    ),
    "a stranger in a guild whose only member is blocked": Case(
        Sites(
            {1: [2], 2: [1]},
            {1: [300], 2: [1]},
            people=(person(2, active=False),),
            accounts=(STRANGER,),
            settings=REMOVE,
        )
    ),
    "a stranger in a cohort for a role": Case(
        Sites(
            {1: [1]},
            {1: [1], 9: [1, 300]},
            cohorts=(LIBRARIANS,),
            roles={1: {"guild-mentor": frozenset({1})}},
            accounts=(STRANGER,),
            settings={**REMOVE, **MENTORS},
            moodle={"roles": ROLES},
        ),
        {300: "stranger"},
    ),
    "a stranger in a cohort for a role, where a member without it is not known": Case(
        Sites(
            {1: [1, 2]},
            {1: [1], 9: [1, 300]},
            cohorts=(LIBRARIANS,),
            roles={1: {"guild-mentor": frozenset({1})}},
            accounts=(STRANGER,),
            without=frozenset({102}),
            settings={**REMOVE, **MENTORS},
            moodle={"roles": ROLES},
        )
    ),
    "an account that could be two people's, neither in the guild": Case(
        Sites(
            {1: [1], 2: [2, 3]},
            {1: [1, 2], 2: []},
            people=(person(3, mail="u2@x.org"),),
            without=frozenset({103}),
            settings=REMOVE,
        )
    ),
    "an account that could be two people's, and whose login is of somebody gone": Case(
        Sites(
            {1: [1], 2: [2, 3]},
            {1: [1, 2], 2: []},
            people=(person(3, mail="u2@x.org"),),
            accounts=(account(2, links=NOBODY_ANY_MORE),),
            without=frozenset({103}),
            settings=BY_LINK,
            moodle=LINKED,
        )
    ),
    "an account whose login is of somebody gone": Case(
        Sites(
            {1: [1]},
            {1: [1, 2]},
            accounts=(account(2, links=NOBODY_ANY_MORE),),
            gone=frozenset({2}),
            settings=BY_LINK,
            moodle=LINKED,
        ),
        {102: "person-gone"},
    ),
    "an account whose login is of somebody gone, and which is another's by its address": Case(
        Sites(
            {1: [1], 2: [2]},
            {1: [1, 2], 2: [2]},
            accounts=(account(2, links=NOBODY_ANY_MORE),),
            settings=BY_LINK,
            moodle=LINKED,
        ),
        {102: "left-guild"},
    ),
    "who is blocked, and has left the guild, too": Case(
        Sites({1: [1]}, {1: [1, 2]}, people=(person(2, active=False),)), {102: "blocked"}
    ),
    "who is blocked, and administers the site, in a cohort for a role": Case(
        Sites(
            {1: [1, 2]},
            {1: [1], 9: [1, 2]},
            people=(person(2, active=False),),
            cohorts=(LIBRARIANS,),
            roles={1: {"guild-mentor": frozenset({1, 2})}},
            settings=MENTORS,
            moodle={"roles": ROLES, "administrators": frozenset({102})},
        ),
        {102: "blocked"},
    ),
    "who administers the site, in a cohort for a role": Case(
        Sites(
            {1: [1, 2]},
            {1: [1, 2], 9: [1, 2]},
            cohorts=(LIBRARIANS,),
            roles={1: {"guild-mentor": frozenset({1})}},
            settings=MENTORS,
            moodle={"roles": ROLES, "administrators": frozenset({102})},
        )
    ),
    "who holds the role no more": Case(
        Sites(
            {1: [1, 2]},
            {1: [1, 2], 9: [1, 2]},
            cohorts=(LIBRARIANS,),
            roles={1: {"guild-mentor": frozenset({1})}},
            settings=MENTORS,
            moodle={"roles": ROLES},
        ),
        {102: "lost-role"},
    ),
    "everybody in the cohort of a role that is not mapped any more": Case(
        Sites(
            {1: [1, 2]},
            {1: [1, 2], 9: [1, 300]},
            cohorts=(LIBRARIANS,),
            accounts=(STRANGER,),
            settings={"role_sync": True, "role_mapping": {}},
            moodle={"roles": ROLES},
        ),
        {101: "role-gone", 300: "role-gone"},
    ),
    "everybody in the cohorts of a guild that is gone, but for whom nobody knows": Case(
        Sites(
            {2: [1, 2, 3]},
            {1: [1, 2, 300], 2: [1]},
            people=(person(3, mail="u2@x.org"),),
            accounts=(STRANGER,),
            without=frozenset({103}),
        ),
        {101: "guild-gone", 300: "guild-gone"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_who_goes_and_why(name: str) -> None:
    """These go, each on its ground, and nobody else does."""
    case = CASES[name]
    removed = {
        line.moodle: line.because
        for cohort in planned(case.sites).cohorts
        for line in cohort.members
        if line.change == "remove"
    }
    assert removed == case.goes
