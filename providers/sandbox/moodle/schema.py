"""The tables of the sandbox's Moodle, and what a new Moodle has in them.

Named as Moodle's (without a prefix), with the columns that recordings let one see and that the
command line reads. Texts that MariaDB compares without case and accents have the collation
``folded``; the generated columns, named ``…_folded``, are for indexes.
"""

from collections.abc import Iterable, Mapping

from providers.sandbox.moodle.answers import Release

SYSTEM_CONTEXT = 1
CATEGORY_CONTEXT = 3
"""Of the course category 1, as an installation numbers it (4.5.6 and 5.1.3)."""

RELEASES: Mapping[Release, tuple[str, str]] = {
    "4.5.6": ("4.5.6 (Build: 20250811)", "2024100706"),
    "5.1.3": ("5.1.3 (Build: 20260216)", "2025100603"),
}
"""``release`` and ``version`` of the table config, as an installation has them."""

TABLES = """
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE user (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL COLLATE folded UNIQUE,
    email TEXT NOT NULL COLLATE folded,
    email_folded TEXT NOT NULL AS (folded(email)) STORED,
    auth TEXT NOT NULL DEFAULT 'manual',
    idnumber TEXT NOT NULL DEFAULT '' COLLATE folded,
    idnumber_folded TEXT NOT NULL AS (folded(idnumber)) STORED,
    suspended INTEGER NOT NULL DEFAULT 0,
    confirmed INTEGER NOT NULL DEFAULT 1,
    deleted INTEGER NOT NULL DEFAULT 0,
    firstname TEXT NOT NULL,
    lastname TEXT NOT NULL DEFAULT 'Test'
) STRICT;
CREATE INDEX user_email ON user (email_folded);
CREATE INDEX user_idnumber ON user (idnumber_folded);
CREATE TABLE cohort (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contextid INTEGER NOT NULL DEFAULT 1,
    name TEXT NOT NULL COLLATE folded CHECK (length(name) <= 254),
    name_folded TEXT NOT NULL AS (folded(name)) STORED,
    idnumber TEXT DEFAULT '' COLLATE folded CHECK (length(idnumber) <= 100),
    idnumber_folded TEXT NOT NULL AS (folded(coalesce(idnumber, ''))) STORED,
    description TEXT DEFAULT '',
    descriptionformat INTEGER NOT NULL DEFAULT 1,
    visible INTEGER NOT NULL DEFAULT 1,
    component TEXT NOT NULL DEFAULT '',
    timecreated INTEGER NOT NULL DEFAULT 0,
    timemodified INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX cohort_idnumber ON cohort (idnumber_folded);
CREATE INDEX cohort_name ON cohort (contextid, name_folded);
CREATE TABLE cohort_members (
    cohortid INTEGER NOT NULL,
    userid INTEGER NOT NULL,
    id INTEGER AS (cohortid * 1000000000 + userid) VIRTUAL,
    PRIMARY KEY (cohortid, userid)
) STRICT, WITHOUT ROWID;
CREATE TABLE context (
    id INTEGER PRIMARY KEY,
    contextlevel INTEGER NOT NULL,
    instanceid INTEGER NOT NULL,
    UNIQUE (contextlevel, instanceid)
) STRICT;
CREATE TABLE role (
    id INTEGER PRIMARY KEY,
    shortname TEXT NOT NULL UNIQUE,
    archetype TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE role_context_levels (
    id INTEGER PRIMARY KEY,
    roleid INTEGER NOT NULL,
    contextlevel INTEGER NOT NULL,
    UNIQUE (roleid, contextlevel)
) STRICT;
CREATE TABLE role_capabilities (
    id INTEGER PRIMARY KEY,
    contextid INTEGER NOT NULL DEFAULT 1,
    roleid INTEGER NOT NULL,
    capability TEXT NOT NULL,
    permission INTEGER NOT NULL DEFAULT 1,
    UNIQUE (roleid, contextid, capability)
) STRICT;
CREATE TABLE role_assignments (
    id INTEGER PRIMARY KEY,
    roleid INTEGER NOT NULL,
    contextid INTEGER NOT NULL,
    userid INTEGER NOT NULL,
    component TEXT NOT NULL DEFAULT '',
    itemid INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX role_assignments_user ON role_assignments (userid, contextid, roleid);
CREATE TABLE local_cohortrole (
    id INTEGER PRIMARY KEY,
    cohortid INTEGER NOT NULL,
    roleid INTEGER NOT NULL,
    UNIQUE (cohortid, roleid)
) STRICT;
CREATE TABLE oauth2_issuer (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    baseurl TEXT NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE TABLE oauth2_user_field_mapping (
    id INTEGER PRIMARY KEY,
    issuerid INTEGER NOT NULL,
    externalfield TEXT NOT NULL,
    internalfield TEXT NOT NULL,
    UNIQUE (issuerid, internalfield)
) STRICT;
CREATE TABLE auth_oauth2_linked_login (
    id INTEGER PRIMARY KEY,
    userid INTEGER NOT NULL,
    issuerid INTEGER NOT NULL,
    username TEXT NOT NULL COLLATE folded,
    confirmtoken TEXT NOT NULL DEFAULT '',
    UNIQUE (userid, issuerid, username)
) STRICT;
CREATE TABLE enrol (
    id INTEGER PRIMARY KEY,
    enrol TEXT NOT NULL,
    status INTEGER NOT NULL DEFAULT 0, -- 0: enabled, 1: disabled
    courseid INTEGER NOT NULL,
    roleid INTEGER NOT NULL DEFAULT 0,
    customint1 INTEGER -- of a cohort enrolment: the cohort
) STRICT;
CREATE TABLE user_enrolments (
    id INTEGER PRIMARY KEY,
    status INTEGER NOT NULL DEFAULT 0, -- 0: active, 1: suspended
    enrolid INTEGER NOT NULL,
    userid INTEGER NOT NULL,
    UNIQUE (enrolid, userid)
) STRICT;
CREATE TABLE config (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    value TEXT NOT NULL
) STRICT;
CREATE TABLE config_plugins (
    id INTEGER PRIMARY KEY,
    plugin TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (plugin, name)
) STRICT;
CREATE TABLE logstore_standard_log (
    id INTEGER PRIMARY KEY,
    eventname TEXT NOT NULL,
    component TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    objecttable TEXT,
    objectid INTEGER,
    crud TEXT NOT NULL,
    edulevel INTEGER NOT NULL DEFAULT 0,
    contextid INTEGER NOT NULL,
    userid INTEGER NOT NULL,
    courseid INTEGER,
    relateduserid INTEGER,
    anonymous INTEGER NOT NULL DEFAULT 0,
    other TEXT,
    timecreated INTEGER NOT NULL,
    origin TEXT,
    ip TEXT,
    realuserid INTEGER
) STRICT;
CREATE INDEX log_time ON logstore_standard_log (timecreated);
CREATE TABLE calls (
    function TEXT PRIMARY KEY,
    n INTEGER NOT NULL,
    writes INTEGER NOT NULL
) STRICT;
"""

_CONTEXTS = ((SYSTEM_CONTEXT, 10, 0), (CATEGORY_CONTEXT, 40, 1))
_ROLES = (
    ("manager", (10, 40, 50)),
    ("coursecreator", (10, 40)),
    ("editingteacher", (50, 70)),
    ("teacher", (50, 70)),
    ("student", (50, 70)),
    ("guest", ()),
    ("user", ()),
    ("frontpage", ()),
)
"""In the order of their ids, each its own archetype; the context levels where one may give them."""
_ROLE_ASSIGNERS = ("manager", "editingteacher")
"""Whom a new Moodle allows ``moodle/role:assign``; it allows nobody ``moodle/site:config``."""
_PLUGIN_SETTINGS = (
    ("enrol_cohort", "unenrolaction", "0"),
    ("tool_log", "enabled_stores", "logstore_standard"),
    ("local_cohortrole", "version", "2025100700"),
    ("auth_oauth2", "version", "2024100700"),
    ("auth_email", "field_lock_idnumber", "unlocked"),
    ("auth_ldap", "field_lock_idnumber", "unlocked"),
    ("auth_manual", "field_lock_idnumber", "unlocked"),
    ("auth_oauth2", "field_lock_idnumber", "unlocked"),
)

_LEVEL = (
    "INSERT INTO role_context_levels (roleid, contextlevel) SELECT id, ? FROM role"
    " WHERE shortname = ?"
)
_CAPABILITY = (
    "INSERT INTO role_capabilities (roleid, capability) SELECT id, 'moodle/role:assign' FROM role"
    " WHERE shortname = ?"
)
Rows = Iterable[tuple[object, ...]]


def first_rows(release: Release) -> Iterable[tuple[str, Rows]]:
    """What a new Moodle holds beside its accounts: statements, and the rows for each."""
    described, version = RELEASES[release]
    settings = {
        "release": described,
        "version": version,
        "siteguest": "1",
        "siteadmins": "2",
        "maintenance_enabled": "0",
        "enrol_plugins_enabled": "manual,guest,self,cohort",
    }
    return (
        ("INSERT INTO context (id, contextlevel, instanceid) VALUES (?, ?, ?)", _CONTEXTS),
        ("INSERT INTO role (shortname, archetype) VALUES (?, ?)", [(n, n) for n, _ in _ROLES]),
        (_LEVEL, [(level, name) for name, levels in _ROLES for level in levels]),
        (_CAPABILITY, [(name,) for name in _ROLE_ASSIGNERS]),
        ("INSERT INTO config (name, value) VALUES (?, ?)", settings.items()),
        ("INSERT INTO config_plugins (plugin, name, value) VALUES (?, ?, ?)", _PLUGIN_SETTINGS),
    )
