"""Which rules were asked who somebody is, what each said, and what shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.gather import Snapshots, evidence_for
from reconciler.identity import Key, fold, keys
from reconciler.matching import GUEST, usable_rules
from reconciler.models.avc import Person
from reconciler.models.explained_people import Clue, RuleAsked
from reconciler.models.moodle import Account, Rule
from reconciler.models.settings import SyncSettings


def rules_asked(
    person: Person, snapshots: Snapshots, settings: SyncSettings
) -> tuple[RuleAsked, ...]:
    """What each configured rule says of a person, the strongest first."""
    counts = evidence_for(snapshots.moodle, settings)
    blind = usable_rules(settings, snapshots.unavailable)[1]
    compared, accounts = keys(counts), tuple(snapshots.moodle.accounts.values())
    found: list[RuleAsked] = []
    for rule in settings.matching:
        if rule in blind:
            found.append(RuleAsked(rule, "unseen"))
        elif rule == "link" and counts.issuer is None:
            found.append(RuleAsked(rule, "no-issuer"))
        else:
            first = not any(one.decides for one in found)
            found.append(_asked(rule, person, accounts, _Asking(compared[rule], first)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Asking:
    key: Key
    first: bool
    """Whether no rule before it has named any account."""


def _asked(rule: Rule, person: Person, accounts: Sequence[Account], asking: _Asking) -> RuleAsked:
    words = {word for word in asking.key.person(person) if word}
    named = [
        account
        for account in accounts
        if account.username != GUEST and not words.isdisjoint(asking.key.account(account))
    ]
    confirmed = tuple(sorted(account.id for account in named if account.confirmed))
    only = named[0] if len(named) == 1 else None
    return RuleAsked(
        rule,
        accounts=confirmed,
        unconfirmed=tuple(sorted(account.id for account in named if not account.confirmed)),
        decides=asking.first and bool(confirmed),
        clue=_clue(rule, person, only, asking) if only else None,
    )


def _clue(rule: Rule, person: Person, account: Account, asking: _Asking) -> Clue:
    match rule:
        case "link":
            by_id = f"uid:{person.uid}" in asking.key.account(account)
            return "link-uid" if by_id else "link-uuid"
        case "idnumber":
            return "idnumber-locked" if account.idnumber_locked else "idnumber-trusted"
        case "email":
            own = fold(account.email) == fold(person.mail)
            return "own-address" if own else "linked-address"
        case "username":
            return "user-name"
