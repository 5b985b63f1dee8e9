"""What the PHP programs for Drupal say, a JSON document a line: their shape is checked here."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from providers.avc.from_rows import AliasRow, GuildRow, PersonRow
from providers.php import documents as php
from providers.php.documents import Stopped, Trailer
from reconciler.models.avc import KeyFile
from reconciler.models.base import Model


class Hello(php.Hello):
    """The first document: Drupal is up."""

    release: str


class Refused(php.Refused):
    """Instead of anything else: Drupal is not up, or this is no site with guilds."""

    why: Literal[
        "no-drupal",
        "no-settings",
        "no-database",
        "not-installed",
        "maintenance",
        "no-group",
        "no-guilds",
        "no-group-roles",
        "database",
        "not-utf8",
    ]
    detail: str = ""
    """The words of whoever knows; for ``no-drupal`` and ``no-settings`` where Drush stands."""


class Facts(Model):
    """What a look at the site tells."""

    kind: Literal["facts"]
    uuid: str
    """Empty where the configuration has none."""
    modules: frozenset[str] | None
    guild_roles: frozenset[str]
    state: dict[str, int]
    """Values by their names, those that are there."""
    public_key: KeyFile | None
    private_key: KeyFile | None
    token_lifetime: int | None
    clock: int


class Guilds(Model):
    """Every guild, by id."""

    kind: Literal["guilds"]
    rows: tuple[GuildRow, ...]


class Aliases(Model):
    """Aliases of groups' own pages, the newest last."""

    kind: Literal["aliases"]
    rows: tuple[AliasRow, ...]


class Descriptions(Model):
    """Guild and description, as HTML."""

    kind: Literal["descriptions"]
    rows: tuple[tuple[int, str | None], ...]


class People(Model):
    """Accounts: those of the scope, and whoever may be taken for one of them."""

    kind: Literal["people"]
    rows: tuple[PersonRow, ...]


class Members(Model):
    """Guild and uid."""

    kind: Literal["members"]
    rows: tuple[tuple[int, int], ...]


class Roles(Model):
    """Guild, stored role and uid."""

    kind: Literal["roles"]
    rows: tuple[tuple[int, str, int], ...]


class Alive(Model):
    """Nothing, so that nobody takes much work for the end."""

    kind: Literal["alive"]


class Counts(Model):
    """What the database counts, as ``AvcCounts``; only guilds where only they were asked for."""

    kind: Literal["counts"]
    guilds: int
    people: int = 0
    memberships: int = 0
    community: int = 0
    roles: int = 0
    community_roles: int = 0
    halves: int = 0
    leftovers: int = 0


Said = (
    Hello
    | Facts
    | Guilds
    | Aliases
    | Descriptions
    | People
    | Members
    | Roles
    | Alive
    | Counts
    | Trailer
    | Refused
    | Stopped
)
"""All that the programs may say."""

DOCUMENT: TypeAdapter[Said] = TypeAdapter(Annotated[Said, Field(discriminator="kind")])
