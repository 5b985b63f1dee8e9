"""Whom a plan removes, for every community and every Moodle: nobody without evidence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.models.avc import Person
from reconciler.models.plan import CohortPlan
from reconciler.models.settings import SyncSettings
from reconciler.reconciliation import plan_now
from tests import strategies
from tests.fake_moodle import FakeMoodle
from tests.properties_world import FULL, World, acquainted_worlds, strange_worlds
from tests.world import Community, pair

Worlds = st.SearchStrategy[World]
EVERYWHERE = {"worlds of strangers": strange_worlds, "acquainted worlds": acquainted_worlds}


def linked_as(world: World, account: int) -> list[str]:
    """What AVC's issuer calls the owner of an account: worked out without the program."""
    _, moodle, settings = world
    if "link" not in settings.matching or settings.avc_url is None:
        return []
    links = moodle.accounts[account].links
    known = any(issuer.id == strategies.AVC_ISSUER for issuer in moodle.issuers or ())
    return [link.username for link in links if known and link.issuer == strategies.AVC_ISSUER]


def claimed_as(moodle: FakeMoodle) -> str | None:
    """Which of AVC's claims Moodle takes for the user name."""
    claims = {issuer.id: issuer.username_claim for issuer in moodle.issuers or ()}
    return claims.get(strategies.AVC_ISSUER)


def strong_names(world: World, person: Person) -> set[str]:
    """What a link that proves something can call a person."""
    claim = claimed_as(world[1])
    uids = {str(person.uid), f"00{person.uid}"} if claim == "sub" else set()
    return uids | ({person.uuid} if claim in {"sub", "uuid"} else set())


def claimants(world: World, account: int, rules: tuple[str, ...]) -> list[Person]:
    """Everybody whom any rule could take the account for: worked out without the program."""
    community, moodle, settings = world
    found = moodle.accounts[account]
    said = linked_as(world, account)
    counts = found.idnumber_locked or settings.trust_idnumber
    addresses = {found.email.lower()}
    if claimed_as(moodle) in {"", "email"}:
        addresses |= set(map(str.lower, said))
    if "email" not in rules or found.auth in {"lti", "mnet"}:
        addresses = set()
    return [
        p
        for p in community.people
        if (p.mail and p.mail.lower() in addresses)
        or ("username" in rules and p.name.lower() == found.username)
        or ("link" in rules and not strong_names(world, p).isdisjoint(said))
        or ("idnumber" in rules and counts and p.uuid == found.idnumber)
    ]


def holds(community: Community, settings: SyncSettings, owner: Person, cohort: CohortPlan) -> bool:
    """Whether somebody has, in its guild, a role that a cohort is for."""
    (guild,) = [guild.id for guild in community.guilds if guild.uuid == cohort.uuid]
    roles = [r for r, uids in community.roles.get(guild, {}).items() if owner.uid in uids]
    given = {settings.role_mapping.get(role.replace("-", "_")) for role in roles}
    return cohort.role is None or cohort.role in given


def misspelt(settings: SyncSettings, moodle: FakeMoodle) -> set[str]:
    """What the mapping names, of what can be drawn, and there is not.

    Where Moodle shows no roles, as by web services, what roles_by names as well is believed.
    """
    unknown = {"guild_unheard_of", "no-such"}
    if moodle.roles is None:
        unknown -= settings.roles_by.keys()
    return unknown & {*settings.role_mapping, *settings.role_mapping.values()}


@pytest.mark.parametrize("drawn", EVERYWHERE.values(), ids=EVERYWHERE)
@given(data=st.data())
def test_nobody_is_removed_without_evidence(drawn: Worlds, data: st.DataObject) -> None:
    """Every removal has one of the design's grounds, checked against the raw rows."""
    community, moodle, settings = data.draw(drawn)
    sites = pair(community, moodle, settings)
    before = moodle.copy()
    planned = plan_now(sites, FULL)
    rules = tuple(planned.plan.matching.used)
    guilds = {guild.uuid: guild for guild in community.guilds}
    people = {p.uid: p for p in community.people}
    matched = planned.matching.account_of
    for cohort in planned.plan.cohorts:
        for change in cohort.members:
            if change.change == "add":
                continue
            assert change.moodle in before.members[cohort.cohort or 0]
            names = claimants((community, before, settings), change.moodle, rules)
            match change.because:
                case "left-guild" | "blocked":
                    (owner,) = [p for p in names if p.uid == change.avc]
                    member = owner.uid in community.members[guilds[cohort.uuid].id]
                    assert not (owner.active and member)
                    assert list(matched.values()).count(change.moodle) == 1
                case "lost-role":
                    (owner,) = [p for p in names if p.uid == change.avc]
                    assert not holds(community, settings, owner, cohort)
                    assert list(matched.values()).count(change.moodle) == 1
                case "person-gone":
                    assert names == []
                    said = linked_as((community, before, settings), change.moodle)
                    claim = claimed_as(before)
                    assert claim in {"sub", "uuid"}
                    assert any(s.isdigit() if claim == "sub" else s.count("-") == 4 for s in said)
                    assert claim == "uuid" or not any(s.count("-") == 4 for s in said)
                case "guild-gone":
                    assert cohort.uuid not in guilds
                case "role-gone":
                    assert settings.role_sync
                    assert misspelt(settings, before) == set()
                    given = {p.role for p in planned.plan.roles} - {planned.wishes.roles.ordinary}
                    assert cohort.role not in given
                case "stranger":
                    assert settings.strangers == "remove"
                    inside = community.members[guilds[cohort.uuid].id]
                    assert all(uid in matched for uid in inside if people[uid].active)
                case _:
                    pytest.fail("a removal without a reason")


@pytest.mark.parametrize("drawn", EVERYWHERE.values(), ids=EVERYWHERE)
@given(data=st.data())
def test_frozen_accounts_are_neither_added_nor_removed(drawn: Worlds, data: st.DataObject) -> None:
    """An account that could be two people's, or one of a person's two, is in no operation.

    But for what hangs on a cohort that is not ours any more: it does not matter who has that.
    """
    community, moodle, settings = data.draw(drawn)
    planned = plan_now(pair(community, moodle, settings), FULL)
    touched = {m.moodle for cohort in planned.plan.cohorts for m in cohort.members} | {
        given.moodle
        for cohort in planned.plan.cohorts
        for given in cohort.assignments
        if given.because != "cohort-gone"
    }
    assert not touched & planned.matching.frozen
    for problem in planned.plan.problems:
        if problem.kind in {"several-accounts", "shared-account"}:
            assert not touched & set(problem.accounts)
