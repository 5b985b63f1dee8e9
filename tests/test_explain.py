"""Why a plan has nothing for somebody: each reason, and how it is told."""

from dataclasses import dataclass, replace
from typing import get_args

import pytest

from reconciler.models.explanation import Why
from reconciler.models.moodle import Issuer, Link
from reconciler.models.scope import GuildScope, Scope, UserScope
from reconciler.models.settings import Hold
from reconciler.reconciliation import Selection
from tests.explain_world import ADOPTABLE, UNTIL, Sites, asked, person_text, place, planned
from tests.guards_world import FULL, WHOLE, guild
from tests.world import ROLES, account, our_cohort, person

G1, G2 = (GuildScope(uuid=guild(n).uuid, name=f"g{n}") for n in (1, 2))
ISSUERS = (Issuer(1, "Community", "https://avc.example", "sub"),)
LINKS = {"blind": frozenset(), "issuers": ISSUERS}
TAKEN = ADOPTABLE.model_copy(update={"name": "Old friends"})
MENTORS = {"role_sync": True, "role_mapping": {"guild_mentor": "teacher"}}


@dataclass(frozen=True)
class Case:
    """What there is, what is planned and asked, and the answer."""

    why: Why
    says: str
    sites: Sites
    word: str = "1"
    scope: Scope = FULL
    selection: Selection = WHOLE
    role: str | None = None


CASES = {
    "a member already": Case(
        "already", "a member already, as AVC wants it", Sites({1: [1]}, {1: [1]})
    ),
    "no account": Case(
        "no-moodle-account",
        "names no account",
        Sites({1: [1]}, {1: []}, without=frozenset({101})),
    ),
    "an account with the same user name": Case(
        "no-moodle-account",
        "account 300: not suspended, confirmed, has the same user name, which proves nothing."
        " Whether they administer the site cannot be seen this way.",
        Sites(
            {1: [1]},
            {1: []},
            accounts=(account(1, id=300, email="other@x.org"),),
            without=frozenset({101}),
        ),
    ),
    "two accounts": Case(
        "several-accounts",
        "email: names accounts 101, 300",
        Sites({1: [1]}, {1: []}, accounts=(account(1, id=300, username="x"),)),
    ),
    "two people": Case(
        "shared-account",
        "(claimed by AVC user 2, too)",
        Sites({1: [1, 2]}, {1: []}, people=(person(2, mail="u1@x.org"),)),
    ),
    "a link and an idnumber that disagree": Case(
        "contradicting-evidence",
        "link: names account 300, whose OAuth2 login is this user's id in AVC",
        Sites(
            {1: [1]},
            {1: []},
            accounts=(
                account(1, id=300, username="x", email="x@x.org", links=(Link(1, "1"),)),
                account(1, idnumber=person(1).uuid, idnumber_locked=True),
            ),
            settings={"avc_url": "https://avc.example"},
            moodle=LINKS,
        ),
    ),
    "an account that is not confirmed": Case(
        "unconfirmed-account",
        "names no account, but for 101, which is not confirmed yet",
        Sites({1: [1]}, {1: []}, accounts=(account(1, confirmed=False),)),
    ),
    "frozen": Case(
        "frozen",
        "it is not clear whose account this is",
        Sites({1: []}, {1: [1]}, accounts=(account(1, id=300, username="x"),)),
    ),
    "not in the guild": Case(
        "not-in-guild",
        "AVC does not have them in this guild",
        Sites({1: [], 2: [1]}, {1: [], 2: [1]}),
    ),
    "blocked": Case(
        "blocked",
        "AVC: blocked, so in no guild, whatever rows it has: g1",
        Sites({1: [1]}, {1: []}, people=(person(1, active=False),)),
    ),
    "a hold of the person": Case(
        "on-hold",
        "nwp.yml leaves AVC user 1 here as they are until 2999-12-31",
        Sites({1: [1]}, {1: []}, settings={"hold": (Hold(guild="g1", user=1, until=UNTIL),)}),
    ),
    "a hold of the account": Case(
        "on-hold",
        "nwp.yml leaves account 101 here as they are",
        Sites(
            {1: [2]}, {1: [1, 2]}, settings={"hold": (Hold(guild="g1", account=101, until=UNTIL),)}
        ),
    ),
    "a hold of the guild": Case(
        "on-hold",
        "Moodle: there is no cohort of ours.",
        Sites({1: [1]}, settings={"hold": (Hold(guild="g1", until=UNTIL),)}),
    ),
    "waiting for a hold elsewhere": Case(
        "on-hold",
        "to be added elsewhere first, and that is on hold",
        Sites(
            {1: [2], 2: [1]},
            {1: [1, 2], 2: []},
            settings={"hold": (Hold(guild="g2", user=1, until=UNTIL),)},
        ),
    ),
    "a hold in one person's plan": Case(
        "on-hold",
        "nwp.yml has it on hold",
        Sites({1: [2]}, {1: [1, 2]}, settings={"hold": (Hold(guild="g1", user=1, until=UNTIL),)}),
        scope=UserScope(uid=1),
    ),
    "a hold of a site administrator": Case(
        "on-hold",
        "nwp.yml has it on hold",
        Sites(
            {1: [1]},
            {1: []},
            settings={"hold": (Hold(guild="g1", user=1, until=UNTIL),)},
            moodle={"administrators": frozenset({101})},
        ),
    ),
    "a hold of a guild that is to be adopted": Case(
        "on-hold",
        "nwp.yml leaves the guild's cohorts themselves as they are",
        Sites(
            {1: [1]},
            {1: []},
            cohorts=(ADOPTABLE,),
            settings={"hold": (Hold(guild="g1", until=UNTIL),)},
        ),
    ),
    "excluded": Case(
        "left-out",
        "Without --exclude user:1 it would: add account 101 to g1",
        Sites({1: [1]}, {1: []}),
        selection=Selection(exclude=("user:1",)),
    ),
    "a guild excluded": Case(
        "left-out",
        "it was made with --exclude guild:g1",
        Sites({1: [1]}, {1: []}),
        selection=Selection(exclude=("guild:g1",)),
    ),
    "only others": Case(
        "left-out",
        "Without --only user:2 it would: add account 101 to g1",
        Sites({1: [1, 2]}, {1: []}),
        selection=Selection(only=("user:2",)),
    ),
    "another guild's plan": Case(
        "out-of-scope",
        "it is about guild g2, and nothing else",
        Sites({1: [1], 2: [2]}, {1: [], 2: []}),
        scope=G2,
    ),
    "another person's plan": Case(
        "out-of-scope",
        "it is about user 2, and nothing else",
        Sites({1: [1, 2]}, {1: []}),
        scope=UserScope(uid=2),
    ),
    "a stranger": Case(
        "stranger",
        "AVC: nobody there is known to be behind this account",
        Sites(
            {1: [1]}, {1: [1, 300]}, accounts=(account(1, id=300, username="x", email="x@y.org"),)
        ),
        word="moodle:300",
    ),
    "an adopted cohort": Case(
        "adopting",
        "The next plan judges them",
        Sites({1: [2]}, {1: [1, 2]}, cohorts=(ADOPTABLE,)),
    ),
    "one person's plan adopts nothing": Case(
        "not-adopted",
        "has to be adopted first",
        Sites({1: [1]}, {1: []}, cohorts=(ADOPTABLE,)),
        scope=UserScope(uid=1),
    ),
    "a guild that is left alone": Case(
        "left-alone",
        "Guild g1 is left alone: cohort 1 has its idnumber",
        Sites({1: [1]}, {1: []}, cohorts=(TAKEN,)),
    ),
    "one person's plan archives nothing": Case(
        "gone-with-scope",
        "only a full plan puts the cohort away; this one is about user 1",
        Sites({2: []}, {1: [1], 2: []}),
        scope=UserScope(uid=1),
    ),
    "a site administrator": Case(
        "site-administrator",
        "get guilds' own cohorts there, never roles",
        Sites(
            {1: [1]},
            {1: [1]},
            roles={1: {"guild-mentor": frozenset({1})}},
            settings=MENTORS,
            moodle={"administrators": frozenset({101})},
        ),
        role="teacher",
    ),
    "a site administrator who has a role's cohort": Case(
        "site-administrator",
        "account 101: not suspended, confirmed, site administrator",
        Sites(
            {1: [1]},
            {1: [1], 9: [1]},
            cohorts=(our_cohort(9, guild(1), "teacher"),),
            settings=MENTORS,
            moodle={"administrators": frozenset({101})},
        ),
        role="teacher",
    ),
    "an account that two people claim": Case(
        "frozen",
        "may be that of AVC user 1, or of 2. Whether they administer the site cannot be seen this"
        " way.\n  • Problem: u1 (ID: 1) and AVC user 2 claim the same account",
        Sites({1: [2]}, {1: [1]}, people=(person(2, mail="u1@x.org"),)),
        word="moodle:101",
    ),
    "a role that is withdrawn": Case(
        "withdrawn",
        "gives it to nobody, and whoever is in it stays",
        Sites(
            {1: [1]},
            {1: [1], 9: [1]},
            cohorts=(our_cohort(9, guild(1), "manager"),),
            roles={1: {"guild-mentor": frozenset({1})}},
            settings={"role_sync": True, "role_mapping": {"guild_mentor": "manager"}},
            moodle={"roles": ROLES, "definitions": set()},
        ),
        role="manager",
    ),
    "a mapping with a typing error": Case(
        "role-uncertain",
        "role_mapping names a guild role that there is not",
        Sites(
            {1: [1]},
            {1: [1], 9: [1]},
            cohorts=(our_cohort(9, guild(1), "teacher"),),
            settings={
                "role_sync": True,
                "role_mapping": {"guild_mentor": "teacher", "guild_mentr": "teacher"},
            },
        ),
        role="teacher",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_why_there_is_nothing(name: str) -> None:
    """Each reason is found, and its sentence is in what people read."""
    case = CASES[name]
    plan = planned(case.sites, case.scope, case.selection)
    only = "g1" if case.why == "not-in-guild" else None
    found = asked(plan, case.sites, case.word, only)
    assert place(found, role=case.role).why == case.why
    assert case.says in person_text(found, plan)


def test_every_reason_has_a_case() -> None:
    """Those that are missing here are tested below, and where the file alone is asked."""
    others = {"undoing", "changed", "file-only"}
    names = {name for part in get_args(Why) for name in get_args(part) or (part,)}
    assert {case.why for case in CASES.values()} == names - others


def test_what_was_put_on_hold_since_is_told_as_that() -> None:
    """The sites have not changed: nwp.yml has."""
    sites = Sites({1: [2]}, {1: [1, 2]})
    plan = planned(sites)
    held = replace(sites, settings={"hold": (Hold(guild="g1", user=1, until=UNTIL),)})
    said = person_text(asked(plan, held, "1"), plan)
    assert f": nwp.yml holds u1 (AVC 1) in g1 until {UNTIL}. A plan made now leaves it out." in said
    assert "the sites have changed" not in said
