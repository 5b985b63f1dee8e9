"""What each rule says of somebody: the accounts that it names, and what shows it."""

from dataclasses import dataclass

import pytest

from reconciler.models.explained_people import RuleAsked
from reconciler.models.moodle import Account
from tests.explain_world import Sites, asked, planned
from tests.world import account, person


@dataclass(frozen=True)
class Case:
    """The accounts of a Moodle, and what the rule ``email`` says of person 1."""

    accounts: tuple[Account, ...]
    says: RuleAsked
    mail: str = "u1@x.org"
    """Hers, in AVC."""


CASES = {
    "one": Case((), RuleAsked("email", accounts=(101,), decides=True, clue="own-address")),
    "one, in other letters": Case(
        (account(1, email="U1@X.org"),),
        RuleAsked("email", accounts=(101,), decides=True, clue="own-address"),
    ),
    "an accent more": Case((account(1, email="ú1@x.org"),), RuleAsked("email")),
    "two": Case(
        (account(1, id=300, username="x"),), RuleAsked("email", accounts=(101, 300), decides=True)
    ),
    "one, and one that is not confirmed": Case(
        (account(1, id=300, username="x", confirmed=False),),
        RuleAsked("email", accounts=(101,), unconfirmed=(300,), decides=True),
    ),
    "one that is not confirmed": Case(
        (account(1, confirmed=False),),
        RuleAsked("email", unconfirmed=(101,), clue="own-address"),
    ),
    "the guest's": Case((account(1, username="guest"),), RuleAsked("email")),
    "an account without an address": Case((account(1, email=""),), RuleAsked("email")),
    "nobody's address": Case((account(1, email=""),), RuleAsked("email"), mail=""),
    "another platform's": Case((account(1, auth="lti"),), RuleAsked("email")),
}


@pytest.mark.parametrize("name", CASES)
def test_a_rule_names_accounts_as_matching_does(name: str) -> None:
    """Confirmed ones apart from others, never the guest's, and a clue where it is only one."""
    case = CASES[name]
    sites = Sites({1: [1]}, {1: [1]}, people=(person(1, mail=case.mail),), accounts=case.accounts)
    found = asked(planned(sites), sites, "1").person
    assert found is not None
    assert found.rules == (
        RuleAsked("link", "unseen"),
        RuleAsked("idnumber", "unseen"),
        case.says,
    )
