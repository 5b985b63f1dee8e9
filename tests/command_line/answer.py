"""A whole answer of PHP, document by document, and what a site makes of one."""

from collections.abc import Sequence
from typing import Any

from reconciler.models.moodle import MoodleQuery
from tests.command_line.playback import HELLO, SITE, Part, Playback, site

COHORT = {"kind": "cohorts", "rows": [[7, "AVC - A", "a", "marked", True, True, ""]]}
MEMBERS = {"kind": "members", "cohort": 7, "accounts": [3, 4]}
ACCOUNTS = {
    "kind": "accounts",
    "rows": [
        [3, "bob", "bob@x.org", "oauth2", "", False, True, True],
        [4, "eve", "eve@x.org", "manual", "E1", True, False, False],
    ],
}
LINKS = {"kind": "links", "rows": [[3, 1, "77"], [3, 2, "78"]]}
ASSIGNMENTS = {
    "kind": "assignments",
    "rows": [[7, 5, "local_cohortrole", 3], [7, 5, "local_cohortrole", 4]],
}
TRAILER: dict[str, Any] = {
    "kind": "trailer",
    "counts": {
        "cohorts": 1,
        "members": 2,
        "sizes": 0,
        "accounts": 2,
        "links": 2,
        "assignments": 2,
    },
}
WHOLE: Sequence[dict[str, Any]] = (
    HELLO,
    COHORT,
    MEMBERS,
    ACCOUNTS,
    LINKS,
    ASSIGNMENTS,
    SITE,
    TRAILER,
)
QUERY = MoodleQuery(member_marks=frozenset({"marked"}), everybody=True)


def read(*parts: Part) -> Playback:
    """Read a site that says these parts, for the error that it gives."""
    moodle, carrier = site(*parts)
    try:
        moodle.read(QUERY)
    finally:
        assert carrier.closed == len(carrier.programs) == 1
    return carrier
