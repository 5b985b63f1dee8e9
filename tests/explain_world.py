"""A plan, the sites that it was made from, and those that a question about it is asked of."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from reconciler.explain import person_explained, who
from reconciler.explain_guild import guild_explained
from reconciler.explain_names import Subject, guild_named
from reconciler.explain_view import View, view
from reconciler.models.avc import Person
from reconciler.models.explanation import GuildExplained, PersonExplained, Place
from reconciler.models.moodle import Account, Cohort
from reconciler.models.plan import Plan
from reconciler.models.scope import Scope
from reconciler.models.settings import SyncSettings
from reconciler.planner import Planned
from reconciler.reconciliation import Selection, SitePair, plan_now
from reconciler.render.explain import person_lines
from reconciler.render.explain_guild import guild_lines
from tests.fake_moodle import FakeMoodle
from tests.guards_world import FULL, WHOLE, guild
from tests.memory_state import MemoryState
from tests.world import Community, FakeAvc, account, our_cohort, pair, person

ALREADY = "a member already, as AVC wants it"
"""What is said of no one who is not."""
WIDE = 10_000
"""Columns in which each sentence is one line."""
UNTIL = date(2999, 12, 31)
"""For holds that do not end."""
ADOPTABLE = Cohort(id=1, name="AVC - G1", idnumber="g1", description="", visible=True, system=True)
"""As somebody makes one by hand for guild 1."""


@dataclass(frozen=True)
class Sites:
    """Guild ``n`` is ``gn`` with cohort ``n``; person ``n`` has account ``100 + n``, or what else.

    Whoever is named in ``avc`` or ``inside`` is there.
    """

    avc: Mapping[int, Iterable[int]] = field(default_factory=dict)
    """Guild → uids."""
    inside: Mapping[int, Iterable[int]] = field(default_factory=dict)
    """Cohort → uids of those whose accounts are in it, or account ids above 100."""
    people: tuple[Person, ...] = ()
    """In place of the usual ones, by uid."""
    accounts: tuple[Account, ...] = ()
    """In place of the usual ones, by id."""
    without: frozenset[int] = frozenset()
    """Account ids that are not there."""
    gone: frozenset[int] = frozenset()
    """Uids that are not in AVC."""
    cohorts: tuple[Cohort, ...] = ()
    """In place of the usual ones, by id."""
    roles: Mapping[int, Mapping[str, frozenset[int]]] = field(default_factory=dict)
    unpublished: frozenset[int] = frozenset()
    """Guilds."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    moodle: Mapping[str, Any] = field(default_factory=dict)

    def pair(self, state: MemoryState | None = None) -> SitePair:
        """Both of them."""
        named = {uid for some in (*self.avc.values(), *self.inside.values()) for uid in some}
        uids = {uid for uid in named if uid < 100} | {1}
        known = {uid: person(uid) for uid in uids} | {one.uid: one for one in self.people}
        accounts = {uid + 100: account(uid) for uid in uids} | {a.id: a for a in self.accounts}
        cohorts = {n: our_cohort(n, guild(n)) for n in self.inside}
        cohorts |= {one.id: one for one in self.cohorts}
        moodle = FakeMoodle(
            {n: one for n, one in accounts.items() if n not in self.without},
            cohorts,
            {
                n: frozenset(uid if uid > 100 else uid + 100 for uid in some)
                for n, some in self.inside.items()
            },
            **self.moodle,
        )
        community = Community(
            tuple(
                guild(n).model_copy(update={"published": n not in self.unpublished})
                for n in self.avc
            ),
            tuple(one for uid, one in sorted(known.items()) if uid not in self.gone),
            {n: frozenset(some) for n, some in self.avc.items()},
            self.roles,
        )
        made = pair(community, moodle, SyncSettings(**self.settings))
        return replace(made, avc=FakeAvc(community), state=state or made.state)


def planned(sites: Sites, scope: Scope = FULL, selection: Selection = WHOLE) -> Plan:
    """A plan of them."""
    return plan_now(sites.pair(), scope, selection).plan


def undo_of(plan: Plan) -> Plan:
    """The plan as one that undoes a run."""
    cohorts = tuple(
        cohort.model_copy(
            update={"members": tuple(replace(m, because="undone") for m in cohort.members)}
        )
        for cohort in plan.cohorts
    )
    return plan.model_copy(update={"undoes": "20261125T210310Z", "cohorts": cohorts})


def asked(plan: Plan, sites: Sites, word: str, name: str | None = None) -> PersonExplained:
    """What is said of somebody."""
    there = sites.pair()
    found = view(plan, there)
    subject, seen = who(found, word, there)
    uuid = guild_named(name, plan, found.now).uuid if name else None
    return person_explained(found, seen, subject, uuid)


def asked_of_guild(plan: Plan, sites: Sites, name: str) -> GuildExplained:
    """What is said of a guild."""
    found = view(plan, sites.pair())
    return guild_explained(found, guild_named(name, plan, found.now).uuid)


def subjects(found: View, sites: SitePair) -> Iterator[tuple[Subject, Planned]]:
    """Everybody in AVC, and every account; and what was read about them."""
    now = found.now.snapshots
    for uid in sorted(now.avc.people):
        yield who(found, f"avc:{uid}", sites)
    for number in sorted(now.moodle.accounts):
        yield who(found, f"moodle:{number}", sites)


def place(found: PersonExplained, name: str = "g1", role: str | None = None) -> Place:
    """Somebody's only place in a guild's cohort."""
    (part,) = (part for part in found.guilds if part.guild.name == name)
    (only,) = (one for one in part.places if one.key.role == role)
    return only


def person_text(found: PersonExplained, plan: Plan) -> str:
    """As people read it, a sentence a line."""
    return "\n".join(person_lines(found, plan, WIDE))


def guild_text(found: GuildExplained, plan: Plan) -> str:
    """As people read it, a sentence a line."""
    return "\n".join(guild_lines(found, plan, WIDE))
