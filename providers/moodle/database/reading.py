"""The reading half of a Moodle, by SQL: each reading in one transaction that cannot write."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL

from providers.databases.database import Database
from providers.moodle.database.accounts import (
    described,
    idnumber_locked,
    read_issuers,
    sought,
    with_ids,
)
from providers.moodle.database.cohorts import (
    read_cohorts,
    read_members,
    read_sizes,
    system_context,
)
from providers.moodle.database.enrolments import on_removal, read_enrolled, read_enrolment
from providers.moodle.database.log import read_changes
from providers.moodle.database.roles import read_roles
from providers.moodle.database.settings import administrators, is_installed, setting
from providers.moodle.database.source import Source
from providers.moodle.database.tables import find_tables
from reconciler.errors import AccessRefused
from reconciler.models.log import LoggedChange
from reconciler.models.moodle import PLUGIN, Enrolled, MoodleQuery, MoodleSnapshot
from reconciler.models.usage import Usage

KINDS = ("mysql", "mariadb", "postgresql")
"""Kinds of database that Moodle runs on, as far as we read them."""


class DatabaseReading:
    """A Moodle behind a database account, which needs SELECT and nothing else."""

    def __init__(self, site: str, url: URL, prefix: str, address: str) -> None:
        self._database = Database(site, url, "Moodle")
        self._prefix = prefix
        self._address = address
        self._readings = 0

    def inspect(self) -> dict[str, object]:
        """The fields of ``MoodleFacts`` that a database shows. Raises ReadError."""
        with self._open() as source:
            return {
                "release": setting(source, "release"),
                "issuers": read_issuers(source),
                "cohortrole": is_installed(source, PLUGIN),
                "on_removal": on_removal(source),
                "idnumber_locked": idnumber_locked(source),
            }

    def read(self, query: MoodleQuery) -> MoodleSnapshot:
        """Everything that the query asks for, at one moment. Raises ReadError."""
        with self._open() as source:
            system = system_context(source)
            cohorts = read_cohorts(source, system)
            wanted = [cohort.id for cohort in cohorts if query.wants_members_of(cohort)]
            people = sought(source, query)
            only = people.keys() if query.only_sought and not query.everybody else None
            members = read_members(source, wanted, only)
            roles = read_roles(source, system, None if query.everybody else wanted, only)
            if query.describe_members:
                held = roles.assignments.values()
                people |= with_ids(source, set().union(*members.values(), *held) - people.keys())
            return MoodleSnapshot(
                url=self._address,
                cohorts=cohorts,
                members=members,
                sizes=None if only is None else read_sizes(source, wanted),
                accounts=described(source, people, everybody=query.everybody),
                everybody=query.everybody,
                release=setting(source, "release"),
                administrators=administrators(source),
                issuers=read_issuers(source),
                roles=roles,
                enrolment=read_enrolment(source),
            )

    def enrolments(self, accounts: frozenset[int], courses: frozenset[int]) -> Enrolled:
        """See the port. Raises ReadError."""
        with self._open() as source:
            return read_enrolled(source, accounts, courses)

    def changes(self, cohorts: frozenset[int]) -> tuple[LoggedChange, ...] | None:
        """See the port; None, too, where this account may not read the log. Raises ReadError."""
        try:
            with self._open() as source:
                return read_changes(source, cohorts)
        except AccessRefused:
            return None

    def usage(self) -> Usage:
        """What the database has been asked so far."""
        return Usage(self._readings)

    def traffic(self) -> str:
        """What this has cost so far."""
        return f"{self._readings} readings of the database"

    @contextmanager
    def _open(self) -> Iterator[Source]:
        self._readings += 1
        with self._database.snapshot() as connection:
            tables = find_tables(connection, self._prefix, self._database.site)
            yield Source(connection, tables)
