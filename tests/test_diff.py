"""One cohort against what AVC wants: the cases one by one."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from reconciler.machine_names import archived_idnumber
from reconciler.marks import Mark, described
from reconciler.models.avc import Guild, Person
from reconciler.models.desired import CohortKey
from reconciler.models.moodle import Account, Cohort
from reconciler.models.plan import CohortPlan, FlagChange, Plan, TextChange
from reconciler.models.scope import FullScope
from reconciler.models.settings import SyncSettings
from reconciler.reconciliation import plan_now
from tests.fake_moodle import FakeMoodle
from tests.world import SITE, Community, account, pair, person

GUILD = Guild(
    id=1, uuid="aaaaaaaa-0000-4000-8000-000000000001", label="Web Development", alias="web-dev"
)
MARK = Mark(SITE, "web-dev", CohortKey(uuid=GUILD.uuid))
AS_WANTED = Cohort(
    id=7,
    name="AVC - Web Development",
    idnumber="web-dev",
    description=described("", MARK),
    visible=True,
    system=True,
)


def planned(
    cohort: Cohort | None = AS_WANTED,
    *,
    inside: tuple[int, ...] = (),
    people: tuple[Person, ...] = (person(1), person(2)),
    members: tuple[int, ...] = (1,),
    accounts: tuple[Account, ...] = (account(1), account(2), account(3)),
    **settings: Any,
) -> Plan:
    """The full plan for one guild of person 1, and one cohort."""
    moodle = FakeMoodle({found.id: found for found in accounts})
    if cohort is not None:
        moodle.cohorts[cohort.id] = cohort
        moodle.members[cohort.id] = frozenset(inside)
    community = Community((GUILD,), people, {1: frozenset(members)})
    return plan_now(pair(community, moodle, SyncSettings(**settings)), FullScope()).plan


def changed(**update: Any) -> Cohort:
    return AS_WANTED.model_copy(update=update)


@dataclass(frozen=True)
class FieldCase:
    """A cohort as it is, and the fields that a plan changes."""

    says: str
    cohort: Cohort
    action: str
    fields: dict[str, Any] = field(default_factory=dict)


FIELDS = [
    FieldCase(
        "a renamed guild",
        changed(name="AVC - Web Dev"),
        "update",
        {"name": TextChange(from_="AVC - Web Dev", to="AVC - Web Development")},
    ),
    FieldCase(
        "an idnumber changed by hand",
        changed(idnumber="mine"),
        "update",
        {"idnumber": TextChange(from_="mine", to="web-dev")},
    ),
    FieldCase(
        "a description changed above the mark",
        changed(description="<p>Mine</p>" + described("", MARK)),
        "update",
        {
            "description": TextChange(
                from_="<p>Mine</p>" + described("", MARK), to=described("", MARK)
            )
        },
    ),
    FieldCase(
        "a cohort to adopt",
        changed(description="<p>By hand</p>"),
        "adopt",
        {"description": TextChange(from_="<p>By hand</p>", to=described("", MARK))},
    ),
    FieldCase(
        "a guild that is back",
        changed(
            name="AVC - Web Development (archived)",
            idnumber=archived_idnumber("web-dev", None, 7),
            visible=False,
        ),
        "restore",
        {
            "name": TextChange(
                from_="AVC - Web Development (archived)", to="AVC - Web Development"
            ),
            "idnumber": TextChange(from_=archived_idnumber("web-dev", None, 7), to="web-dev"),
            "visible": FlagChange(from_=False, to=True),
        },
    ),
    FieldCase(
        "a guild that is back, whose cohort somebody shows already",
        changed(idnumber=archived_idnumber("web-dev", None, 7)),
        "restore",
        {"idnumber": TextChange(from_=archived_idnumber("web-dev", None, 7), to="web-dev")},
    ),
]


@pytest.mark.parametrize("case", FIELDS, ids=[case.says for case in FIELDS])
def test_fields(case: FieldCase) -> None:
    """The plan changes these fields, and no others."""
    (cohort,) = planned(case.cohort, inside=(101,)).cohorts
    assert cohort == CohortPlan(
        guild="web-dev", uuid=GUILD.uuid, cohort=7, action=case.action, **case.fields
    )


@pytest.mark.parametrize("cohort", [AS_WANTED, changed(visible=False)])
def test_what_is_as_it_should_be_is_left_alone(cohort: Cohort) -> None:
    """No plan for it; and whether a living guild's cohort is visible is the site's business."""
    assert planned(cohort, inside=(101,)).empty


@dataclass(frozen=True)
class MemberCase:
    """Who is inside, and what the plan does: (change, account, uid, because)."""

    says: str
    inside: tuple[int, ...]
    changes: list[tuple[str, int, int | None, str | None]]
    strangers: list[int] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)


MEMBERS = [
    MemberCase("a new member", (), [("add", 101, 1, None)]),
    MemberCase("as it should be", (101,), []),
    MemberCase("somebody not in the guild", (101, 102), [("remove", 102, 2, "left-guild")]),
    MemberCase(
        "a blocked member",
        (101, 102),
        [("remove", 101, 1, "blocked"), ("remove", 102, 2, "left-guild")],
        more={"people": (person(1, active=False), person(2))},
    ),
    MemberCase("a stranger", (101, 103), [], [103]),
    MemberCase(
        "a stranger who has to go",
        (101, 103),
        [("remove", 103, None, "stranger")],
        more={"strangers": "remove"},
    ),
    MemberCase(
        "a stranger who may be the member whom nobody recognises",
        (102, 103),
        [("remove", 102, 2, "left-guild")],
        [103],
        more={"strangers": "remove", "people": (person(1, mail="new@x.org"), person(2))},
    ),
    MemberCase(
        "a frozen account stays",
        (101, 102),
        [],
        more={"people": (person(1), person(2), person(4, mail="u2@x.org"))},
    ),
    MemberCase(
        "a frozen account is not let in",
        (),
        [],
        more={"people": (person(1), person(2, mail="u1@x.org"))},
    ),
    MemberCase(
        "an adopted cohort's members stay, whoever they are",
        (102, 103),
        [("add", 101, 1, None)],
        [102, 103],
        more={"cohort": changed(description="")},
    ),
    MemberCase(
        "an adopted cohort's members stay, also where strangers go",
        (102, 103),
        [("add", 101, 1, None)],
        [102, 103],
        more={"cohort": changed(description=""), "strangers": "remove"},
    ),
]


@pytest.mark.parametrize("case", MEMBERS, ids=[case.says for case in MEMBERS])
def test_members(case: MemberCase) -> None:
    """The plan moves these accounts, on these grounds, and reports these strangers."""
    plan = planned(inside=case.inside, **case.more)
    moved = [(m.change, m.moodle, m.avc, m.because) for c in plan.cohorts for m in c.members]
    assert moved == case.changes
    told = [a for p in plan.problems if p.kind == "stranger" for a in p.accounts]
    assert sorted(told) == case.strangers


def test_a_frozen_member_is_told_of_although_nobody_is_in_the_guild() -> None:
    """An account that stays because it could be two people's is a problem of both of them."""
    people = (
        person(1),
        person(2),
        person(4, mail="u2@x.org"),
        person(5, name="u2", mail="nowhere@x.org"),  # looks likely, and is not concerned
    )
    problems = planned(inside=(101, 102), people=people).problems
    assert [(p.kind, p.avc, p.accounts, p.guilds) for p in problems] == [
        ("shared-account", 2, (102,), ("web-dev",)),
        ("shared-account", 4, (102,), ("web-dev",)),
    ]


def test_the_plan_names_the_rules() -> None:
    """Which rules decided, and which could not: by web services, links and locks."""
    plan = planned(inside=(101,))
    assert plan.matching.used == ("email",)
    assert plan.matching.unavailable == ("link", "idnumber")


def test_a_guild_whose_last_member_is_gone_is_emptied_only_beside_others() -> None:
    """One empty guild is a fact; a community without any member trips a guard."""
    (guard,) = (guard for guard in planned(members=()).guards if not guard.ok)
    assert guard.guard == "empty-avc"
