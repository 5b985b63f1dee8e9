"""What a file in git should not hold: addresses of people, and secrets."""

import re
from collections.abc import Iterator
from typing import Literal

from reconciler.models.plan import Plan

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_TOKENS = re.compile(
    r"(?<![0-9A-Za-z])[0-9a-f]{32}(?![0-9A-Za-z])"  # Moodle's, and everything that is an MD5
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}"  # a JSON web token
    r"|\b(?:gh[opsu]|github_pat|glpat|xox[abp])[-_][\w-]{16,}"
    r"|\bAKIA[0-9A-Z]{16}\b"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|://[^\s/@]+:[^\s/@]+@"  # a password in an address
)


Source = Literal["guild", "user"]
"""What has it for a text: a guild, whose members can read it, or a user for a name."""


def secrets(text: str, plan: Plan | None) -> Iterator[tuple[int, str, Source | None]]:
    """(line, what it is, whose text it is: None where nobody's has it, and it is wrong)."""
    told = "\n".join(_texts(plan)) if plan else ""
    users = "\n".join(_user_names(plan)) if plan else ""
    for number, row in enumerate(text.split("\n"), 1):
        for pattern, what in (
            (_ADDRESS, "What looks like an e-mail address"),
            (_TOKENS, "What looks like a token or a password"),
        ):
            found = pattern.findall(row)
            if found:
                if all(one in told for one in found):
                    yield number, what, "guild"
                elif pattern is _TOKENS and all(one in users for one in found):
                    yield number, what, "user"
                else:
                    yield number, what, None


def _user_names(plan: Plan) -> Iterator[str]:
    yield from (line.name for line in plan.lines)
    for problem in plan.problems:
        yield problem.name or ""


def _texts(plan: Plan) -> Iterator[str]:
    for cohort in plan.cohorts:
        for change in (cohort.name, cohort.description):
            if change:
                yield change.to
                yield change.from_ or ""
