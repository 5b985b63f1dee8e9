"""Why a plan does something to somebody, or does not, in sentences."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from reconciler.models.explained_people import AccountFacts, Membership, PersonFacts
from reconciler.models.explanation import (
    GuildFacts,
    GuildPart,
    PersonExplained,
    Place,
    PlannedOperation,
    Why,
)
from reconciler.models.moodle import Rule
from reconciler.models.plan import Plan
from reconciler.models.settings import Hold
from reconciler.render.explain_operations import doing_lines, fresh_line, operation_words
from reconciler.render.explain_roles import role_lines
from reconciler.render.explain_why import WAITS, rule_words, scope_words, why_words, words_of
from reconciler.render.problem_remedies import shows_whose
from reconciler.render.problems import Elsewhere, sentence
from reconciler.render.terminal import name
from reconciler.render.wrapping import wrapped
from reconciler.wording import capital

_DOUBTS = {
    "no-moodle-account": "none",
    "several-accounts": "not clear, until only one account is left that could be theirs",
    "shared-account": "not clear, until only one of those who claim the account does",
    "contradicting-evidence": "not clear, until one of the two is mended in Moodle",
    "unconfirmed-account": "none, until they have confirmed their account in Moodle",
}
_SHOWS: Mapping[Rule, str] = {
    "link": "they log in to Moodle through AVC",
    "idnumber": "their account's ID number is their UUID in AVC",
    "email": "an account has the e-mail address that AVC has",
    "username": "an account has their user name in AVC",
}
_NONE: Mapping[str, str] = {
    "no-moodle-account": "no Moodle account",
    "unconfirmed-account": "no confirmed Moodle account",
}
"""What somebody is called by who has none; where it is not clear, that is said."""

_UNSEEN = "Whether they administer the site cannot be seen this way"

ONE_BY_ONE = 5
"""Guilds in which there is nothing, for one reason: more of them are told at once."""


def person_lines(found: PersonExplained, plan: Plan, width: int) -> Iterator[str]:
    """Somebody, guild by guild, in lines of ``width`` columns."""
    for text in _texts(found, plan):
        yield from wrapped(text, width)


def _texts(found: PersonExplained, plan: Plan) -> Iterator[str]:
    yield _who(found)
    if not found.asked:
        yield from _from_file(found, plan)
    elif found.person is not None:
        yield f"  • AVC: {_of_avc(found.person)}."
        if found.person.there:
            yield from _match(found.person)
    else:
        claimed = any(account.claimed for account in found.accounts)
        nobody = "nobody there is known to be behind this account"
        yield f"  • AVC: {'it is not clear who is behind this account' if claimed else nobody}."
    if found.asked:
        yield from (f"  • Moodle: {_account(account, found.uid)}." for account in found.accounts)
    elsewhere = Elsewhere.of(plan)
    yield from (f"  • Problem: {sentence(problem, elsewhere)}." for problem in found.problems)
    folded = _folded(found.guilds, plan)
    for part in found.guilds:
        if not any(part in parts for parts in folded.values()):
            yield ""
            yield from _guild(part, found, plan)
    for (why, roles), parts in folded.items():
        yield ""
        yield f"{', '.join(name(part.guild.name) for part in parts)}"
        yield f"  • Plan: {why_words(why, plan)}. So it is in each of these {len(parts)} guilds."
        yield from roles
    if not found.guilds:
        yield ""
        yield _nowhere(found, plan)


def _folded(
    parts: Sequence[GuildPart], plan: Plan
) -> Mapping[tuple[Why, tuple[str, ...]], Sequence[GuildPart]]:
    """Guilds in which there is nothing, for one reason, and the same of roles, when many."""
    found: dict[tuple[Why, tuple[str, ...]], list[GuildPart]] = defaultdict(list)
    for part in parts:
        place = part.places[0]
        more = (place.fresh, place.left_out, place.problems, place.definitions, part.guild.holds)
        plain = not any(more) and not _in_question(place)
        if len(part.places) == 1 and place.why is not None and plain:
            found[place.why, tuple(role_lines(part.roles, plan))].append(part)
    return {told: alike for told, alike in found.items() if len(alike) > ONE_BY_ONE}


def _who(found: PersonExplained) -> str:
    doubts = [p for p in found.problems if p.avc is not None and p.avc == found.uid]
    called = [found.person.name] if found.person else []
    called += [problem.name or "" for problem in doubts]
    called += [account.name for account in found.accounts]
    known = [f"AVC user {found.uid}"] if found.uid is not None else []
    known += _accounts(found)
    shown = next((name(one) for one in called if one), "")
    return f"{shown} ({', '.join(known)})" if shown else ", ".join(known)


def _accounts(found: PersonExplained) -> list[str]:
    """Theirs; of whom nothing else is known any more, what the plan has."""
    person = found.person
    gone = person is not None and not person.there
    theirs = [f"Moodle account {one.id}" for one in found.accounts if one.theirs or gone]
    told = (p.kind for p in found.problems if p.avc == found.uid and p.kind in _DOUBTS)
    doubt = person.doubt if person else next(told, None)
    return theirs or ([_NONE.get(doubt, "Moodle account not clear")] if doubt else [])


def from_file(plan: Plan) -> Iterator[str]:
    """What cannot be known where neither site was asked."""
    yield (
        "  ℹ From the plan's file alone. What AVC and Moodle have, whether this is still so, and"
        " which guards count what, cannot be known: without --plan-only both sites are read."
    )
    tripped = [guard.guard for guard in plan.guards if not guard.ok]
    if tripped:
        yield f"  ✗ Guards: something in this plan is held back by {', '.join(tripped)}; see show."


def _from_file(found: PersonExplained, plan: Plan) -> Iterator[str]:
    yield from from_file(plan)
    unseen = ", ".join(plan.matching.unavailable)
    told = f", by {found.by}" if found.by else ""
    asked = ", ".join(plan.matching.used) or "nothing"
    could_not = f"; {unseen} could not be asked" if unseen else ""
    if plan.undoes is None:
        yield f"  • Match: as the plan has it{told}. Rules: {asked}{could_not}."


def _of_avc(person: PersonFacts) -> str:
    if not person.there:
        return "it has no such user any more"
    rows = ", ".join(map(_row, person.memberships)) or "no guild"
    if not person.active:
        return f"blocked, so in no guild, whatever rows it has: {rows}"
    return f"active, in {rows}"


def _row(membership: Membership) -> str:
    roles = ", ".join(map(name, membership.roles))
    return f"{name(membership.guild)} ({roles})" if roles else name(membership.guild)


def _match(person: PersonFacts) -> Iterator[str]:
    if person.account is not None:
        rule = next((f", by {asked.rule}" for asked in person.rules if asked.decides), "")
        yield f"  • Match: account {person.account}{rule}, beyond doubt."
    elif person.doubt is not None:
        others = ", ".join(map(str, person.others))
        noun = "user" if len(person.others) == 1 else "users"
        rivals = f" (claimed by AVC {noun} {others}, too)" if others else ""
        yield f"  • Match: {_DOUBTS[person.doubt]}{rivals}{_until(person)}."
    matched = person.account is not None
    yield from (f"    • {rule_words(rule, matched=matched)}." for rule in person.rules)


def _until(person: PersonFacts) -> str:
    """What would give somebody without any account theirs."""
    asked = [rule.rule for rule in person.rules if rule.seen == "asked"]
    ways = [words for rule, words in _SHOWS.items() if rule in asked]
    none = person.doubt == "no-moodle-account" and ways
    return f", until {', or '.join(ways)}" if none else ""


def _account(account: AccountFacts, uid: int | None) -> str:
    if not account.there:
        return f"account {account.id} is deleted, or nothing shows it to this access"
    rules = {True: "site administrator", False: "no site administrator"}
    facts = [
        "suspended, and treated like others" if account.suspended else "not suspended",
        "confirmed" if account.confirmed else "not confirmed",
    ]
    if account.administrator is not None:
        facts.append(rules[account.administrator])
    if uid in account.likely:
        facts.append("has the same user name, which proves nothing")
    elif account.likely:
        called = ", or of ".join(map(str, account.likely))
        facts.append(f"has the user name of AVC user {called}, which proves nothing")
    if others := [str(one) for one in account.claimed if one != uid]:
        facts.append(f"may be that of AVC user {', or of '.join(others)}")
    if account.owner is not None and account.owner != uid:
        facts.append(f"is AVC user {account.owner}'s")
    unseen = "" if account.administrator is not None else f". {_UNSEEN}"
    return f"account {account.id}: {', '.join(facts)}{unseen}"


def _nowhere(found: PersonExplained, plan: Plan) -> str:
    if not found.asked:
        return (
            "Nothing in the file is about them: they may be where they should be, or be nobody that"
            f" this plan looked at ({scope_words(plan)})."
        )
    if found.person is None or not found.person.there:
        return "They are in no cohort of this AVC, and the plan does nothing to them."
    return "The plan does nothing to them: they are in no guild, and in no cohort of this AVC."


def _guild(part: GuildPart, found: PersonExplained, plan: Plan) -> Iterator[str]:
    yield guild_heading(part.guild)
    if part.member is not None and found.person is not None and found.person.there:
        yield f"  • AVC: {_member(part, found.person)}."
    for place in part.places:
        yield from _place(place, part, found, plan)
    yield from role_lines(part.roles, plan)
    yield from (f"  • Hold: {hold_words(hold)}." for hold in part.guild.holds)


def guild_heading(guild: GuildFacts) -> str:
    """A guild by its machine name, and what AVC calls it."""
    label = f" ({name(guild.label)})" if guild.label else ""
    gone = ", which AVC has no more" if guild.there is False else ""
    return f"{name(guild.name)}{label}{gone}"


def hold_words(hold: Hold) -> str:
    """An entry of nwp.yml."""
    what = "the guild's cohorts themselves"
    if hold.user is not None:
        what = f"AVC user {hold.user} here"
    elif hold.account is not None:
        what = f"account {hold.account} here"
    return f"nwp.yml leaves {what} as they are until {hold.until}"


def _member(part: GuildPart, person: PersonFacts) -> str:
    if not part.member:
        return "not a member"
    here = next((m for m in person.memberships if m.guild == part.guild.name), None)
    roles = ", ".join(map(name, here.roles)) if here else ""
    told = f"member, with {roles}" if roles else "member"
    published = (
        "" if part.guild.published else "; the guild is not published, and synced like others"
    )
    return f"{told}{'' if person.active else ', but blocked'}{published}"


def _place(place: Place, part: GuildPart, found: PersonExplained, plan: Plan) -> Iterator[str]:
    if found.asked and not place.problems:
        yield f"  • Moodle: {_inside(place)}."
    for item in place.operations:
        yield from doing_lines(item, plan, alone=not found.asked)
    if place.why is not None:
        waits = place.why == "on-hold" and found.asked and not part.guild.holds
        stays = f". {_stays(place, found, plan)}" if _in_question(place) else ""
        yield f"  • Plan: {WAITS if waits else why_words(place.why, plan)}{stays}."
    for item in place.definitions:
        yield from doing_lines(item, plan, alone=not found.asked)
    yield from (f"  • Problem: {sentence(problem)}." for problem in place.problems)
    if place.left_out:
        would = "; ".join(operation_words(PlannedOperation(op), plan) for op in place.left_out)
        yield f"  • Without {words_of(plan)} it would: {would}."
    yield from fresh_line(place.fresh)


def _in_question(place: Place) -> bool:
    """Whether an account that merely may be theirs is in the cohort."""
    return bool(place.inside) and place.why in _NONE


def _stays(place: Place, found: PersonExplained, plan: Plan) -> str:
    (account,) = (one for one in found.accounts if one.id == place.account)
    if place.why == "unconfirmed-account":
        return f"Account {account.id} is in the cohort all the same, and is kept"
    same = ", which has the same user name," if found.uid in account.likely else ""
    if account.claimed:
        return f"Account {account.id}{same} is in the cohort, and is kept: others may own it"
    return (
        f"Account {account.id}{same} is in the cohort, and is kept: nobody in AVC is known to own"
        f" it. {capital(shows_whose(plan.matching.used))}"
    )


def _inside(place: Place) -> str:
    which = f"cohort {place.cohort}" if place.cohort is not None else "no cohort of ours"
    role = f" for the role {name(place.key.role)}" if place.key.role else ""
    if place.cohort is None:
        return f"there is {which}{role}"
    who = f"account {place.account}" if place.account is not None else "they"
    if place.inside is None:
        return f"whether {who} is in {which}{role} was not read"
    verb = "are" if place.account is None else "is"
    return f"{who} {verb} {'in' if place.inside else 'not in'} {which}{role}"
