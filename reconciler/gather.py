"""Reading both sites, as much of them as the scope needs and no less."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconciler.desired import active_members
from reconciler.errors import ConfigError, NotFound
from reconciler.identity import Evidence, claims_of, fold, issuer_of_avc, link_words
from reconciler.matching import usable_rules
from reconciler.models.avc import AvcSnapshot, Claims, Guild, Person
from reconciler.models.desired import SIGNATURE
from reconciler.models.moodle import MoodleQuery, MoodleSnapshot, Rule
from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope
from reconciler.models.settings import SyncSettings
from reconciler.pairing import NAME_PREFIX, pair_up
from reconciler.policy import refuse_incomplete_avc
from reconciler.ports import AvcSite, MoodleSite
from reconciler.roles import find_roles


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Both sides, as they were read for one scope."""

    avc: AvcSnapshot
    moodle: MoodleSnapshot
    unavailable: frozenset[Rule]
    """Matching rules that could not be asked of this Moodle."""


def gather(avc: AvcSite, moodle: MoodleSite, scope: Scope, settings: SyncSettings) -> Snapshots:
    """Read both sites until nobody is left out whom a decision in this scope depends on.

    An account found in a cohort may belong to somebody who was not sought: then that person is
    asked for, and every account that could be theirs. A Moodle that gives all its accounts at
    once is read once. Raises ReadError, NotFound.
    """
    rules = usable_rules(settings, moodle.unavailable())[0]
    claims = Claims()
    source = _whole(avc, scope, claims)
    query = _query(scope, source, _in_scope(scope, source), rules)
    while True:
        target = moodle.read(query)
        if target.everybody:
            return Snapshots(source, target, moodle.unavailable())
        said = claims_of(target.accounts.values(), rules, evidence_for(target, settings))
        unknown = said - _known(_sought(scope, source)) - claims
        if unknown and not isinstance(scope, FullScope):
            claims = claims | unknown
            source = _whole(avc, scope, claims)
        people = _in_scope(scope, source) | _named(source, said)
        wanted = _query(scope, source, people, rules)
        if wanted == query:
            return Snapshots(source, target, moodle.unavailable())
        query = wanted


def _whole(avc: AvcSite, scope: Scope, claims: Claims) -> AvcSnapshot:
    """AVC's part, if it is all there: even whom to ask Moodle for depends on it."""
    source = avc.read(scope, claims)
    refuse_incomplete_avc(source)
    return source


def evidence_for(moodle: MoodleSnapshot, settings: SyncSettings) -> Evidence:
    """Which of this Moodle's evidence counts."""
    issuers = (moodle.issuers or ()) if "link" in settings.matching else ()
    return Evidence(issuer_of_avc(issuers, settings), settings.trust_idnumber)


def guild_scope(name: str, avc: AvcSite, moodle: MoodleSite, settings: SyncSettings) -> GuildScope:
    """The guild that an operator means: by machine name, UUID, alias, or its cohort's idnumber.

    Raises NotFound when none fits, ConfigError when more than one does.
    """
    guilds = avc.guilds()
    site_uuid = avc.inspect().site_uuid
    target = moodle.read(MoodleQuery())
    pairing = pair_up(site_uuid, guilds, target.cohorts, settings, find_roles(settings, target, ()))
    idnumbers = {
        pair.guild.uuid: pair.cohort.idnumber
        for pair in pairing.pairs
        if pair.cohort and pair.role is None
    }

    def fits(guild: Guild) -> bool:
        known = (pairing.names[guild.uuid], guild.uuid, guild.alias, idnumbers.get(guild.uuid))
        return name in known

    fitting = [guild for guild in guilds if fits(guild)]
    if not fitting:
        raise NotFound(f"Guild '{name}' not found")
    if len(fitting) > 1:
        uuids = ", ".join(f"{guild.uuid} ({guild.label})" for guild in fitting)
        raise ConfigError(f"'{name}' fits more than one guild; give the UUID of one: {uuids}")
    return GuildScope(uuid=fitting[0].uuid, name=pairing.names[fitting[0].uuid])


def _query(
    scope: Scope, avc: AvcSnapshot, uids: frozenset[int], rules: Sequence[Rule]
) -> MoodleQuery:
    people = [avc.people[uid] for uid in sorted(uids)]
    one_person = isinstance(scope, UserScope)
    return MoodleQuery(
        # A mark, however much an editor spread it, has the UUIDs in one piece.
        member_marks=frozenset({scope.uuid if isinstance(scope, GuildScope) else avc.site_uuid}),
        unmarked=SIGNATURE,
        unmarked_prefix=None if one_person else NAME_PREFIX,
        # Moodle on PostgreSQL compares with case: ask for both spellings, compare here.
        emails=frozenset(
            spelling
            for person in people
            if "email" in rules and person.mail
            for spelling in (person.mail, fold(person.mail))
        ),
        usernames=frozenset(person.name.lower() for person in people if "username" in rules),
        idnumbers=frozenset(person.uuid for person in people if "idnumber" in rules),
        hints={person.mail: person.name.lower() for person in people},
        describe_members=not one_person,
        only_sought=one_person,
        links=link_words(people) if "link" in rules else frozenset(),
        everybody=isinstance(scope, FullScope),
    )


def _in_scope(scope: Scope, avc: AvcSnapshot) -> frozenset[int]:
    if isinstance(scope, UserScope):
        return frozenset({scope.uid})
    return frozenset(uid for guild in avc.members for uid in active_members(avc, guild))


def _sought(scope: Scope, avc: AvcSnapshot) -> Iterable[Person]:
    """The people for whom AVC was asked who else claims their accounts.

    Who came along because they claim one is not among them: nobody was asked who shares *their*
    other address.
    """
    uids = set().union(*avc.members.values())
    if isinstance(scope, UserScope):
        uids.add(scope.uid)
    return [avc.people[uid] for uid in uids]


def _known(people: Iterable[Person]) -> Claims:
    known = tuple(people)
    return Claims(
        mails=frozenset(fold(person.mail) for person in known),
        names=frozenset(person.name.lower() for person in known),
        uuids=frozenset(person.uuid.lower() for person in known),
        uids=frozenset(person.uid for person in known),
    )


def _named(avc: AvcSnapshot, said: Claims) -> frozenset[int]:
    return frozenset(
        person.uid
        for person in avc.people.values()
        if fold(person.mail) in said.mails
        or person.name.lower() in said.names
        or person.uuid.lower() in said.uuids
        or person.uid in said.uids
    )
