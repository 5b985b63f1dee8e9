"""Why a plan does to somebody what it does, or why it does nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reconciler.explain_evidence import rules_asked
from reconciler.explain_file import concerns
from reconciler.explain_guild import guild_facts
from reconciler.explain_names import Subject, subject_named, uid_named
from reconciler.explain_places import Doings, Places
from reconciler.explain_roles import RolesDue
from reconciler.explain_view import View, of_person
from reconciler.models.explained_people import AccountFacts, Membership, PersonFacts
from reconciler.models.explanation import GuildPart, PersonExplained
from reconciler.models.settings import Hold
from reconciler.plan_cohorts import PeopleShown
from reconciler.planner import Planned
from reconciler.reconciliation import SitePair


def who(view: View, word: str, pair: SitePair) -> tuple[Subject, Planned]:
    """Whom a word means, and what was read about them.

    Raises ConfigError, NotFound, ReadError.
    """
    uid = uid_named(word)
    seen = view.now if uid is None else of_person(view, uid, pair)
    subject = subject_named(word, view.plan, seen)
    if subject.uid in {None, uid}:
        return subject, seen
    seen = of_person(view, subject.uid, pair)
    return subject_named(f"avc:{subject.uid}", view.plan, seen), seen


def person_explained(
    view: View, seen: Planned, subject: Subject, guild: str | None = None
) -> PersonExplained:
    """Somebody, guild by guild: where they are or were, or the plan does something.

    ``seen`` is what was read about them, which is more than the plan needs when it is about one
    guild. ``guild`` is the UUID of the only guild that is asked about, whatever they have to do
    with it.
    """
    asked = _Asked(view, seen, subject)
    return PersonExplained(
        asked=True,
        uid=subject.uid,
        person=asked.person(),
        accounts=tuple(asked.account(number) for number in subject.accounts),
        guilds=tuple(asked.parts(guild)),
        problems=tuple(p for p in view.plan.problems if concerns(p, subject)),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question about somebody."""

    view: View
    seen: Planned
    subject: Subject

    def person(self) -> PersonFacts | None:
        uid, avc, matching = self.subject.uid, self.seen.snapshots.avc, self.seen.matching
        if uid is None:
            return None
        person = avc.people.get(uid)
        if person is None:
            return PersonFacts(uid, there=False)
        unmatched = matching.unmatched.get(uid)
        return PersonFacts(
            uid=uid,
            name=self._shown.person(uid),
            active=person.active,
            memberships=tuple(self._memberships(uid)),
            rules=rules_asked(person, self.seen.snapshots, self.view.settings),
            account=matching.account_of.get(uid),
            doubt=unmatched.kind if unmatched else None,
            others=unmatched.others if unmatched else (),
        )

    def account(self, number: int) -> AccountFacts:
        moodle, matching = self.seen.snapshots.moodle, self.seen.matching
        known = moodle.accounts.get(number)
        if known is None:
            told = (line.name for line in self.view.plan.lines if line.moodle == number)
            nobodys = self.subject.uid is None
            return AccountFacts(number, next(told, ""), there=False, theirs=nobodys)
        rulers = moodle.administrators
        named = {uid: why for uid, why in matching.unmatched.items() if number in why.accounts}
        # Of whoever has no account these are the ones that merely look likely.
        likely = {uid for uid, why in named.items() if why.kind == "no-moodle-account"}
        return AccountFacts(
            id=number,
            name=self._shown.account(number),
            suspended=known.suspended,
            confirmed=known.confirmed,
            administrator=None if rulers is None else number in rulers,
            owner=self.view.owner(number, self.seen),
            claimed=tuple(sorted(named.keys() - likely)),
            likely=tuple(sorted(likely)),
            theirs=self.subject.uid in {None, matching.person_of.get(number)},
        )

    def parts(self, guild: str | None) -> Iterator[GuildPart]:
        doings = Doings.of(self.view, self.seen, self.subject)
        roles = RolesDue.of(self.view, self.seen, self.subject.uid)
        for uuid in self._guilds() if guild is None else (guild,):
            places = Places(self.view, self.seen, self.subject, doings, uuid)
            found = tuple(places.found(always=guild is not None))
            if found:
                facts = guild_facts(self.view, self.seen, uuid)
                holds = tuple(hold for hold in facts.holds if self._held(hold))
                yield GuildPart(replace(facts, holds=holds), places.row, found, roles.at(uuid))

    @property
    def _shown(self) -> PeopleShown:
        return PeopleShown(self.seen.snapshots, self.seen.matching, names=self.view.settings.names)

    def _memberships(self, uid: int) -> Iterator[Membership]:
        avc, names = self.seen.snapshots.avc, self.seen.pairing.names
        for guild in sorted(avc.guilds, key=lambda guild: names[guild.uuid].casefold()):
            if uid in avc.members.get(guild.id, ()):
                held = avc.roles.get(guild.id, {})
                roles = sorted(role for role, uids in held.items() if uid in uids)
                yield Membership(names[guild.uuid], tuple(roles), guild.published)

    def _guilds(self) -> Iterator[str]:
        """The UUIDs of all guilds, by name; those too that are gone, or only in the plan."""
        names = dict(self.seen.pairing.names)
        for orphan in self.seen.pairing.orphans:
            names.setdefault(orphan.mark.key.uuid, orphan.mark.guild)
        for cohort in self.view.plan.cohorts:
            names.setdefault(cohort.uuid, cohort.guild)
        yield from sorted(names, key=lambda uuid: (names[uuid].casefold(), uuid))

    def _held(self, hold: Hold) -> bool:
        if hold.user is not None:
            return hold.user == self.subject.uid
        return hold.account is None or hold.account in self.subject.accounts
