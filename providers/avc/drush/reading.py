"""Snapshots and facts from what the PHP program says."""

from contextlib import closing
from dataclasses import dataclass

from providers.avc.drush import documents as said
from providers.avc.drush import errors
from providers.avc.drush.conversation import Php
from providers.avc.drush.folding import small_letters
from providers.avc.from_rows import (
    AliasRow,
    GuildRow,
    Held,
    Inside,
    Members,
    People,
    Sought,
    guild_in_scope,
    guilds_from,
    likenesses,
    person_from,
    somebody_in_scope,
    sync_state_from,
)
from providers.php.documents import Trailer
from reconciler.models.avc import AvcCounts, AvcFacts, AvcSnapshot, Claims, Guild
from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope


@dataclass(frozen=True, slots=True)
class Look:
    """What kind of site this is, and its guilds."""

    facts: AvcFacts
    guilds: tuple[Guild, ...]


def look(php: Php) -> Look:
    """Facts and guilds, by one process. Raises ReadError."""
    gathered = _Gathered(php)
    gathered.hear("look", {})
    guilds, counts = gathered.guilds(), gathered.counts()
    if len(guilds) != counts.guilds:
        raise php.miscounted("guilds", len(guilds), counts.guilds)
    return Look(gathered.facts(), guilds)


def read(php: Php, scope: Scope, claims: Claims) -> AvcSnapshot:
    """The scope's part of the site, by one process. Raises ReadError, NotFound."""
    gathered = _Gathered(php)
    gathered.hear("read", _request(scope, claims))
    return gathered.snapshot(scope, claims)


def _request(scope: Scope, claims: Claims) -> dict[str, object]:
    match scope:
        case FullScope():
            return {"scope": {"kind": "full"}}
        case GuildScope(uuid=uuid):
            told: dict[str, object] = {"kind": "guild", "uuid": uuid}
        case UserScope(uid=uid):
            told = {"kind": "user", "uid": uid}
    return {
        "scope": told,
        "claims": claims.model_dump(mode="json"),
        "small_letters": small_letters(),
    }


class _Gathered:
    """What has been said so far."""

    def __init__(self, php: Php) -> None:
        self._php = php
        self._release = ""
        self._facts: said.Facts | None = None
        self._counted: said.Counts | None = None
        self._guilds: list[GuildRow] = []
        self._aliases: list[AliasRow] = []
        self._descriptions: list[tuple[int, str | None]] = []
        self._people: People = {}
        self._heard_people = 0
        self._members = Inside()
        self._roles = Held()

    def hear(self, task: str, request: dict[str, object]) -> None:
        """One process, to its end. Raises ReadError."""
        with closing(self._php.ask(task, request)) as documents:
            for document in documents:
                if isinstance(document, Trailer):
                    self._check_whole(document, whole=task == "read")
                elif not isinstance(document, said.Alive):
                    self._take(document)

    def _take(self, document: said.Said) -> None:
        match document:
            case said.Hello(release=release):
                self._release = release
            case said.Facts():
                self._facts = document
            case said.Counts():
                self._counted = document
            case said.Guilds(rows=rows):
                self._guilds += rows
            case said.Aliases(rows=aliases):
                self._aliases += aliases
            case said.Descriptions(rows=descriptions):
                self._descriptions += descriptions
            case said.People(rows=people):
                self._heard_people += len(people)
                self._people |= {row[0]: person_from(row) for row in people}
            case said.Members(rows=members):
                self._members.add(members)
            case said.Roles(rows=roles):
                self._roles.add(roles)
            case _:
                raise self._php.unexpected(document)

    def _check_whole(self, trailer: Trailer, *, whole: bool) -> None:
        """Hold the rows that came against those that were said. Raises IncompleteRead."""
        heard = {
            "guilds": len(self._guilds),
            "aliases": len(self._aliases),
            "descriptions": len(self._descriptions),
        }
        if whole:
            heard |= {
                "people": self._heard_people,
                "members": self._members.rows,
                "roles": self._roles.rows,
            }
        self._php.compare(trailer, heard)

    def facts(self) -> AvcFacts:
        """Raises ReadError for a site without a UUID."""
        facts = self._told()
        if not facts.uuid:
            raise errors.no_uuid(self._php.place)
        return AvcFacts(
            site_uuid=facts.uuid,
            modules=facts.modules,
            release=self._release,
            sync=sync_state_from(facts.state),
            public_key=facts.public_key,
            private_key=facts.private_key,
            token_lifetime=facts.token_lifetime,
            clock=facts.clock,
        )

    def _told(self) -> said.Facts:
        if self._facts is None:
            raise errors.left_out(self._php.place)
        return self._facts

    def counts(self) -> said.Counts:
        """What the database counted. Raises ReadError."""
        if self._counted is None:
            raise errors.left_out(self._php.place)
        return self._counted

    def guilds(self) -> tuple[Guild, ...]:
        """Every guild, by id."""
        return guilds_from(self._guilds, self._aliases, self._descriptions)

    def snapshot(self, scope: Scope, claims: Claims) -> AvcSnapshot:
        """The whole of it, once the trailer has been. Raises ReadError, NotFound."""
        facts, guilds = self.facts(), self.guilds()
        ids = [guild.id for guild in guilds]
        if isinstance(scope, GuildScope):
            ids = [guild_in_scope(scope, guilds)]
        members = self._members.of(ids)
        people = self._in_scope(scope, claims, members)
        counted = self.counts()
        # Those who only looked alike to PHP are counted, and are none of ours.
        others = len(self._people) - len(people)
        return AvcSnapshot(
            site_uuid=facts.site_uuid,
            guilds=guilds,
            people=people,
            members=members,
            roles=self._roles.of(ids),
            guild_roles=self._told().guild_roles,
            counts=AvcCounts(
                guilds=counted.guilds,
                people=counted.people - others,
                memberships=counted.memberships,
                community=counted.community,
                roles=counted.roles,
                community_roles=counted.community_roles,
                halves=counted.halves,
                leftovers=counted.leftovers,
            ),
            facts=facts,
        )

    def _in_scope(self, scope: Scope, claims: Claims, members: Members) -> People:
        """The people of the scope, whoever makes one of the claims, and who looks like those."""
        match scope:
            case FullScope():
                return self._people
            case UserScope(uid=uid):
                inside = {uid}
                somebody_in_scope(scope, self._people)
            case GuildScope():
                inside = set().union(*members.values())
        everybody = self._people
        sought = Sought(claims)
        people = {
            uid: person for uid, person in everybody.items() if uid in inside or person in sought
        }
        alike = Sought(likenesses(people.values()))
        return people | {uid: person for uid, person in everybody.items() if person in alike}
