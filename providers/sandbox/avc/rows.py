"""The rows of a made-up community, as Drupal and drupal/group would have written them."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection

from providers.sandbox.avc.php import Plain, serialize
from providers.sandbox.avc.tables import drupal_tables
from reconciler.models.avc import Guild, Person

_THEN = 1_700_000_000
_MEMBER = ("guild-group_membership", "group_membership", "guild")

# Roles that a membership stores, by the last digit of its id; the founder of a guild has another.
_STORED = {
    2: ("guild-mentor",),
    3: ("guild-endorsed",),
    4: ("guild-mentor", "guild-endorsed"),
    6: ("guild-junior",),
}
_FOUNDER = ("guild-admin",)
_ROLES = tuple(
    f"guild-{role}" for role in ("admin", "mentor", "endorsed", "junior", "member", "outsider")
)
"""The roles of AVC's group type guild."""

_MODULES = (
    *("avc_moodle_sync", "block", "config", "field", "filter", "group", "node", "path"),
    *("path_alias", "pathauto", "simple_oauth", "social_group", "system", "text", "token"),
    *("user", "views"),
)
_OAUTH: Plain = {
    "public_key": "../keys/public.key",
    "private_key": "../keys/private.key",
    "access_token_expiration": 300,
}

_Row = tuple[Any, ...]


class Rows:
    """Creates the tables of Group 2 in an empty SQLite database, and fills them.

    A million rows go in as tuples: a dictionary for each would take most of the time.
    """

    def __init__(self, connection: Connection) -> None:
        tables = drupal_tables(release=2)
        tables.create(connection)
        self._index = partial(tables.index, connection)
        self._driver: Any = connection.connection.driver_connection
        self._relationship_base = tables.relationships
        self._relationships = tables.memberships
        self._roles = tables.roles
        self._last_id = 0

    def index(self) -> None:
        """Add the indexes, when all rows are there."""
        self._index()

    def configuration(self, site_uuid: str) -> None:
        """The site's identity and its modules."""
        site: Plain = {"uuid": site_uuid, "name": "AVC", "langcode": "en", "default_langcode": "en"}
        extensions: Plain = {"module": dict.fromkeys(_MODULES, 0), "theme": {}, "profile": "social"}
        objects: dict[str, Plain] = {
            "system.site": site,
            "core.extension": extensions,
            "group.type.guild": {"id": "guild", "label": "Guild"},
            "simple_oauth.settings": _OAUTH,
        }
        objects |= {f"group.role.{role}": {"id": role, "group_type": "guild"} for role in _ROLES}
        self._insert(
            "config",
            "collection name data",
            (("", name, serialize(value)) for name, value in objects.items()),
        )

    def people(self, people: Sequence[Person]) -> None:
        """Accounts, and uid 0, who is anonymous."""
        anonymous = Person(0, str(UUID(int=0, version=4)), "", "", active=False)
        accounts = [anonymous, *people]
        self._insert("users", "uid uuid langcode", ((p.uid, p.uuid, "en") for p in accounts))
        self._person_data((p, "en", 1) for p in accounts)

    def guilds(self, guilds: Sequence[Guild]) -> None:
        """Groups with their fields, and the aliases that pathauto gives their pages."""
        self._groups((guild, "guild") for guild in guilds)
        self._group_data((guild, "guild", "en", 1) for guild in guilds)
        self._descriptions((guild, "en") for guild in guilds)
        self._aliases(
            (f"/group/{guild.id}{page}", f"/group/{guild.alias}{page}", "en")
            for guild in guilds
            for page in ("", "/about")
        )

    def memberships(self, members: Iterable[tuple[int, list[int]]]) -> None:
        """Members by guild, the founder of each first, and the roles that they hold."""
        roles: list[_Row] = []
        self._relations(self._memberships(members, roles))
        self._insert(
            self._roles,
            "bundle deleted entity_id revision_id langcode delta group_roles_target_id",
            roles,
        )

    def traps(self, guild: Guild, people: Sequence[Person]) -> None:
        """Rows that are no memberships in guilds, though they look much like some."""
        person = people[0]
        self._translations(guild, person)
        # A request stays when its person has become a member; an invitation may be to nobody yet.
        asked = ("guild-group_membership_request", "group_membership_request", "guild")
        invited = ("guild-group_invitation", "group_invitation", "guild")
        other = Guild(id=guild.id + 1_000_000, uuid=_other_uuid(guild), label="Newcomers")
        kind = "flexible_group"
        self._groups([(other, kind)])
        self._group_data([(other, kind, "en", 1)])
        self._aliases([(f"/group/{other.id}", "/group/newcomers", "en")])
        self._relations(
            [
                *(self._relation(asked, guild.id, each.uid) for each in (person, people[-1])),
                self._relation(invited, guild.id, 0),
                self._relation(
                    (f"{kind}-group_membership", "group_membership", kind), other.id, person.uid
                ),
            ]
        )

    def _translations(self, guild: Guild, person: Person) -> None:
        french = guild.model_copy(
            update={"label": f"Guilde {guild.label}", "description": "En français."}
        )
        self._group_data([(french, "guild", "fr", 0)])
        self._descriptions([(french, "fr")])
        self._person_data([(person, "fr", 0)])
        self._aliases([(f"/group/{guild.id}", f"/group/guilde-{guild.alias}", "fr")])
        self._driver.execute(
            f'INSERT INTO "{self._relationships}"'  # noqa: S608 - our own table
            " SELECT id, type, 'fr', uid, gid, entity_id, label, created, changed, plugin_id,"
            f' group_type, 0 FROM "{self._relationships}" WHERE id = 1'
        )

    def _memberships(
        self, members: Iterable[tuple[int, list[int]]], roles: list[_Row]
    ) -> Iterator[_Row]:
        bundle = _MEMBER[0]
        for guild, uids in members:
            for place, uid in enumerate(uids):
                row = self._relation(_MEMBER, guild, uid)
                number = row[0]
                held = _STORED.get(number % 10, ()) if place else _FOUNDER
                for delta, role in enumerate(held):
                    roles.append((bundle, 0, number, number, "en", delta, role))
                yield row

    def _relation(self, kind: tuple[str, str, str], group: int, entity: int) -> _Row:
        self._last_id += 1
        bundle, plugin, group_type = kind
        return (
            *(self._last_id, bundle, "en", 0, group, entity, None),
            *(_THEN, _THEN, plugin, group_type, 1),
        )

    def _relations(self, rows: Iterable[_Row]) -> None:
        columns = "id type langcode uid gid entity_id label created changed plugin_id group_type"
        self._insert(self._relationships, f"{columns} default_langcode", rows)
        base = self._relationship_base
        self._driver.execute(
            f'INSERT INTO "{base}" (id, type, uuid, langcode)'  # noqa: S608 - our own tables
            " SELECT id, type, printf('00000000-0000-4000-8000-%012x', id), langcode"
            f' FROM "{self._relationships}" WHERE id > (SELECT coalesce(max(id), 0) FROM "{base}")'
        )

    def _person_data(self, rows: Iterable[tuple[Person, str, int]]) -> None:
        self._insert(
            "users_field_data",
            "uid langcode name mail status created access default_langcode",
            (
                (p.uid, language, p.name, p.mail or None, int(p.active), _THEN, 0, original)
                for p, language, original in rows
            ),
        )

    def _groups(self, rows: Iterable[tuple[Guild, str]]) -> None:
        self._insert(
            "groups",
            "id revision_id type uuid langcode",
            ((guild.id, guild.id, kind, guild.uuid, "en") for guild, kind in rows),
        )

    def _group_data(self, rows: Iterable[tuple[Guild, str, str, int]]) -> None:
        self._insert(
            "groups_field_data",
            "id revision_id type langcode status uid label created changed default_langcode",
            (
                (
                    *(guild.id, guild.id, kind, language, int(guild.published), 1),
                    *(guild.label, _THEN, _THEN, original),
                )
                for guild, kind, language, original in rows
            ),
        )

    def _descriptions(self, rows: Iterable[tuple[Guild, str]]) -> None:
        self._insert(
            "group__field_group_description",
            "bundle deleted entity_id revision_id langcode delta field_group_description_value",
            (
                ("guild", 0, guild.id, guild.id, language, 0, _html(guild.description))
                for guild, language in rows
            ),
        )

    def _aliases(self, rows: Iterable[tuple[str, str, str]]) -> None:
        self._driver.executemany(
            "INSERT INTO path_alias (id, uuid, path, alias, langcode, status)"
            " VALUES ((SELECT coalesce(max(id), 0) + 1 FROM path_alias), ?, ?, ?, ?, 1)",
            (
                (str(uuid5(UUID(int=0), f"{path} {alias}")), path, alias, language)
                for path, alias, language in rows
            ),
        )

    def _insert(self, table: str, columns: str, rows: Iterable[_Row]) -> None:
        names = columns.split()
        self._driver.executemany(
            f'INSERT INTO "{table}" ({", ".join(names)})'  # noqa: S608 - our own tables
            f" VALUES ({', '.join('?' * len(names))})",
            rows,
        )


def _html(text: str) -> str:
    return f"<p>{text.replace('&', '&amp;')}</p>\n"


def _other_uuid(guild: Guild) -> str:
    return str(uuid5(UUID(guild.uuid), "newcomers"))
