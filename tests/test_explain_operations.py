"""Why an operation is in a plan: its ground, its cost, and the guards that count it."""

from dataclasses import dataclass

import pytest

from reconciler.models.moodle import Issuer, Link
from reconciler.models.scope import UserScope
from tests.explain_world import Sites, asked, person_text, place, planned, undo_of
from tests.guards_world import guild
from tests.world import MANAGER, ROLES, account, our_cohort, person

LINKED = {"blind": frozenset(), "issuers": (Issuer(1, "Community", "https://avc.example", "sub"),)}
BY_LINK = {"avc_url": "https://avc.example"}
MENTORS = {"role_sync": True, "role_mapping": {"guild_mentor": "teacher"}}
TEACHERS = our_cohort(9, guild(1), "teacher")


@dataclass(frozen=True)
class Case:
    """What there is, who is asked about, and the sentence that says why."""

    says: str
    sites: Sites
    word: str = "1"
    role: str | None = None
    name: str = "g1"


CASES = {
    "comes by e-mail": Case(
        "add account 101 to g1, because AVC has them in the guild, and the account is theirs",
        Sites({1: [1]}, {1: []}),
    ),
    "comes by a linked address": Case(
        "email: names account 101, whose OAuth2 login has the e-mail address that AVC has",
        Sites(
            {1: [1]},
            {1: []},
            accounts=(account(1, email="x@x.org", links=(Link(1, "u1@x.org"),)),),
            settings=BY_LINK,
            moodle={
                "blind": frozenset(),
                "issuers": (Issuer(1, "Community", "https://avc.example", "email"),),
            },
        ),
    ),
    "comes by link": Case(
        "link: names account 101, whose OAuth2 login is this user's id in AVC; this decides",
        Sites(
            {1: [1]},
            {1: []},
            accounts=(account(1, email="x@x.org", links=(Link(1, "1"),)),),
            settings=BY_LINK,
            moodle=LINKED,
        ),
    ),
    "comes by a link to a UUID": Case(
        "link: names account 101, whose OAuth2 login is this user's UUID in AVC; this decides",
        Sites(
            {1: [1]},
            {1: []},
            accounts=(account(1, email="x@x.org", links=(Link(1, person(1).uuid),)),),
            settings=BY_LINK,
            moodle=LINKED,
        ),
    ),
    "comes by idnumber": Case(
        "idnumber: names account 101, whose ID number is this user's UUID in AVC, in a field that"
        " its owner cannot edit; this decides",
        Sites(
            {1: [1]},
            {1: []},
            accounts=(account(1, email="x@x.org", idnumber=person(1).uuid, idnumber_locked=True),),
            moodle={"blind": frozenset({"link"})},
        ),
    ),
    "comes by a trusted idnumber": Case(
        "which nwp.yml trusts (trust_idnumber); this decides",
        Sites(
            {1: [1]},
            {1: []},
            accounts=(account(1, email="x@x.org", idnumber=person(1).uuid),),
            settings={"trust_idnumber": True},
        ),
    ),
    "comes by user name": Case(
        "username: names account 101, whose user name is the one in AVC, which nwp.yml lets count",
        Sites(
            {1: [1]},
            {1: []},
            accounts=(account(1, email="x@x.org"),),
            settings={"matching": ("email", "username")},
        ),
    ),
    "by web services": Case(
        "idnumber: could not be asked, as this access to Moodle does not show it.",
        Sites({1: [1]}, {1: []}, accounts=(account(1, idnumber=person(1).uuid),)),
    ),
    "without an issuer": Case(
        "link: could not be asked, as no OAuth2 service of Moodle is known to be this AVC",
        Sites({1: [1]}, {1: []}, moodle={"blind": frozenset(), "issuers": ()}),
    ),
    "suspended": Case(
        "account 101: suspended, and treated like others",
        Sites({1: [1]}, {1: []}, accounts=(account(1, suspended=True),)),
    ),
    "in a role": Case(
        "AVC has them in a guild role for teacher there",
        Sites({1: [1]}, {1: [1]}, roles={1: {"guild-mentor": frozenset({1})}}, settings=MENTORS),
        role="teacher",
    ),
    "left the guild": Case(
        "remove account 101 from g1, because left-guild: the account is theirs beyond doubt",
        Sites({1: [2]}, {1: [1, 2]}),
    ),
    "blocked": Case(
        "because blocked: they are blocked in AVC",
        Sites({1: [1, 2]}, {1: [1, 2]}, people=(person(1, active=False),)),
    ),
    "gone from AVC": Case(
        "because person-gone: its OAuth2 login names somebody whom AVC no longer has",
        Sites(
            {1: [2]},
            {1: [1, 2]},
            accounts=(account(1, links=(Link(1, "1"),)),),
            gone=frozenset({1}),
            settings=BY_LINK,
            moodle=LINKED,
        ),
        word="moodle:101",
    ),
    "a guild that is gone": Case(
        "because guild-gone: the guild is gone from AVC",
        Sites({2: [1]}, {1: [1], 2: [1]}),
    ),
    "a stranger who goes": Case(
        "because stranger: AVC does not know them, nwp.yml says strangers: remove",
        Sites(
            {1: [2]},
            {1: [300, 2]},
            accounts=(account(3, id=300, username="x", email="x@y.org"),),
            settings={"strangers": "remove"},
        ),
        word="x",
    ),
    "a role that is lost": Case(
        "because lost-role: they are in the guild, and no longer hold",
        Sites({1: [1]}, {1: [1], 9: [1]}, cohorts=(TEACHERS,), settings=MENTORS),
        role="teacher",
    ),
    "a role that is not mapped any more": Case(
        "because role-gone: role_mapping no longer has the role",
        Sites(
            {1: [1]},
            {1: [1], 9: [1]},
            cohorts=(TEACHERS,),
            settings={"role_sync": True, "role_mapping": {"guild_mentor": "student"}},
        ),
        role="teacher",
    ),
    "a cost": Case(
        "Cost: their last enrolment in 2 courses, and with it grades and groups there",
        Sites(
            {1: [2]},
            {1: [1, 2]},
            moodle={
                "courses": {1: frozenset({3, 4})},
                "enrolled": {101: {3: frozenset({1}), 4: frozenset({1})}},
            },
        ),
    ),
    "a suspension": Case(
        "Cost: they are suspended in 1 course",
        Sites(
            {1: [2]},
            {1: [1, 2]},
            moodle={
                "courses": {1: frozenset({3})},
                "enrolled": {101: {3: frozenset({1})}},
                "on_removal": "suspend",
            },
        ),
    ),
    "no cost": Case(
        "Cost: none, no course is lost by it", Sites({1: [2]}, {1: [1, 2]}, moodle={"courses": {}})
    ),
    "a cost that is not seen": Case(
        "Cost: cannot be seen by this access to Moodle", Sites({1: [2]}, {1: [1, 2]})
    ),
    "a guard that lets through": Case(
        "Guards: counted, and let through, by removals-per-guild (g1 1 of 2; limit: the larger"
        " of 5 and 25%), removals (1 of 2; limit: the larger of 20 and 10%)",
        Sites({1: [2]}, {1: [1, 2]}),
    ),
    "a guard that holds": Case(
        "Guard: held back by removals-per-guild (g1 1 of 2; limit: 0). If it is meant: --ack"
        " removals-per-guild@",
        Sites({1: [2]}, {1: [1, 2]}, settings={"guards": {"removals_per_guild": 0}}),
    ),
    "a guard that other guilds try more": Case(
        "counted, and let through, by removals-per-guild (g1 1 of 2; most: g2 2 of 3; limit: ",
        Sites({1: [2], 2: [2]}, {1: [1, 2], 2: [2, 3, 4]}),
    ),
    "a guard that several guilds trip": Case(
        "held back by removals-per-guild (g2 2 of 3, g1 1 of 2; limit: 0)",
        Sites(
            {1: [2], 2: [2]},
            {1: [1, 2], 2: [2, 3, 4]},
            settings={"guards": {"removals_per_guild": 0}},
        ),
    ),
    "a guard that this guild trips most": Case(
        "held back by removals-per-guild (g1 2 of 3, g2 1 of 2; limit: 0)",
        Sites(
            {1: [2], 2: [2]},
            {1: [1, 2, 3], 2: [2, 4]},
            settings={"guards": {"removals_per_guild": 0}},
        ),
    ),
    "a guard for the protected": Case(
        "Guard: held back by protected",
        Sites({1: [2]}, {1: [1, 2]}, settings={"guards": {"protected_people": ("u1",)}}),
    ),
    "no guard": Case("Guards: none counts it", Sites({1: [1]}, {1: []})),
    "an archive": Case(
        "removals (1 of 2; limit: the larger of 20 and 10%), archives (1 of 2 guilds; limit: the"
        " larger of 1 and 5%)",
        Sites({2: [2]}, {1: [1], 2: [2]}),
    ),
    "still so": Case(
        "Now: still to be done, and a plan made now would do the same", Sites({1: [1]}, {1: []})
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_why_there_is_an_operation(name: str) -> None:
    """Its ground, and what else is to be known of it, is in what people read."""
    case = CASES[name]
    plan = planned(case.sites)
    found = asked(plan, case.sites, case.word)
    there = place(found, case.name, case.role)
    assert (len(there.operations), there.why, there.fresh) == (1, None, ())
    assert case.says in person_text(found, plan)


def test_a_removal_waits_with_an_addition_that_is_held() -> None:
    """Whoever moves is not removed before they are added: the guard that holds the one is told."""
    sites = Sites(
        {1: [2], 2: [1]},
        {1: [1, 2], 2: []},
        settings={"guards": {"privileged_roles": 0}},
        moodle={"roles": ROLES, "definitions": {(2, MANAGER.id)}},
    )
    plan = planned(sites)
    found = asked(plan, sites, "1")
    (leaves,), (joins,) = (place(found, name).operations for name in ("g1", "g2"))
    assert ([guard.guard for guard in joins.held], joins.falls) == (["privileged-roles"], False)
    assert (leaves.held, leaves.falls) == ((), True)
    assert "waits for something that a guard holds back, and is held with it" in person_text(
        found, plan
    )


def test_a_plan_that_undoes_a_run_is_told_by_it() -> None:
    """AVC is not asked what it thinks of it: the ground is the run, and nothing is compared."""
    base = planned(Sites({1: [2]}, {1: [1, 2]}))
    undoing = undo_of(base)
    sites = Sites({1: [1, 2, 3]}, {1: [1, 2]})
    found = asked(undoing, sites, "1")
    text = person_text(found, undoing)
    assert "because undone: the plan undoes the run that brought them there" in text
    assert "Now: still to be done.\n" in f"{text}\n"
    nothing = asked(undoing, sites, "3")
    assert (place(nothing).why, place(nothing).fresh) == ("undoing", ())
    assert "it undoes a run that did nothing here" in person_text(nothing, undoing)


def test_the_first_rule_that_names_an_account_decides() -> None:
    """Others that name it too decide nothing, and are told all the same."""
    sites = Sites(
        {1: [1]},
        {1: []},
        accounts=(account(1, links=(Link(1, "1"),)),),
        settings=BY_LINK,
        moodle=LINKED,
    )
    plan = planned(sites)
    text = person_text(asked(plan, sites, "1"), plan)
    assert "Match: account 101, by link" in text
    assert "email: names account 101, whose e-mail address is the one that AVC has.\n" in text
    assert text.count("this decides") == 1


def test_one_persons_plan_tells_of_their_other_guilds() -> None:
    """A plan of one person is about all their guilds."""
    sites = Sites({1: [1], 2: [1]}, {1: [], 2: [1]})
    plan = planned(sites, UserScope(uid=1))
    found = asked(plan, sites, "1")
    assert [len(place(found, name).operations) for name in ("g1", "g2")] == [1, 0]
    assert place(found, "g2").why == "already"
