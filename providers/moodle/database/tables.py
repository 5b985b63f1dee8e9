"""Moodle's tables, as far as they are read."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, TableClause, column, inspect, table

from reconciler.errors import UnexpectedAnswer

_COLUMNS = {
    "config": "name value",
    "config_plugins": "plugin name value",
    "context": "id contextlevel",
    "user": "id username email auth idnumber suspended confirmed deleted",
    "cohort": "id contextid name idnumber description visible component",
    "cohort_members": "cohortid userid",
    "role": "id shortname archetype",
    "role_context_levels": "roleid contextlevel",
    "role_capabilities": "roleid contextid capability permission",
    "role_assignments": "roleid contextid userid component itemid",
    "enrol": "id enrol status courseid customint1",
    "user_enrolments": "enrolid userid",
    "oauth2_issuer": "id name baseurl enabled",
    "oauth2_user_field_mapping": "issuerid externalfield internalfield",
    # Of plugins: there while the plugin is installed.
    "auth_oauth2_linked_login": "userid issuerid username confirmtoken",
    "local_cohortrole": "cohortid roleid",
    "logstore_standard_log": "id eventname objectid userid relateduserid realuserid courseid"
    " anonymous timecreated origin",
}


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables that a database shows under a prefix."""

    site: str
    prefix: str
    _shown: Mapping[str, TableClause]

    def __contains__(self, name: str) -> bool:
        return name in self._shown

    def __getitem__(self, name: str) -> TableClause:
        """A table by Moodle's name for it; raises UnexpectedAnswer when it is not there."""
        if name not in self._shown:
            raise UnexpectedAnswer(
                f"{self.site}: the Moodle database shows no table '{self.prefix}{name}'; check"
                " `database`, `prefix`, and that the account may read it."
            )
        return self._shown[name]


def find_tables(connection: Connection, prefix: str, site: str) -> Tables:
    """Look which tables there are."""
    found = inspect(connection)
    # A careful administrator shows us views of what we may see: they serve as well.
    names = {*found.get_table_names(), *found.get_view_names()}
    shown = {
        name: table(prefix + name, *(column(each) for each in columns.split()))
        for name, columns in _COLUMNS.items()
        if prefix + name in names
    }
    return Tables(site, prefix, shown)
