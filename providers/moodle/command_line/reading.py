"""Snapshots from what the PHP program says."""

from collections import defaultdict
from collections.abc import Iterable, Sized
from contextlib import closing

from providers.moodle.command_line.conversation import Php
from providers.moodle.command_line.documents import (
    Accounts,
    Assignments,
    Cohorts,
    Enrolments,
    Hello,
    Links,
    Look,
    Members,
    Said,
    Site,
    Sizes,
)
from providers.php.documents import Trailer
from reconciler.errors import IncompleteRead
from reconciler.models.moodle import (
    Account,
    Cohort,
    Enrolled,
    Enrolment,
    Grant,
    Issuer,
    Link,
    MoodleFacts,
    MoodleQuery,
    MoodleRole,
    MoodleSnapshot,
    RoleState,
)


def look(php: Php) -> MoodleFacts:
    """What the site is like, by one process. Raises ReadError."""
    found: dict[str, object] = {}
    looks = 0
    with closing(php.ask("look", {})) as documents:
        for document in documents:
            match document:
                case Hello():
                    found |= {"url": document.url, "release": document.release}
                case Look():
                    looks += 1
                    found |= document.model_dump(exclude={"kind", "issuers"})
                    found["issuers"] = tuple(Issuer(*row) for row in document.issuers)
                case Trailer():
                    php.compare(document, {"looks": looks})
                case _:
                    raise php.unexpected(document)
    return MoodleFacts.model_validate(found)


def read(php: Php, query: MoodleQuery) -> MoodleSnapshot:
    """Everything that the query asks for, by one process. Raises ReadError."""
    gathered = _Gathered(php)
    with closing(php.ask("read", query.model_dump(mode="json"))) as documents:
        for document in documents:
            if isinstance(document, Trailer):
                php.compare(document, gathered.counts())
            else:
                gathered.take(document)
    return gathered.snapshot(query)


def enrolments(php: Php, accounts: frozenset[int], courses: frozenset[int]) -> Enrolled:
    """What enrols these accounts in these courses, by one process. Raises ReadError."""
    request = {"accounts": sorted(accounts), "courses": sorted(courses)}
    found: dict[int, dict[int, frozenset[int]]] = defaultdict(dict)
    said = 0
    with closing(php.ask("enrolments", request)) as documents:
        for document in documents:
            match document:
                case Enrolments():
                    said += len(document.rows)
                    for account, course, cohort in document.rows:
                        before = found[account].get(course, frozenset())
                        found[account][course] = before | {cohort}
                case Trailer():
                    php.compare(document, {"enrolments": said})
    return dict(found)


class _Gathered:
    """What has been said so far."""

    def __init__(self, php: Php) -> None:
        self._php = php
        self._hello: Hello | None = None
        self._about: Site | None = None
        self._cohorts: list[Cohort] = []
        self._members: dict[int, frozenset[int]] = {}
        self._sizes: dict[int, int] = {}
        self._accounts: list[tuple[int, str, str, str, str, bool, bool, bool]] = []
        self._links: dict[int, list[Link]] = defaultdict(list)
        self._assigned: dict[tuple[int, int, str], set[int]] = defaultdict(set)

    def take(self, document: Said) -> None:  # noqa: C901 - one branch a kind of document
        """Keep what a document says. Raises ReadError for one that is no part of a snapshot."""
        match document:
            case Hello():
                self._hello = document
            case Cohorts():
                self._cohorts += [_cohort(*row) for row in document.rows]
            case Members():
                before = self._members.get(document.cohort, frozenset())
                self._members[document.cohort] = before | document.accounts
            case Sizes():
                self._sizes.update(document.rows)
            case Accounts():
                self._accounts += document.rows
            case Links():
                for account, issuer, username in document.rows:
                    self._links[account].append(Link(issuer, username))
            case Assignments():
                for cohort, role, component, account in document.rows:
                    self._assigned[cohort, role, component].add(account)
            case Site():
                self._about = document
            case _:
                raise self._php.unexpected(document)

    def counts(self) -> dict[str, int]:
        """The rows that came, by what the trailer calls them."""
        return {
            "cohorts": len(self._cohorts),
            "members": _total(self._members.values()),
            "sizes": sum(self._sizes.values()),
            "accounts": len(self._accounts),
            "links": _total(self._links.values()),
            "assignments": _total(self._assigned.values()),
        }

    def snapshot(self, query: MoodleQuery) -> MoodleSnapshot:
        """The whole of it, once the trailer has been. Raises ReadError."""
        sizes = self._sizes if query.only_sought and not query.everybody else None
        wanted = {cohort.id for cohort in self._cohorts if query.wants_members_of(cohort)}
        # That nobody is in a cohort is said, too: by its size, or by a list of nobody.
        told = (self._members if sizes is None else sizes).keys()
        whole = told == wanted and self._members.keys() <= wanted
        if self._hello is None or self._about is None or not whole:
            raise IncompleteRead(
                f"Moodle of site {self._php.place} left out a part of its answer: its own PHP may"
                " be changed. Look at PHP's log."
            )
        about = self._about
        return MoodleSnapshot(
            url=self._hello.url,
            release=self._hello.release,
            cohorts=tuple(self._cohorts),
            members={cohort: self._members.get(cohort, frozenset()) for cohort in wanted},
            sizes=sizes,
            accounts=self._described(),
            everybody=query.everybody,
            administrators=about.administrators,
            issuers=tuple(
                Issuer(id=i, name=name, baseurl=url, username_claim=claim)
                for i, name, url, claim in about.issuers
            ),
            roles=self._roles(about),
            enrolment=_enrolment(about),
            abilities=about.abilities,
        )

    def _described(self) -> dict[int, Account]:
        return {
            row[0]: Account(*row, links=tuple(self._links.get(row[0], ())))
            for row in self._accounts
        }

    def _roles(self, about: Site) -> RoleState:
        return RoleState(
            roles=tuple(
                MoodleRole(id=i, shortname=name, system=system, rules_site=rules)
                for i, name, system, rules in about.roles
            ),
            definitions=about.definitions,
            by_plugin=about.by_plugin,
            assignments={
                Grant(cohort=cohort, role=role, component=component): frozenset(accounts)
                for (cohort, role, component), accounts in self._assigned.items()
            },
        )


def _cohort(  # noqa: PLR0913, PLR0917 - a row, column by column
    number: int,
    name: str,
    idnumber: str,
    description: str,
    visible: bool,
    system: bool,
    component: str,
) -> Cohort:
    return Cohort(
        id=number,
        name=name,
        idnumber=idnumber,
        description=description,
        visible=visible,
        system=system,
        component=component,
    )


def _enrolment(about: Site) -> Enrolment:
    return Enrolment(
        courses=_by_cohort((cohort, course) for cohort, course, _ in about.courses),
        joins=_by_cohort((cohort, course) for cohort, course, joins in about.courses if joins),
        on_removal=about.on_removal,
    )


def _by_cohort(courses: Iterable[tuple[int, int]]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for cohort, course in courses:
        found[cohort].add(course)
    return {cohort: frozenset(its) for cohort, its in found.items()}


def _total(groups: Iterable[Sized]) -> int:
    return sum(map(len, groups))
