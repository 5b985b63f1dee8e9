"""What can be said against a plan file without asking any site."""

import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from reconciler.errors import PlanFileError
from reconciler.guards import REMEDIES
from reconciler.models.desired import NOBODYS
from reconciler.models.plan import CohortPlan, Plan
from reconciler.plan_file import digest, unverified
from reconciler.plan_lines import Place, Places
from reconciler.plan_secrets import Source, secrets
from reconciler.plan_text import as_text, document_from
from reconciler.summary import headline

_AGAIN = "Plan again; an edited plan is refused"
_RESTORE = "Plan again, or restore the file from git"
_SOURCES: dict[Source | None, str] = {
    "guild": "It is in the texts of a guild, which its members read: make sure that it is meant",
    "user": "It is a user name, as single sign-on makes them: make sure that it is no more",
    None: "Take it out where it comes from, and plan again: git keeps what it is given",
}
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_WEB = re.compile(r"https?://[^\s@]+")
_WHERE = re.compile(r".*?:(?P<line>[0-9]+): (?P<told>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What is wrong in a line, and what to do about it."""

    line: int
    text: str
    warning: bool = False
    """Whether it is only to be known, and nothing is wrong with the file."""

    def __str__(self) -> str:
        """As it is printed behind the file's name."""
        return f"{self.line}: {'warning: ' if self.warning else ''}{self.text}"


def findings(text: str, name: str) -> list[Finding]:
    """All that is found in a file's text, by line; ``name`` tells JSON from YAML."""
    found = [*_line_ends(text)]
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    places = Places(text)
    plan = None
    try:
        document = document_from(text, name)
        plan = unverified(document, name)
    except PlanFileError as error:
        found += _invalid(error, name, places)
    else:
        given = document.get("digest") if isinstance(document, dict) else None
        found += _of_plan(plan, given, text, name, places)
    for number, what, source in secrets(text, plan):
        warning = source is not None
        found.append(Finding(number, f"{what} stands here. {_SOURCES[source]}.", warning))
    return sorted(set(found))


def plan_of(text: str, name: str) -> Plan | None:
    """The plan in a file's text, if it is one at all."""
    try:
        return unverified(document_from(text.removeprefix("\ufeff"), name), name)
    except PlanFileError:
        return None


def _line_ends(text: str) -> Iterator[Finding]:
    if text.startswith("\ufeff"):
        told = "The file begins with a byte order mark. Save it as UTF-8 without one."
        yield Finding(1, told)
    before, end, _ = text.partition("\r\n")
    if end:
        told = "Lines end with CR LF. Let git keep such files as they are: '*.yaml text eol=lf'"
        yield Finding(before.count("\n") + 1, f"{told} in .gitattributes.")


def _invalid(error: PlanFileError, name: str, places: Places) -> Iterator[Finding]:
    """What keeps a file from being a plan."""
    if isinstance(error.__cause__, ValidationError):
        for one in error.__cause__.errors():
            place: Place = tuple(one["loc"])
            told = f"{'.'.join(map(str, place))}: {one['msg']}"
            yield Finding(places.line(place), f"This is no valid plan: {told}. {_RESTORE}.")
        return
    told, at = str(error), None
    if (found := _WHERE.fullmatch(told)) and told.startswith(f"{name}:"):
        told, at = f"This {found['told']}", int(found["line"])
    if at is None:
        at = places.quoted(told) or places.line(("format",))
        told = told.replace(name, "This", 1)
    yield Finding(at, f"{told.rstrip('.')}. {_RESTORE}.")


def _of_plan(plan: Plan, given: object, text: str, name: str, places: Places) -> Iterator[Finding]:
    if given != digest(plan):
        told = "The digest does not fit: the file was changed after it was made"
        yield Finding(places.line(("digest",)), f"{told}. {_AGAIN}.")
    else:
        yield from _other_form(plan, text, name)
    yield from _no_headline(plan, text, name)
    yield from _formats(plan, places)
    for place, what in _duplicates(plan):
        yield Finding(places.line(place), f"{what} is there twice. {_AGAIN}.")
    for number, guard in enumerate(plan.guards):
        if not guard.ok:
            told = f"The guard {guard.guard} holds this plan back: {guard.found}"
            ack = f" Then apply it with --ack {guard.acknowledge}." if guard.acknowledge else ""
            line = places.line(("guards", number))
            yield Finding(line, f"{told}. {REMEDIES[guard.guard]}.{ack}", warning=True)


def _other_form(plan: Plan, text: str, name: str) -> Iterator[Finding]:
    """Whether the file is not what the program writes, but for lines of comments."""
    ours, written = _rows(text, name), _rows(as_text(plan, name), name)
    if [row for _, row in ours] == [row for _, row in written]:
        return
    pairs = zip(ours, written, strict=False)
    differing = (number for (number, row), (_, other) in pairs if row != other)
    last = ours[-1][0] if ours else 1
    told = "This is not as the program writes it, which makes the next plan's diff hard to read"
    mend = "Comments may stand on lines of their own; restore the rest from git, or plan again"
    yield Finding(next(differing, last), f"{told}. {mend}.")


def _rows(text: str, name: str) -> list[tuple[int, str]]:
    """(number, line) of what is no comment."""
    rows = enumerate(text.split("\n"), 1)
    comments = not name.endswith(".json")
    return [(n, row) for n, row in rows if not (comments and row.lstrip().startswith("#"))]


def _no_headline(plan: Plan, text: str, name: str) -> Iterator[Finding]:
    """Whether the first comment counts something else than the plan does: it is believed."""
    if name.endswith(".json"):
        return
    rows = text.split("\n")
    if rows[0] != f"# {headline(plan)}":
        told = "The comment on top does not say what the plan does"
        yield Finding(1, f"{told}. The first line has to be: # {headline(plan)}")


def _formats(plan: Plan, places: Places) -> Iterator[Finding]:
    uuids: list[tuple[Place, str]] = [(("avc", "uuid"), plan.avc.uuid)]
    uuids += [
        (("cohorts", n, "uuid"), cohort.uuid)
        for n, cohort in enumerate(plan.cohorts)
        if not _is_left(cohort)
    ]
    for place, uuid in uuids:
        if not _UUID.fullmatch(uuid):
            yield Finding(places.line(place), f"{uuid!r} is no UUID. {_RESTORE}.")
    if not _WEB.fullmatch(plan.moodle.url):
        told = "The address is none of a web site, or has a user in it"
        yield Finding(places.line(("moodle", "url")), f"{told}. Correct it in nwp.yml, plan again.")


def _duplicates(plan: Plan) -> Iterator[tuple[Place, str]]:
    keys = (((c.key, c.cohort if _is_left(c) else None), c.guild) for c in plan.cohorts)
    yield from _twice("cohorts", ((key, f"A cohort of {guild}") for key, guild in keys))
    ids = ((c.cohort or f"new {c.key}", f"Cohort {c.cohort}") for c in plan.cohorts)
    yield from _twice("cohorts", ids)
    yield from _twice("guards", ((g.guard, f"The guard {g.guard}") for g in plan.guards))
    yield from _twice("roles", ((r.role, f"The role {r.role}") for r in plan.roles))
    yield from _twice("problems", ((p, "This problem") for p in plan.problems))
    for number, cohort in enumerate(plan.cohorts):
        members = ((m.moodle, f"Account {m.moodle}") for m in cohort.members)
        yield from _twice("members", members, ("cohorts", number))
        given = (
            ((m.moodle, m.role, m.through), f"The role {m.role} of account {m.moodle}")
            for m in cohort.assignments
        )
        yield from _twice("assignments", given, ("cohorts", number))


def _is_left(cohort: CohortPlan) -> bool:
    """Whether it stands for what a deleted cohort left, whose guild nobody knows any more."""
    return cohort.action == "forget" and cohort.key == NOBODYS


def _twice(
    part: str, items: Iterable[tuple[Hashable, str]], above: Place = ()
) -> Iterator[tuple[Place, str]]:
    seen: set[Hashable] = set()
    for number, (key, what) in enumerate(items):
        if key in seen:
            yield (*above, part, number), what
        seen.add(key)
