"""The small Moodle of ``support``, as it has to be read."""

from reconciler.models.moodle import (
    Account,
    Cohort,
    Enrolment,
    Grant,
    Issuer,
    Link,
    MoodleRole,
    MoodleSnapshot,
    RoleState,
)
from tests.moodle_database.support import ADDRESS, CREATOR, HELPER, MANAGER, OWN, RELEASE, TEACHER

_ALICE = Account(
    id=3,
    username="alice",
    email="alice@example.org",
    auth="oauth2",
    idnumber="uuid-alice",
    idnumber_locked=True,
    links=(Link(1, "77"), Link(3, "alice@other.example")),
)
_BOB = Account(id=4, username="bob", email="bob@example.org", auth="ldap")
_UNCONFIRMED = Account(6, "unconfirmed", "unconfirmed@example.org", confirmed=False)
_SUSPENDED = Account(7, "suspended", "suspended@example.org", suspended=True)
WHOLE = MoodleSnapshot(
    url=ADDRESS,
    cohorts=(
        Cohort(
            id=1,
            name="web-dev",
            idnumber="web-dev",
            description="<p>mark</p>",
            visible=True,
            system=True,
            component="avc_moodle_sync",
        ),
        Cohort(
            id=2,
            name="category",
            idnumber="category",
            description="<p>mark</p>",
            visible=True,
            system=False,
            component="",
        ),
        Cohort(
            id=3,
            name="AVC - plain",
            idnumber="",
            description="",
            visible=False,
            system=True,
            component="local_other",
        ),
        Cohort(
            id=4,
            name="empty",
            idnumber="empty",
            description="mark",
            visible=True,
            system=True,
            component="",
        ),
    ),
    members={1: frozenset({3, 4}), 4: frozenset()},
    accounts={
        1: Account(1, "guest", "guest@example.org"),
        2: Account(2, "admin", "admin@example.org"),
        3: _ALICE,
        4: _BOB,
        6: _UNCONFIRMED,
        7: _SUSPENDED,
    },
    everybody=True,
    release=RELEASE,
    administrators=frozenset({2, 4}),
    issuers=(
        Issuer(1, "AVC", "https://avc.example", "sub"),
        Issuer(3, "Other", "https://other.example", ""),
    ),
    roles=RoleState(
        roles=(
            MoodleRole(id=MANAGER, shortname="manager", system=True, rules_site=True),
            MoodleRole(id=CREATOR, shortname="coursecreator", system=True, rules_site=False),
            MoodleRole(id=TEACHER, shortname="teacher", system=False, rules_site=False),
            MoodleRole(id=OWN, shortname="own", system=False, rules_site=True),
            MoodleRole(id=HELPER, shortname="helper", system=False, rules_site=True),
        ),
        definitions=frozenset({(1, CREATOR)}),
        assignments={
            Grant(cohort=1, role=CREATOR, component="local_cohortrole"): frozenset({3, 4}),
            Grant(cohort=3, role=CREATOR, component="local_cohortrole"): frozenset({3}),
            Grant(cohort=1, role=CREATOR, component="avc_moodle_sync"): frozenset({3}),
        },
        by_plugin=True,
    ),
    enrolment=Enrolment(
        courses={1: frozenset({20, 21}), 3: frozenset({21})},
        joins={1: frozenset({20}), 3: frozenset({21})},
        on_removal="unenrol",
    ),
)
