"""Why a plan does something in a guild, or not."""

from dataclasses import dataclass, replace

import pytest

from reconciler.machine_names import archived_idnumber
from reconciler.models.scope import GuildScope, Scope, UserScope
from reconciler.models.settings import Hold
from reconciler.reconciliation import Selection
from tests.explain_world import ADOPTABLE, UNTIL, Sites, asked_of_guild, guild_text, planned
from tests.guards_world import FULL, WHOLE, guild, some
from tests.world import account, our_cohort, person


@dataclass(frozen=True)
class Case:
    """What there is, and sentences that have to be said of guild 1."""

    says: tuple[str, ...]
    sites: Sites
    scope: Scope = FULL
    selection: Selection = WHOLE
    name: str = "g1"


CASES = {
    "as it should be": Case(
        ("g1 (G1)", "AVC: 1 member.", "Moodle: 1 member.", "the cohort is as it should be"),
        Sites({1: [1]}, {1: [1]}),
    ),
    "no cohort yet": Case(
        (
            "there is none yet",
            "create cohort g1 'AVC - G1', because the guild has none yet",
            "add 1 account, because AVC has them in the guild, and the account is theirs.",
            "account 101 (u1, AVC 1).",
            "0 done already, 2 to be done, 0 stale",
        ),
        Sites({1: [1]}),
    ),
    "many who come": Case(
        ("add 25 accounts", "account 110 (u10, AVC 10) and 15 more."), Sites({1: some(25)})
    ),
    "people in doubt": Case(
        ("3 members (1 blocked, so in no guild; 1 without a Moodle account)",),
        Sites(
            {1: [1, 2, 3]},
            {1: [1]},
            people=(person(2, active=False),),
            without=frozenset({103}),
        ),
    ),
    "a rename": Case(
        ("update cohort 1 (g1): name 'AVC - Old' → 'AVC - G1' (named after the guild, as AVC",),
        Sites({1: [1]}, {1: [1]}, cohorts=(our_cohort(1, guild(1), name="AVC - Old"),)),
    ),
    "one person's plan, and another's guild without a cohort": Case(
        ("there is none yet", "Nothing: it is about user 2, and needs nothing here for them."),
        Sites({1: [1], 2: [2]}, {2: [2]}),
        UserScope(uid=2),
    ),
    "one person's plan, and a cohort to adopt": Case(
        (
            "to adopt first",
            "Moodle: who is in it was not read.",
            "Nothing: it is about user 1, and needs nothing here for them.",
        ),
        Sites({1: [1]}, {1: []}, cohorts=(ADOPTABLE,)),
        UserScope(uid=1),
    ),
    "an adoption": Case(
        ("adopt cohort 1 (g1), because it has the guild's idnumber", "1 kept whom AVC does not"),
        Sites({1: [1]}, {1: [2]}, cohorts=(ADOPTABLE,)),
    ),
    "an archive": Case(
        (
            "g1, which AVC has no more",
            "archive cohort 1 (g1), because the guild is gone from AVC",
            "archives (1 of 2 guilds; limit: the larger of 1 and 5%) counts 2 operations here",
        ),
        Sites({2: [2]}, {1: [1], 2: [2]}),
    ),
    "removals that are held": Case(
        (
            "remove 2 accounts, because left-guild: the account is theirs beyond doubt",
            "account 102 (u2, AVC 2); cost: cannot be seen by this access",
            "removals-per-guild (g1 2 of 3; limit: 1) holds back 2 operations here",
        ),
        Sites({1: [1]}, {1: [1, 2, 3]}, settings={"guards": {"removals_per_guild": 1}}),
    ),
    "removals, and more elsewhere": Case(
        ("removals-per-guild (g1 1 of 2; most: g2 2 of 3; limit: 1) counts 1 operation here",),
        Sites(
            {1: [1], 2: [1]},
            {1: [1, 2], 2: [1, 3, 4]},
            settings={"guards": {"removals_per_guild": 1}},
        ),
    ),
    "left alone": Case(
        ("Guild g1 is left alone: cohort 1 has its idnumber", "left alone for a problem"),
        Sites({1: [1]}, {1: [1]}, cohorts=(ADOPTABLE.model_copy(update={"name": "Old friends"}),)),
    ),
    "on hold": Case(
        ("nwp.yml leaves the guild's cohorts themselves as they are until 2999-12-31", "on hold"),
        Sites({1: [1]}, settings={"hold": (Hold(guild="g1", until=UNTIL),)}),
    ),
    "on hold by its UUID": Case(
        ("nwp.yml leaves AVC user 1 here as they are until 2999-12-31", "on hold"),
        Sites(
            {10: [1]},
            {10: []},
            settings={"hold": (Hold(guild=guild(10).uuid.upper(), user=1, until=UNTIL),)},
        ),
        name="g10",
    ),
    "not published": Case(
        ("AVC: not published, and synced like others; 1 member.",),
        Sites({1: [1]}, {1: [1]}, unpublished=frozenset({1})),
    ),
    "another guild on hold": Case(
        ("the cohort is as it should be",),
        Sites(
            {1: [1], 2: [1]},
            {1: [1], 2: []},
            settings={"hold": (Hold(guild="g2", user=1, until=UNTIL),)},
        ),
    ),
    "put away already": Case(
        ("g1, which AVC has no more", "the cohort is as it should be"),
        Sites(
            {2: [2]},
            {1: [], 2: [2]},
            cohorts=(
                our_cohort(
                    1,
                    guild(1),
                    name="AVC - G1 (archived)",
                    idnumber=archived_idnumber("g1", None, 1),
                    visible=False,
                ),
            ),
        ),
    ),
    "somebody unclear in what is put away": Case(
        ("Moodle: 1 member (1 left alone, as not clear).",),
        Sites({2: [1, 2]}, {1: [1], 2: [2]}, accounts=(account(1, id=300, username="x"),)),
    ),
    "somebody unclear elsewhere": Case(
        ("Moodle: 1 member.",),
        Sites({3: [2], 1: [2]}, {3: [1, 2], 1: [2]}, accounts=(account(1, id=300, username="x"),)),
    ),
    "excluded": Case(
        ("it was made with --exclude guild:g1",),
        Sites({1: [1]}, {1: []}),
        selection=Selection(exclude=("guild:g1",)),
    ),
    "another guild's plan": Case(
        ("it is about guild g2, and nothing else",),
        Sites({1: [1], 2: [2]}, {1: [], 2: []}),
        scope=GuildScope(uuid=guild(2).uuid, name="g2"),
    ),
    "one person's plan, of a site that tells of nobody else": Case(
        ("Moodle: 3 members.",),
        Sites({1: [1]}, {1: [1, 2, 3]}, moodle={"tells_apart": True}),
        scope=UserScope(uid=1),
    ),
    "one person's plan": Case(
        ("its members were not read", "add 1 account", "account 101 (u1, AVC 1)"),
        Sites({1: [1, 2]}, {1: []}),
        scope=UserScope(uid=1),
    ),
    "gone, in one person's plan": Case(
        ("only a full plan puts the cohort away",),
        Sites({2: [1]}, {1: [1], 2: [1]}),
        scope=UserScope(uid=1),
    ),
    "somebody unclear inside": Case(
        ("2 members (1 left alone, as not clear)",),
        Sites({1: [2]}, {1: [1, 2]}, accounts=(account(1, id=300, username="x"),)),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_why_in_a_guild(name: str) -> None:
    """What is there, what is done and on what ground, or why nothing is."""
    case = CASES[name]
    plan = planned(case.sites, case.scope, case.selection)
    text = guild_text(asked_of_guild(plan, case.sites, case.name), plan)
    for sentence in case.says:
        assert sentence in text


def test_what_has_changed_in_a_guild_is_said() -> None:
    """What no longer fits, what is done, and what a plan made now would do besides."""
    before = Sites({1: [1, 2, 3]}, {1: [2]})
    plan = planned(before)
    after = replace(before, avc={1: [2, 3, 4]}, inside={1: [2, 3]})
    text = guild_text(asked_of_guild(plan, after, "g1"), plan)
    assert "this no longer fits: add account 101 to g1: AVC no longer calls for it" in text
    assert "1 done already, 0 to be done, 1 stale" in text
    assert "a plan made now would also add account 104 to g1" in text


def test_a_cohort_that_is_gone_is_told_as_the_plan_has_it() -> None:
    """The guild's own, and the one for a role: each with its number."""
    roles = {1: {"guild-mentor": frozenset({1})}}
    before = Sites(
        {1: [1]},
        {1: [], 9: []},
        cohorts=(our_cohort(9, guild(1), "teacher"),),
        roles=roles,
        settings={"role_sync": True, "role_mapping": {"guild_mentor": "teacher"}},
    )
    plan = planned(before)
    after = replace(before, inside={}, cohorts=())
    text = guild_text(asked_of_guild(plan, after, "g1"), plan)
    assert "Its cohort: 1\n  • Moodle: that cohort is gone, or no longer the guild's." in text
    assert "Its cohort for the role teacher: 9\n  • Moodle: that cohort is gone" in text


def test_what_a_guild_is_left_alone_for_by_now_is_told_once() -> None:
    """The plan has not got that problem yet; one made now has, and it is the same."""
    before = Sites({1: [1], 2: [2]}, {1: [1], 2: [2]})
    worn = ADOPTABLE.model_copy(update={"name": "Old friends"})
    after = replace(before, cohorts=(worn,))
    for plan in (planned(before), planned(after)):
        text = guild_text(asked_of_guild(plan, after, "g1"), plan)
        assert text.count("Guild g1 is left alone: cohort 1 has its idnumber") == 1


def test_what_becomes_of_a_cohort_is_told_before_what_becomes_of_its_members() -> None:
    """Also where it comes after them: a cohort that is put away."""
    case = CASES["an archive"]
    plan = planned(case.sites)
    text = guild_text(asked_of_guild(plan, case.sites, "g1"), plan)
    assert 0 < text.index("Plan: archive cohort 1") < text.index("Plan: remove 1 account")


def test_a_plan_that_undoes_a_run_has_nothing_for_other_guilds() -> None:
    """What AVC wants there is not asked."""
    sites = Sites({1: [1], 2: [2]}, {1: [], 2: []})
    plan = planned(Sites({1: [1], 2: [2]}, {1: [1, 2], 2: [2]}))
    plan = plan.model_copy(update={"undoes": "20261125T210310Z"})
    text = guild_text(asked_of_guild(plan, sites, "g2"), plan)
    assert "it undoes a run that did nothing here" in text


def test_a_guild_that_came_since_is_told() -> None:
    """The plan has nothing for it, and a new one would."""
    plan = planned(Sites({1: [1]}, {1: [1]}))
    after = Sites({1: [1], 2: [1]}, {1: [1]})
    found = asked_of_guild(plan, after, "g2")
    assert [part.why for part in found.cohorts] == ["changed"]
    assert "would also create cohort g2" in guild_text(found, plan)
