"""Evidence of who is who: links, idnumbers, addresses. Accounts are 101 for person 1, and so on."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from reconciler.identity import Evidence, claims_of
from reconciler.matching import Unmatched, match
from reconciler.models.avc import Person
from reconciler.models.moodle import Account, Issuer, Link, Rule
from tests.world import account, person

UUID = "0f7d2c1e-1111-4222-8333-444455556666"
BY_UID = Issuer(9, "AVC", "https://avc.example", "sub")
BY_UUID = Issuer(9, "AVC", "https://avc.example", "uuid")
BY_MAIL = Issuer(9, "AVC", "https://avc.example", "")
BY_NAME = Issuer(9, "AVC", "https://avc.example", "preferred_username")
MENTOR = person(1, uuid=UUID, mail="mentor@x.org")
MENTOR_TOO = person(2, uuid=UUID, mail="mentor@x.org")


def linked(number: int, said: str, *, issuer: int = 9, **fields: Any) -> Account:
    """The account of that person, with a link, and an address that nobody in AVC has."""
    fields = {"email": f"elsewhere{number}@x.org", "username": f"moodler{number}"} | fields
    return account(number, links=(Link(issuer, said),), **fields)


@dataclass(frozen=True)
class Case:
    """People, accounts and an issuer in; who is matched by what, who is not, what is frozen."""

    says: str
    people: list[Person]
    accounts: list[Account]
    matched: dict[int, tuple[int, Rule]] = field(default_factory=dict)
    unmatched: dict[int, Unmatched] = field(default_factory=dict)
    frozen: set[int] = field(default_factory=set)
    issuer: Issuer | None = BY_UID
    trust: bool = False


NOBODY = {1: Unmatched("no-moodle-account")}
CASES = [
    Case("a link by uid", [person(1)], [linked(1, "1")], {1: (101, "link")}),
    Case(
        "a link by UUID, where the issuer maps that claim",
        [MENTOR],
        [linked(1, UUID.upper())],
        {1: (101, "link")},
        issuer=BY_UUID,
    ),
    Case("a UUID in sub is one, too", [MENTOR], [linked(1, UUID)], {1: (101, "link")}),
    Case(
        "a uid is none where the issuer maps the UUID",
        [person(1)],
        [linked(1, "1")],
        unmatched=NOBODY,
        issuer=BY_UUID,
    ),
    Case(
        "where Moodle takes the address for the user name, a number is no uid",
        [person(1)],
        [linked(1, "1")],
        unmatched=NOBODY,
        issuer=BY_MAIL,
    ),
    Case(
        "an address in a link ranks as e-mail",
        [MENTOR],
        [linked(1, "Mentor@X.org")],
        {1: (101, "email")},
        issuer=BY_MAIL,
    ),
    *(
        Case(
            f"as it does where the issuer maps {claim}",
            [MENTOR],
            [linked(1, "mentor@x.org")],
            {1: (101, "email")},
            issuer=replace(BY_MAIL, username_claim=claim),
        )
        for claim in ("email", "mail", "Email")
    ),
    Case(
        "but not where a claim is mapped that people may choose",
        [MENTOR],
        [linked(1, "mentor@x.org")],
        unmatched=NOBODY,
        issuer=BY_NAME,
    ),
    Case(
        "nor is a number a uid there",
        [person(1)],
        [linked(1, "1")],
        unmatched=NOBODY,
        issuer=BY_NAME,
    ),
    Case(
        "a number of ten digits is a uid, one of eleven is none, zeros or not",
        [person(1), person(9_999_999_999), person(10_000_000_000)],
        [linked(1, "00000000001"), linked(2, "9999999999"), linked(3, "10000000000")],
        {9_999_999_999: (102, "link")},
        {uid: Unmatched("no-moodle-account") for uid in (1, 10_000_000_000)},
    ),
    *(
        Case(
            f"the address of an account of {auth} is what another platform says",
            [person(1), person(2)],
            [account(1, auth=auth), account(2), account(3, email="u2@x.org", auth=auth)],
            {2: (102, "email")},
            {1: Unmatched("no-moodle-account", (101,))},
        )
        for auth in ("lti", "mnet")
    ),
    Case(
        "so is that in its link, and its uid is AVC's",
        [person(1), MENTOR_TOO],
        [linked(1, "1", auth="lti"), linked(2, "mentor@x.org", auth="mnet")],
        {1: (101, "link")},
        {2: Unmatched("no-moodle-account")},
    ),
    Case(
        "a link's address and the account's own may be two people's: then it is neither's",
        [MENTOR, person(2)],
        [linked(1, "mentor@x.org", email="u2@x.org")],
        unmatched={
            1: Unmatched("shared-account", (101,), (2,)),
            2: Unmatched("shared-account", (101,), (1,)),
        },
        frozen={101},
        issuer=BY_MAIL,
    ),
    Case(
        "a link of another issuer says nothing",
        [person(1)],
        [linked(1, "1", issuer=8)],
        unmatched=NOBODY,
    ),
    Case(
        "no link counts without AVC's issuer",
        [person(1)],
        [linked(1, "1")],
        {},
        NOBODY,
        set(),
        None,
    ),
    Case(
        "a link decides before an address",
        [person(1)],
        [linked(1, "1"), account(2, email="u1@x.org")],
        {1: (101, "link")},
    ),
    Case(
        "two accounts linked to one person",
        [person(1)],
        [linked(1, "1"), linked(2, "01")],
        unmatched={1: Unmatched("several-accounts", (101, 102))},
        frozen={101, 102},
    ),
    Case(
        "a locked idnumber, whatever its case",
        [MENTOR],
        [account(1, idnumber=UUID.upper(), idnumber_locked=True)],
        {1: (101, "idnumber")},
    ),
    Case(
        "a mentor's UUID that somebody typed into the own profile is nothing",
        [MENTOR],
        [account(2, idnumber=UUID)],
        unmatched=NOBODY,
    ),
    Case(
        "nor does it keep the mentor's own account from being found",
        [MENTOR],
        [account(1, email="mentor@x.org"), account(2, idnumber=UUID)],
        {1: (101, "email")},
    ),
    Case(
        "an unlocked idnumber counts where it is trusted",
        [MENTOR],
        [account(2, idnumber=UUID)],
        {1: (102, "idnumber")},
        trust=True,
    ),
    Case(
        "a link and an idnumber that name two accounts freeze both",
        [MENTOR],
        [linked(1, "1"), account(2, idnumber=UUID, idnumber_locked=True)],
        unmatched={1: Unmatched("contradicting-evidence", (101, 102))},
        frozen={101, 102},
    ),
    Case(
        "and the account that has the address",
        [MENTOR],
        [
            linked(1, "1"),
            account(2, idnumber=UUID, idnumber_locked=True),
            account(3, email="mentor@x.org"),
        ],
        unmatched={1: Unmatched("contradicting-evidence", (101, 102, 103))},
        frozen={101, 102, 103},
    ),
    Case(
        "a link and an idnumber that name one account",
        [MENTOR],
        [linked(1, "1", idnumber=UUID, idnumber_locked=True)],
        {1: (101, "link")},
    ),
    Case(
        "an account linked to one person with another's idnumber is neither's",
        [MENTOR, person(2)],
        [linked(2, "2", idnumber=UUID, idnumber_locked=True)],
        unmatched={
            1: Unmatched("shared-account", (102,), (2,)),
            2: Unmatched("shared-account", (102,), (1,)),
        },
        frozen={102},
    ),
    Case(
        "the guest is nobody, linked or not",
        [person(1)],
        [linked(1, "1", username="guest")],
        unmatched=NOBODY,
    ),
    Case(
        "an unconfirmed account is nobody's, linked or not, and told",
        [person(1)],
        [linked(1, "1", confirmed=False)],
        unmatched={1: Unmatched("unconfirmed-account", (101,))},
    ),
    Case(
        "a suspended account is like any other",
        [person(1)],
        [linked(1, "1", suspended=True)],
        {1: (101, "link")},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.says for case in CASES])
def test_evidence(case: Case) -> None:
    """What the case says."""
    evidence = Evidence(case.issuer, case.trust)
    found = match(case.people, case.accounts, ("link", "idnumber", "email"), evidence)
    decided = {uid: (found.account_of[uid], found.rule_of[uid]) for uid in found.account_of}
    assert decided == case.matched
    assert dict(found.unmatched) == case.unmatched
    assert found.frozen == case.frozen


def test_accounts_claim_only_what_the_rules_in_use_would_believe() -> None:
    """AVC is asked for the people whom links, locked idnumbers and addresses name."""
    accounts = [
        linked(1, "77", email="A@x.org"),
        linked(2, UUID),
        linked(3, "5", issuer=8),
        linked(6, "12345678901", email="c@x.org", auth="lti"),
        account(4, idnumber="typed", email="b@x.org"),
        account(5, idnumber="LOCKED", idnumber_locked=True, email=""),
    ]
    found = claims_of(accounts, ("link", "idnumber", "email"), Evidence(BY_UID))
    assert found.uids == {77}
    assert found.uuids == {UUID, "locked"}
    assert found.mails == {"a@x.org", "elsewhere2@x.org", "elsewhere3@x.org", "b@x.org"}
    assert found.names == frozenset()
    assert not claims_of(accounts, (), Evidence(BY_UID))
