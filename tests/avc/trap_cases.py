"""Rows that a careless reader would take for something else: each case is one fact."""

from dataclasses import dataclass, field
from typing import Any

from tests.avc.support import (
    Rows,
    alias,
    description,
    group,
    group_data,
    member,
    role,
    user,
    user_data,
)

USUAL: dict[str, Any] = {
    "labels": {1: "Web Development", 2: "Content Team"},
    "aliases": {},
    "descriptions": {},
    "unpublished": set(),
    "names": {1: "admin", 2: "alice", 3: "bob", 4: "carol"},
    "mails": {
        1: "admin@example.org",
        2: "alice@example.org",
        3: "bob@example.org",
        4: "carol@example.org",
    },
    "blocked": set(),
    "members": {1: {2, 3}, 2: {3}},
    "roles": {1: {"guild-admin": {2}, "guild-mentor": {3}}},
    "counts": (2, 4, 3),
    "halves": 0,
}

REQUEST = {"type": "guild-group_membership_request", "plugin_id": "group_membership_request"}
INVITATION = {"type": "guild-group_invitation", "plugin_id": "group_invitation"}
FRENCH = {"langcode": "fr", "default_langcode": 0}
BASE, DATA = "group_relationship", "group_relationship_field_data"
ROLES = "group_content__group_roles"
DESCRIPTION = "group__field_group_description"


@dataclass(frozen=True)
class Case:
    """Rows that are added to the small site, and what they change in what is read."""

    fact: str
    rows: Rows
    changes: dict[str, Any] = field(default_factory=dict)


CASES = [
    Case("the small site alone", {}),
    Case("a request is no membership", {DATA: [member(21, 1, 4, **REQUEST)]}),
    Case("an invitation is none", {DATA: [member(21, 1, 4, **INVITATION)]}),
    Case("an invitation may be to nobody", {DATA: [member(21, 1, 0, **INVITATION)]}),
    Case("anonymous is no member", {DATA: [member(21, 1, 0)]}),
    Case(
        "the bundle's name does not matter, it may be a hash",
        {DATA: [member(21, 1, 4, type="group_content_type_8a3e8d4f0b2c1")]},
        {"members": {1: {2, 3, 4}, 2: {3}}, "counts": (2, 4, 4)},
    ),
    Case(
        "whoever created a row is not its member",
        {DATA: [member(21, 2, 4, uid=2)]},
        {"members": {1: {2, 3}, 2: {3, 4}}, "counts": (2, 4, 4)},
    ),
    Case("a translated membership is one", {DATA: [member(11, 1, 2, **FRENCH)]}),
    Case("a second row for the same person is none", {DATA: [member(21, 1, 2)]}),
    Case(
        "a translated guild is one, in its own language",
        {"groups_field_data": [group_data(1, "Le web", status=0, **FRENCH)]},
    ),
    Case(
        "a translated account is one",
        {"users_field_data": [user_data(2, "alicia", status=0, **FRENCH)]},
    ),
    Case(
        "a guild whose own language is French has its French label",
        {
            "groups": [group(3, langcode="fr")],
            "groups_field_data": [
                group_data(3, "Design", langcode="en", default_langcode=0),
                group_data(3, "Conception", langcode="fr"),
            ],
        },
        {
            "labels": {1: "Web Development", 2: "Content Team", 3: "Conception"},
            "members": {1: {2, 3}, 2: {3}, 3: set()},
            "counts": (3, 4, 3),
        },
    ),
    Case(
        "groups of another type are no guilds",
        {
            "groups": [group(3, type="flexible_group")],
            "groups_field_data": [group_data(3, "Everybody", type="flexible_group")],
            DATA: [member(21, 3, 4, group_type="flexible_group")],
        },
    ),
    Case(
        "an unpublished guild keeps its members",
        {
            "groups": [group(3)],
            "groups_field_data": [group_data(3, "Hidden", status=0)],
            DATA: [member(21, 3, 4)],
        },
        {
            "labels": {1: "Web Development", 2: "Content Team", 3: "Hidden"},
            "unpublished": {3},
            "members": {1: {2, 3}, 2: {3}, 3: {4}},
            "counts": (3, 4, 4),
        },
    ),
    Case(
        "a blocked person remains a member, and is told apart",
        {
            "users": [user(5)],
            "users_field_data": [user_data(5, "dave", status=0)],
            DATA: [member(21, 2, 5)],
        },
        {
            "names": {1: "admin", 2: "alice", 3: "bob", 4: "carol", 5: "dave"},
            "mails": USUAL["mails"] | {5: "dave@example.org"},
            "blocked": {5},
            "members": {1: {2, 3}, 2: {3, 5}},
            "counts": (2, 5, 4),
        },
    ),
    Case(
        "an account may have no address",
        {"users": [user(5)], "users_field_data": [user_data(5, "dave", mail=None)]},
        {
            "names": {1: "admin", 2: "alice", 3: "bob", 4: "carol", 5: "dave"},
            "mails": USUAL["mails"] | {5: ""},
            "counts": (2, 5, 3),
        },
    ),
    Case("a member whose account is gone does not count", {DATA: [member(21, 1, 99)]}),
    Case(
        "a member of a group that is gone does not count",
        {DATA: [member(21, 99, 4)], ROLES: [role(21, "guild-admin")]},
    ),
    Case(
        "a member may hold several roles",
        {ROLES: [role(11, "guild-endorsed", delta=1)]},
        {"roles": {1: {"guild-admin": {2}, "guild-endorsed": {2}, "guild-mentor": {3}}}},
    ),
    Case("a deleted role counts no more", {ROLES: [role(13, "guild-admin", deleted=1)]}),
    Case(
        "a role of a translation does not count",
        {DATA: [member(13, 2, 3, **FRENCH)], ROLES: [role(13, "guild-admin", langcode="fr")]},
    ),
    Case(
        "a role on a request is not held",
        {DATA: [member(21, 1, 4, **REQUEST)], ROLES: [role(21, "guild-admin")]},
    ),
    Case(
        "a guild's name is the alias of its page",
        {"path_alias": [alias(1, "/group/1", "/group/web-development")]},
        {"aliases": {1: "web-development"}},
    ),
    Case(
        "an alias of a page below it is not the guild's",
        {"path_alias": [alias(1, "/group/1/about", "/group/web-development/about")]},
    ),
    Case("an alias of another entity is none", {"path_alias": [alias(1, "/user/1", "/group/x")]}),
    Case("a disabled alias is none", {"path_alias": [alias(1, "/group/1", "/group/x", status=0)]}),
    Case(
        "an alias in another language is none",
        {"path_alias": [alias(1, "/group/1", "/group/le-web", langcode="fr")]},
    ),
    Case(
        "the newest alias counts",
        {
            "path_alias": [
                alias(9, "/group/1", "/group/newest"),
                alias(1, "/group/1", "/group/oldest"),
            ]
        },
        {"aliases": {1: "newest"}},
    ),
    Case(
        "an alias for all languages serves",
        {"path_alias": [alias(1, "/group/1", "/group/web", langcode="und")]},
        {"aliases": {1: "web"}},
    ),
    Case(
        "an alias in the guild's language comes before one for all, as in Drupal",
        {
            "path_alias": [
                alias(1, "/group/1", "/group/english"),
                alias(2, "/group/1", "/group/any", langcode="und"),
            ]
        },
        {"aliases": {1: "english"}},
    ),
    Case(
        "of an alias elsewhere the last part counts",
        {"path_alias": [alias(1, "/group/1", "/teams/web-dev")]},
        {"aliases": {1: "web-dev"}},
    ),
    Case(
        "a description is plain text in the guild's language",
        {
            DESCRIPTION: [
                description(1, "<p>We <b>build</b>\n&amp; mend.</p>"),
                description(1, "<p>Nous</p>", langcode="fr"),
                description(2, "<p>Deleted</p>", deleted=1),
            ]
        },
        {"descriptions": {1: "We build & mend."}},
    ),
]
