"""What a sync has to do, worked out a second time, from the documents and not from the code.

``after`` is the Moodle that a sync leaves behind which meets no fault and no guard. Nothing here
calls the core's own decisions: who is who, which cohort is whose, who may go. Sources:
docs/decisions.md, docs/lifecycle.md.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape

from tests.reliability.faults_state import (
    SIGNATURE,
    SITE,
    SYSTEM,
    Account,
    Avc,
    Cohort,
    Guild,
    Moodle,
    Rules,
    Scope,
    put_away,
)


@dataclass(frozen=True)
class Identity:
    """Who is who."""

    account_of: Mapping[int, int]
    person_of: Mapping[int, int]
    frozen: frozenset[int]


@dataclass(frozen=True)
class Found:
    """What a guild has in Moodle."""

    guild: Guild
    name: str
    cohort: Cohort | None = None
    adopt: bool = False


def who_is_who(avc: Avc, moodle: Moodle, rules: Rules) -> Identity:
    """By idnumber where that counts, else by address; two of anything is nobody's."""
    named: dict[int, list[set[int]]] = {}
    for person in avc.people.values():
        evidence = [_with_address(moodle, person.mail)]
        if rules.idnumbers:
            evidence.insert(0, _with_idnumber(moodle, person.uuid))
        named[person.uid] = evidence
    chosen = {
        uid: next((accounts for accounts in evidence if accounts), set[int]())
        for uid, evidence in named.items()
    }
    sole = {uid: next(iter(found)) for uid, found in chosen.items() if len(found) == 1}
    account_of = {
        uid: account
        for uid, account in sole.items()
        if sum(account in others for others in chosen.values()) == 1
    }
    while True:
        doubted = {
            account
            for uid, evidence in named.items()
            if uid not in account_of
            for accounts in evidence
            for account in accounts
        }
        still = {uid: account for uid, account in account_of.items() if account not in doubted}
        if still == account_of:
            person_of = {account: uid for uid, account in account_of.items()}
            return Identity(account_of, person_of, frozenset(doubted))
        account_of = still


def _with_address(moodle: Moodle, mail: str) -> set[int]:
    return {
        account.id
        for account in _matchable(moodle)
        if mail and account.email.lower() == mail.lower() and account.auth not in {"lti", "mnet"}
    }


def _with_idnumber(moodle: Moodle, uuid: str) -> set[int]:
    return {account.id for account in _matchable(moodle) if account.idnumber.lower() == uuid}


def _matchable(moodle: Moodle) -> Iterator[Account]:
    for account in moodle.accounts.values():
        if account.confirmed and account.username != "guest":
            yield account


def _names(avc: Avc, moodle: Moodle) -> dict[str, str]:
    """Guild UUID → machine name: what the mark has, else the alias, with a number if it is taken.

    A name is taken by a guild before, and by a cohort that can never be this guild's.
    """
    marks = {c.id: c.mark for c in moodle.cohorts.values()}
    kept = {mark[2]: mark[1] for mark in reversed(marks.values()) if mark and mark[0] == SITE}
    wearers: dict[str, set[str]] = {}
    for cohort in moodle.cohorts.values():
        mark = marks[cohort.id]
        if cohort.idnumber and (mark or cohort.context != SYSTEM):
            mine = mark is not None and mark[0] == SITE and cohort.context == SYSTEM
            owner = mark[2] if mine and mark else ""
            wearers.setdefault(cohort.idnumber.casefold(), set()).add(owner)
    given: dict[str, str] = {}
    for guild in sorted(avc.guilds.values(), key=lambda g: (g.uuid not in kept, g.id)):
        base = kept.get(guild.uuid, guild.alias)
        for number in range(1, 100):
            name = base if number == 1 else f"{base}-{number}"
            free = wearers.get(name.casefold(), {guild.uuid}) == {guild.uuid}
            unused = name.casefold() not in {other.casefold() for other in given.values()}
            if unused and (free or name == kept.get(guild.uuid)):
                given[guild.uuid] = name
                break
    return given


def _findings(avc: Avc, moodle: Moodle) -> Iterator[Found]:
    """Every guild that is not left alone, with its cohort."""
    names = _names(avc, moodle)
    for guild in avc.guilds.values():
        name = names[guild.uuid]
        marked = _marked(moodle, guild.uuid)
        wearing = [c for c in moodle.cohorts.values() if c.idnumber.casefold() == name.casefold()]
        if marked:
            taken = any(c.id != marked[0].id for c in wearing) and marked[0].idnumber != name
            if len(marked) == 1 and marked[0].context == SYSTEM and not taken:
                yield Found(guild, name, marked[0])
        elif any(_damaged(c) and guild.uuid in c.description for c in moodle.cohorts.values()):
            continue
        elif not wearing:
            yield Found(guild, name)
        elif len(wearing) == 1 and _adoptable(wearing[0]):
            yield Found(guild, name, wearing[0], adopt=True)


def _marked(moodle: Moodle, uuid: str) -> list[Cohort]:
    found = ((c, c.mark) for c in moodle.cohorts.values())
    return [c for c, mark in found if mark and (mark[0], mark[2]) == (SITE, uuid)]


def _damaged(cohort: Cohort) -> bool:
    return cohort.context == SYSTEM and cohort.mark is None and SIGNATURE in cohort.description


def _adoptable(cohort: Cohort) -> bool:
    return (
        cohort.context == SYSTEM
        and cohort.name.startswith("AVC - ")
        and SIGNATURE not in cohort.description
    )


def wanted(avc: Avc, moodle: Moodle, rules: Rules) -> dict[str, set[int]]:
    """Guild UUID → the accounts that AVC wants in its cohort."""
    known = who_is_who(avc, moodle, rules)
    return {guild.uuid: _wanted(avc, known, guild) for guild in avc.guilds.values()}


def _wanted(avc: Avc, known: Identity, guild: Guild) -> set[int]:
    active = avc.active(guild.id)
    return {known.account_of[uid] for uid in active if uid in known.account_of}


def after(avc: Avc, moodle: Moodle, rules: Rules, scope: Scope) -> Moodle:
    """The Moodle that a sync leaves behind which meets no fault, and which no guard holds back."""
    known = who_is_who(avc, moodle, rules)
    left = moodle.copy()
    for found in _findings(avc, moodle):
        desired = _wanted(avc, known, found.guild)
        if scope.kind == "full" or scope.uuid == found.guild.uuid:
            members = _settled(avc, known, rules, found, moodle, desired)
            _put(left, found, _cohort(found), members)
        elif scope.kind == "user" and not found.adopt:
            _one_person(left, found, known.account_of.get(scope.uid), desired)
    if scope.kind == "full":
        for cohort in _lost(avc, moodle):
            left.cohorts[cohort.id] = _archived(cohort)
            left.members[cohort.id] = moodle.members[cohort.id] & known.frozen
    return left


def _settled(  # noqa: PLR0913, PLR0917 - all that a removal's evidence is found in
    avc: Avc, known: Identity, rules: Rules, found: Found, moodle: Moodle, desired: set[int]
) -> set[int]:
    """Who is in a cohort afterwards: nobody goes without evidence."""
    now = moodle.members[found.cohort.id] if found.cohort else set[int]()
    if found.adopt:
        return now | desired
    active = avc.active(found.guild.id)
    everybody_known = bool(active) and active <= known.account_of.keys()
    strangers_go = rules.strangers == "remove" and everybody_known
    out = {
        account
        for account in now - desired - known.frozen
        if account in known.person_of or strangers_go
    }
    return now - out | desired


def _one_person(left: Moodle, found: Found, account: int | None, desired: set[int]) -> None:
    """The sync of one person: where they are, and a cohort that they need."""
    if account is None:
        return
    if found.cohort is None:
        if account in desired:
            _put(left, found, _cohort(found), {account})
    elif account in desired:
        left.members[found.cohort.id].add(account)
    else:
        left.members[found.cohort.id].discard(account)


def _put(left: Moodle, found: Found, cohort: Cohort, members: set[int]) -> None:
    if found.cohort is None:
        left.made[cohort.idnumber] = cohort
        left.new[cohort.idnumber] = set(members)
    else:
        left.cohorts[cohort.id] = cohort
        left.members[cohort.id] = set(members)


def _cohort(found: Found) -> Cohort:
    """As AVC wants it; who sees it is Moodle's business, but for what we hid."""
    guild, now = found.guild, found.cohort
    own = escape(guild.text.replace(SIGNATURE, "avc moodle sync"), quote=False)
    line = f"<p>Kept by {SIGNATURE} for AVC {SITE}, guild {found.name} ({guild.uuid}).</p>"
    return Cohort(
        id=now.id if now else 0,
        context=SYSTEM,
        name=f"AVC - {guild.label}",
        idnumber=found.name,
        description=f"<p>{own}</p>\n{line}" if own else line,
        visible=now.visible or put_away(now) if now else True,
    )


def _lost(avc: Avc, moodle: Moodle) -> Iterator[Cohort]:
    """The cohorts of guilds that are gone, each the only one with its mark."""
    known = {guild.uuid for guild in avc.guilds.values()}
    for cohort in moodle.cohorts.values():
        mark = cohort.mark
        if mark and mark[0] == SITE and mark[2] not in known:
            same = _marked(moodle, mark[2])
            if len(same) == 1 and cohort.context == SYSTEM:
                yield cohort


def _archived(cohort: Cohort) -> Cohort:
    mark = cohort.mark
    if mark is None or put_away(cohort):
        return cohort
    suffix = " (archived)"
    name = cohort.name if cohort.name.endswith(suffix) else cohort.name + suffix
    return replace(cohort, name=name, idnumber=f"{mark[1]}--archived-{cohort.id}", visible=False)
