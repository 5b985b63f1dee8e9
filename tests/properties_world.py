"""Any community, any Moodle and any settings, for what holds whatever they are."""

from dataclasses import replace

from hypothesis import strategies as st

from reconciler.marks import described, mark_of
from reconciler.models.moodle import Account
from reconciler.models.scope import FullScope
from reconciler.models.settings import SyncSettings
from reconciler.planner import Planned
from reconciler.reconciliation import SitePair, apply, fresh
from tests import strategies
from tests.fake_moodle import FakeMoodle
from tests.world import SITE, Community

FULL = FullScope()


def carry_out(sites: SitePair, planned: Planned) -> None:
    report = apply(fresh(planned), sites)
    assert all(item.outcome.status == "done" for item in report.applied)
    assert report.residue == ()


World = tuple[Community, FakeMoodle, SyncSettings]
strange_worlds = st.tuples(strategies.communities(), strategies.moodles(), strategies.settings)
"""Hardly anybody in them is known, and so hardly anybody leaves."""


def _acquainted(world: World) -> World:
    """The same, where accounts have people's addresses, and what is marked is of their guilds."""
    community, moodle, settings = world
    people = tuple(replace(one, mail=f"person{one.uid}@example.org") for one in community.people)
    for one in people:
        if known := moodle.accounts.get(100 + one.uid):
            moodle.accounts[known.id] = Account(known.id, f"user{known.id}", one.mail)
    for cohort in moodle.cohorts.values():
        if (mark := mark_of(cohort.description)) and mark.site == SITE:
            guild = community.guilds[cohort.id % len(community.guilds)]
            of_guild = replace(mark, key=replace(mark.key, uuid=guild.uuid))
            told = {"description": described("text", of_guild), "system": True, "component": ""}
            moodle.cohorts[cohort.id] = cohort.model_copy(update=told)
    return replace(community, people=people), moodle, settings


acquainted_worlds = strange_worlds.map(_acquainted)
worlds = strange_worlds | acquainted_worlds
