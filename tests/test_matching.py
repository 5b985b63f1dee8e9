"""Who is who: cases as data. Accounts are 101 for person 1, and so on."""

from dataclasses import dataclass, field
from itertools import combinations

import pytest

from reconciler.identity import Evidence
from reconciler.matching import Unmatched, match, usable_rules
from reconciler.models.avc import Person
from reconciler.models.moodle import Account, Rule
from reconciler.models.settings import SyncSettings
from tests.world import account, person

UUID = "0f7d2c1e-1111-4222-8333-444455556666"


@dataclass(frozen=True)
class Case:
    """People, accounts and rules in; who is matched, who is not and why, what is frozen, out."""

    says: str
    people: list[Person]
    accounts: list[Account]
    matched: dict[int, int] = field(default_factory=dict)
    unmatched: dict[int, Unmatched] = field(default_factory=dict)
    frozen: set[int] = field(default_factory=set)
    rules: tuple[Rule, ...] = ("idnumber", "email")


CASES = [
    Case("nobody and nothing", [], []),
    Case("the same address is the same person", [person(1)], [account(1)], {1: 101}),
    Case(
        "case does not matter in an address",
        [person(1, mail="Ann@X.org")],
        [account(1, email="aNN@x.ORG")],
        {1: 101},
    ),
    Case(
        "accents do",
        [person(1, mail="probe.one@x.org")],
        [account(1, username="other", email="probe.óne@x.org")],
        unmatched={1: Unmatched("no-moodle-account")},
    ),
    Case(
        "an underscore is no wildcard",
        [person(1, mail="a_b@x.org")],
        [account(1, username="other", email="acb@x.org")],
        unmatched={1: Unmatched("no-moodle-account")},
    ),
    Case(
        "no address matches no address",
        [person(1, mail="")],
        [account(1, username="other", email="")],
        unmatched={1: Unmatched("no-moodle-account")},
    ),
    Case(
        "a user name proves nothing, but is told",
        [person(1, mail="new@x.org")],
        [account(1)],
        unmatched={1: Unmatched("no-moodle-account", (101,))},
    ),
    Case(
        "a user name decides where the configuration says so",
        [person(1, mail="new@x.org")],
        [account(1)],
        {1: 101},
        rules=("email", "username"),
    ),
    Case(
        "two accounts with one address: neither, and both are frozen",
        [person(1)],
        [account(1), account(2, email="U1@x.org")],
        unmatched={1: Unmatched("several-accounts", (101, 102))},
        frozen={101, 102},
    ),
    Case(
        "two people with one address: nobody, and the account is frozen",
        [person(1), person(2, mail="u1@X.org")],
        [account(1)],
        unmatched={
            1: Unmatched("shared-account", (101,), (2,)),
            2: Unmatched("shared-account", (101,), (1,)),
        },
        frozen={101},
    ),
    Case(
        "a blocked person's claim counts: whose the account is stays unclear",
        [person(1), person(2, mail="u1@x.org", active=False)],
        [account(1)],
        unmatched={
            1: Unmatched("shared-account", (101,), (2,)),
            2: Unmatched("shared-account", (101,), (1,)),
        },
        frozen={101},
    ),
    Case(
        "the stronger rule decides, and a changed address does not matter",
        [person(1, uuid=UUID)],
        [account(1, idnumber=UUID.upper(), email="new@x.org")],
        {1: 101},
    ),
    Case(
        "one person's strong claim on another's address freezes both people's accounts",
        [person(1, uuid=UUID), person(2)],
        [account(1), account(2, idnumber=UUID)],
        unmatched={
            1: Unmatched("shared-account", (102,), (2,)),
            2: Unmatched("shared-account", (102,), (1,)),
        },
        frozen={101, 102},
    ),
    Case(
        "somebody else's two accounts are not taken from under them",
        [person(1), person(2, uuid=UUID)],
        [account(1), account(2, email="u1@x.org", idnumber=UUID)],
        unmatched={
            1: Unmatched("several-accounts", (101, 102), (2,)),
            2: Unmatched("shared-account", (102,), (1,)),
        },
        frozen={101, 102},
    ),
    Case(
        "the guest is nobody's account",
        [person(1, mail="root@localhost")],
        [account(1, username="guest", email="root@localhost")],
        unmatched={1: Unmatched("no-moodle-account")},
    ),
    Case(
        "an unconfirmed account never matches, and is told",
        [person(1)],
        [account(1, confirmed=False)],
        unmatched={1: Unmatched("unconfirmed-account", (101,))},
    ),
    Case(
        "an unconfirmed copy does not disturb a confirmed account",
        [person(1)],
        [account(1), account(2, email="u1@x.org", confirmed=False)],
        {1: 101},
    ),
    Case(
        "a suspended account is like any other",
        [person(1)],
        [account(1, suspended=True)],
        {1: 101},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.says for case in CASES])
def test_match(case: Case) -> None:
    """What the case says."""
    found = match(case.people, case.accounts, case.rules, Evidence(trust_idnumber=True))
    assert dict(found.account_of) == case.matched
    assert dict(found.person_of) == {a: uid for uid, a in case.matched.items()}
    assert dict(found.unmatched) == case.unmatched
    assert found.frozen == case.frozen
    assert found.rule_of.keys() == case.matched.keys()


def test_the_rule_that_decided_is_told() -> None:
    """Each match knows its evidence."""
    people = [person(1, uuid=UUID), person(2)]
    found = match(
        people,
        [account(1, idnumber=UUID), account(2)],
        ("idnumber", "email"),
        Evidence(trust_idnumber=True),
    )
    assert found.rule_of == {1: "idnumber", 2: "email"}


@pytest.mark.parametrize(
    ("settings", "used", "unavailable"),
    [
        (SyncSettings(), ("email",), ("link", "idnumber")),
        (SyncSettings(trust_idnumber=True), ("idnumber", "email"), ("link",)),
        (SyncSettings(matching=("email", "username")), ("email", "username"), ()),
        (SyncSettings(matching=()), (), ()),
    ],
)
def test_rules_without_evidence_are_not_used(
    settings: SyncSettings, used: tuple[Rule, ...], unavailable: tuple[Rule, ...]
) -> None:
    """By web services neither links nor locks are seen; an idnumber counts only when trusted."""
    assert usable_rules(settings, frozenset({"link", "idnumber"})) == (used, unavailable)


@pytest.mark.parametrize(
    "uids",
    [(), (7,), (1, 2, 3, 4), (1, 2, 3, 10**18), (-3, 1, 2, 3), (0, 5)],
    ids=["nobody", "one", "dense", "far apart", "below nought", "nought"],
)
def test_whoever_has_an_account_is_found_however_far_apart_uids_are(uids: tuple[int, ...]) -> None:
    """Of any of the people, exactly the accounts of those who have one are found."""
    people = [person(uid, mail=f"u{uid}@x.org") for uid in uids]
    accounts = [Account(100 + n, f"a{n}", f"u{uid}@x.org") for n, uid in enumerate(uids) if n != 1]
    found = match(people, accounts, ("email",), Evidence())
    assert set(found.account_of) == {uid for n, uid in enumerate(uids) if n != 1}
    for size in range(len(uids) + 1):
        for some in combinations(uids, size):
            wanted = {found.account_of[uid] for uid in some if uid in found.account_of}
            assert found.accounts(frozenset(some)) == wanted
