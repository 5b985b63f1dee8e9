"""Accounts, and what tells whose they are.

``user`` (id, username, email, auth, idnumber, suspended, confirmed) where ``deleted`` = 0;
``auth_oauth2_linked_login`` (userid, issuerid, username) where ``confirmtoken`` is empty, which is
how auth/oauth2/classes/api.php tells a confirmed link; ``oauth2_issuer`` (id, name, baseurl) where
``enabled`` = 1; ``oauth2_user_field_mapping`` (issuerid, externalfield) where ``internalfield`` is
``username``; ``config_plugins`` for locked idnumbers.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from providers.moodle.database.settings import idnumber_locks, is_installed
from providers.moodle.database.source import Source
from reconciler.models.moodle import Account, Issuer, Link, MoodleQuery

Found = dict[int, Any]
"""Rows of ``user`` by id."""


def read_issuers(source: Source) -> tuple[Issuer, ...]:
    """Enabled OAuth2 issuers, by id."""
    issuer = source.tables["oauth2_issuer"]
    mapping = source.tables["oauth2_user_field_mapping"]
    mapped = and_(mapping.c.issuerid == issuer.c.id, mapping.c.internalfield == "username")
    query = (
        select(issuer.c.id, issuer.c.name, issuer.c.baseurl, mapping.c.externalfield)
        .select_from(issuer.outerjoin(mapping, mapped))
        .where(issuer.c.enabled == 1)
        .order_by(issuer.c.id)
    )
    return tuple(
        Issuer(row.id, row.name, row.baseurl or "", row.externalfield or "")
        for row in source.rows(query)
    )


def idnumber_locked(source: Source) -> dict[str, bool]:
    """Each auth plugin that accounts use, and whether it keeps them from editing their idnumber."""
    user = source.tables["user"].c
    used = select(user.auth).where(user.deleted == 0).distinct().order_by(user.auth)
    locked = idnumber_locks(source)
    return {auth: auth in locked for auth in source.connection.execute(used).scalars()}


def sought(source: Source, query: MoodleQuery) -> Found:
    """The accounts that the query seeks; all that are not deleted if it wants everybody."""
    user = source.tables["user"].c
    if query.everybody:
        return _by(source, user.id, None)
    found = (
        _by_text(source, user.email, query.emails)
        | _by_text(source, user.idnumber, query.idnumbers)
        | _by(source, user.username, query.usernames)
        | with_ids(source, query.ids | _linked(source, query.links))
    )
    known = {row.email.lower() for row in found.values()}
    hints = {name for email, name in query.hints.items() if email.lower() not in known}
    return found | _by(source, user.username, hints)


def with_ids(source: Source, accounts: Collection[int]) -> Found:
    """Those of these accounts that are not deleted."""
    return _by(source, source.tables["user"].c.id, accounts)


def described(source: Source, found: Found, *, everybody: bool) -> dict[int, Account]:
    """These accounts with all that is known of them, by id; ``everybody``: they are all."""
    links = _links(source, None if everybody else found.keys())
    locked = idnumber_locks(source)
    return {
        number: Account(
            id=number,
            username=row.username,
            email=row.email,
            auth=row.auth,
            idnumber=row.idnumber,
            suspended=bool(row.suspended),
            confirmed=bool(row.confirmed),
            idnumber_locked=row.auth in locked,
            links=tuple(links.get(number, ())),
        )
        for number, row in found.items()
    }


def _by_text(source: Source, column: ColumnElement[str], texts: Collection[str]) -> Found:
    """In whatever case; what the database holds equal beyond that comes along."""
    # Who has no idnumber has the empty one.
    wanted = {text for text in texts if text}
    return _by(source, column, wanted) | _by(
        source, func.lower(column), {text.lower() for text in wanted}
    )


def _by(source: Source, column: ColumnElement[Any], values: Collection[int | str] | None) -> Found:
    user = source.tables["user"]
    query = select(user).where(user.c.deleted == 0)
    return {row.id: row for row in source.among(query, column, values)}


def _linked(source: Source, names: Collection[str]) -> set[int]:
    """Account ids of the links that call their owners so."""
    if not is_installed(source, "auth_oauth2"):
        return set()
    links = source.tables["auth_oauth2_linked_login"].c
    query = select(links.userid).where(links.confirmtoken == "")
    return {row.userid for row in source.among(query, links.username, names)}


def _links(source: Source, accounts: Collection[int] | None) -> Mapping[int, list[Link]]:
    """Account id → its confirmed links, by issuer and name."""
    found: dict[int, list[Link]] = defaultdict(list)
    if not is_installed(source, "auth_oauth2"):
        return found
    links = source.tables["auth_oauth2_linked_login"].c
    query = (
        select(links.userid, links.issuerid, links.username)
        .where(links.confirmtoken == "")
        .order_by(links.issuerid, links.username)
    )
    for row in source.among(query, links.userid, accounts):
        found[row.userid].append(Link(row.issuerid, row.username))
    return found
