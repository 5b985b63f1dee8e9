"""Problems in sentences: each says what is wrong, with whom, and what to do."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.models.moodle import Rule
from reconciler.models.plan import (
    AvcSide,
    MatchingUsed,
    MoodleSide,
    Plan,
    Problem,
    ProblemKind,
    RoleProblemKind,
)
from reconciler.models.scope import FullScope
from reconciler.render.problems import Elsewhere, pieces, sentence
from tests import strategies

ANN: dict[str, Any] = {"avc": 5, "name": "ann", "guilds": ("web-dev",), "accounts": (7,)}
COHORT: dict[str, Any] = {"guilds": ("web-dev",), "cohorts": (42,)}
ROLE: dict[str, Any] = {"guilds": ("web-dev",), "roles": ("teacher",), "cohorts": (42,)}
GUILD: dict[str, Any] = {"guilds": ("web-dev",)}
CASES: list[tuple[str, dict[str, Any], str, str]] = [
    # kind, what it is about, what the sentence says, what is to be done
    ("no-moodle-account", {**ANN, "accounts": ()}, "has no Moodle account", "Let them log in"),
    (
        "no-moodle-account",
        ANN,
        "account 7 has that user name, but another address",
        "correct their address",
    ),
    (
        "no-moodle-account",
        {**ANN, "accounts": (7, 8)},
        "accounts 7, 8 have that user name",
        "correct their address",
    ),
    ("several-accounts", {**ANN, "accounts": (7, 8)}, "could be accounts 7, 8", "Delete in Moodle"),
    (
        "shared-account",
        {**ANN, "others": (6,)},
        "ann (ID: 5) and AVC user 6 claim the same account 7",
        "correct the address in AVC",
    ),
    (
        "shared-account",
        {**ANN, "others": (6, 9)},
        "ann (ID: 5) and AVC users 6, 9 claim the same account 7",
        "unlink the login",
    ),
    ("unconfirmed-account", ANN, "has not confirmed account 7", "confirm it in Moodle"),
    ("suspended-account", ANN, "is suspended in Moodle (account 7)", "Block them in AVC"),
    ("stranger", ANN, "ann (account 7) is in the cohort of web-dev", "Remove them in Moodle"),
    ("stranger", {**ANN, "name": None}, "somebody (account 7)", "let them join the guild"),
    ("unpublished-guild", GUILD, "is not published", "publish it in AVC"),
    ("idnumber-taken", COHORT, "cohort 42 has its idnumber", "Change that idnumber"),
    (
        "several-marked-cohorts",
        {**GUILD, "cohorts": (1, 2)},
        "cohorts 1, 2 all bear its mark",
        "delete the copies",
    ),
    ("cohort-outside-system", COHORT, "must be in the system context", "Choose 'System'"),
    ("damaged-mark", COHORT, "Guild web-dev is left alone", "put it back as it was"),
    ("damaged-mark", {"cohorts": (42,)}, "the last line of the description", "put it back"),
    ("not-adopted", COHORT, "has cohort 42 to adopt first", "sync the guild"),
    ("contradicting-evidence", ANN, "is linked by OAuth2", "mended in Moodle"),
    ("no-oauth2-issuer", {}, "No OAuth2 issuer", "set avc_integration: avc_url"),
    ("foreign-lock", COHORT, "belongs to another part of Moodle", "empty that column"),
    ("cannot-lock", {}, "cannot be locked by web services", "reach Moodle by its command line"),
    (
        "on-hold",
        {**ANN, "accounts": ()},
        "ann (ID: 5) in web-dev is left",
        "Delete that line under",
    ),
    ("on-hold", {**GUILD, "accounts": (7,)}, "account 7 in web-dev is left", "Delete that"),
    ("on-hold", GUILD, "what web-dev has for a cohort is left", "Delete that line under"),
    ("unknown-hold", GUILD, "there is none with that machine name", "correct or remove it"),
    ("unknown-hold", ANN, "user 5 of AVC on hold in web-dev", "Somebody deleted in AVC is held by"),
    ("unknown-protected", GUILD, "protects web-dev, and there is no such guild", "correct or"),
    ("unknown-protected", {"name": "ann"}, "protects ann, and there is no such account", "correct"),
    ("enrolment-lost", ANN, "ended, or may have ended, enrolments of ann", "'Recover grades def"),
    ("enrolment-lost", {**ANN, "name": None}, "enrolments of account 7", "is set there before"),
    ("cohort-stays", COHORT, "The run created cohort 42 for web-dev", "Delete it in Moodle"),
    ("log-cut", {}, "The journal no longer has all", "Look in Moodle"),
    ("log-cut", GUILD, "what it did to web-dev is not recorded", "look there"),
    ("not-undone", {**ROLE, "accounts": (7,)}, "account 7 had the role teacher", "give it in Moo"),
    ("not-undone", GUILD, "a cohort for web-dev is not recorded", "look for it in Moodle"),
    ("unknown-guild-role", ROLE, "role_mapping names teacher", "correct or remove it"),
    ("unknown-moodle-role", ROLE, "no role with the short name teacher", "make it there"),
    ("privileged-role", ROLE, "rules the whole Moodle site", "map the guild role to another"),
    ("role-not-assignable", ROLE, "does not give the role teacher at site level", "tick 'System'"),
    ("role-needs-plugin", ROLE, "Nothing can give the role teacher", "install the plugin"),
    ("role-by-hand", ROLE, "The role teacher is not given yet", "define it for the cohorts"),
    ("role-unseen", ROLE, "cannot be seen or set by web services", "define it in Moodle"),
    ("site-administrator", ANN, "administers the Moodle site", "Give the role in Moodle"),
    ("role-cohorts-left", ROLE, "No role in role_mapping wants cohort 42", "roles_by names"),
    ("definition-left", ROLE, "goes to everybody in cohort 42", "delete that under Cohort role"),
    ("definition-waits", ROLE, "strangers in them would get it", "remove them in Moodle"),
]


@pytest.mark.parametrize(("kind", "about", "says", "remedy"), CASES)
def test_a_problem_says_what_is_wrong_and_what_to_do(
    kind: ProblemKind, about: dict[str, Any], says: str, remedy: str
) -> None:
    """In one or two sentences, the remedy after what is wrong."""
    told = sentence(Problem(kind=kind, **about))
    assert says in told
    assert remedy in told
    assert told.index(says) <= told.index(remedy)
    assert not told.endswith(".")


def test_every_kind_of_problem_is_told() -> None:
    """No kind is without a case above."""
    kinds = set(get_args(ProblemKind)) - {RoleProblemKind} | set(get_args(RoleProblemKind))
    assert {case[0] for case in CASES} == kinds


def _plan(*problems: Problem, used: tuple[Rule, ...] = ("link", "email")) -> Plan:
    return Plan(
        avc=AvcSide(site="avc", uuid="u", guilds=1, memberships=1),
        moodle=MoodleSide(site="ss", url="https://ss.example"),
        scope=FullScope(),
        matching=MatchingUsed(used=used),
        problems=problems,
    )


NO_ACCOUNT = Problem(kind="no-moodle-account", avc=5, name="ann", guilds=("web-dev",))
LOGIN = "Let them log in to Moodle through AVC, or correct their address on either side"
ADDRESS = "Correct their address on either side"
NUMBER = "Set the ID number of their account in Moodle to their UUID in AVC"
NAMED = "Give them an account in Moodle with their user name in AVC"
NO_RULE = "Let matching in nwp.yml name a rule that can be asked"
REMEDIES: list[tuple[tuple[Rule, ...], tuple[int, ...], str]] = [
    (("link", "email"), (), LOGIN),
    (("link", "email"), (7,), LOGIN),
    (("link", "idnumber", "email"), (7,), LOGIN),
    (("email",), (7,), ADDRESS),
    (("email",), (), f"{ADDRESS}, or give them an account with it"),
    (("email", "username"), (), f"{ADDRESS}, or give them an account with it"),
    (("link",), (), "Let them log in to Moodle through AVC"),
    (("link",), (7,), "Let them log in to Moodle through AVC"),
    (("link", "username"), (), "Let them log in to Moodle through AVC"),
    (("idnumber",), (7,), NUMBER),
    (("idnumber", "username"), (), NUMBER),
    (("username",), (), NAMED),
    ((), (), NO_RULE),
    ((), (7,), NO_RULE),
]


@pytest.mark.parametrize(("used", "accounts", "remedy"), REMEDIES)
def test_what_is_to_be_done_is_what_a_rule_in_use_would_see(
    used: tuple[Rule, ...], accounts: tuple[int, ...], remedy: str
) -> None:
    """A login, an address, an ID number: nobody is recognised by what no rule is asked about."""
    problem = NO_ACCOUNT.model_copy(update={"accounts": accounts})
    told = sentence(problem, Elsewhere.of(_plan(problem, used=used)))
    assert told.endswith(f"in web-dev. {remedy}")


LIKENESS: dict[tuple[Rule, ...], str] = {
    ("link", "email"): "account 7 has that user name, but another address; in",
    ("email",): "account 7 has that user name, but another address; in",
    ("link",): "account 7 has that user name, which proves nothing; in",
    (): "account 7 has that user name, which proves nothing; in",
}


@pytest.mark.parametrize("used", LIKENESS, ids=str)
def test_a_likely_account_has_another_address_only_where_they_were_compared(
    used: tuple[Rule, ...],
) -> None:
    """Else it may well have the same one."""
    problem = NO_ACCOUNT.model_copy(update={"accounts": (7,)})
    assert LIKENESS[used] in sentence(problem, Elsewhere.of(_plan(problem, used=used)))


CLASHES: list[tuple[ProblemKind, tuple[Rule, ...], str]] = [
    (
        "several-accounts",
        ("link", "idnumber", "email"),
        "what is not theirs, or correct its address, unlink its login, or correct its ID number",
    ),
    ("several-accounts", ("email",), "what is not theirs, or correct its address"),
    ("several-accounts", ("link",), "what is not theirs, or unlink its login"),
    ("several-accounts", ("idnumber",), "what is not theirs, or correct its ID number"),
    ("several-accounts", ("username",), "what is not theirs, or change its user name"),
    (
        "shared-account",
        ("link", "email"),
        "does not belong to, correct the address in AVC, or unlink the login in Moodle",
    ),
    ("shared-account", ("link",), "does not belong to, unlink the login in Moodle"),
    ("shared-account", ("email",), "does not belong to, correct the address in AVC"),
    ("shared-account", ("idnumber",), "does not belong to, correct the ID number in Moodle"),
    ("shared-account", ("username",), "does not belong to, change the user name in AVC"),
]


@pytest.mark.parametrize(("kind", "used", "remedy"), CLASHES)
def test_what_parts_people_and_accounts_is_what_the_rules_compare(
    kind: ProblemKind, used: tuple[Rule, ...], remedy: str
) -> None:
    """An address that no rule is asked about keeps nobody apart."""
    problem = Problem(kind=kind, avc=5, guilds=("web-dev",), accounts=(7, 8), others=(6,))
    assert sentence(problem, Elsewhere.of(_plan(problem, used=used))).endswith(remedy)


STRANGER = Problem(kind="stranger", name="ann", guilds=("web-dev",), accounts=(7,))
OUT = "remove them in Moodle, or let them join the guild"
AGREE, CONFIRM = "make the two addresses agree", "let them confirm the account"
LIKELY: dict[str, tuple[list[dict[str, Any]], str]] = {
    "nobody": ([], f"R{OUT[1:]}"),
    "another account is": ([{"accounts": (8,)}], f"R{OUT[1:]}"),
    "whoever is matched with others in doubt is not": (
        [{"kind": "shared-account", "accounts": (7,)}],
        f"R{OUT[1:]}",
    ),
    "one": ([{"accounts": (7, 8)}], f"If it is ann (ID: 5) of AVC, {AGREE}; if not, {OUT}"),
    "two": (
        [{"accounts": (7,)}, {"accounts": (7,), "avc": 6, "name": "Ann"}],
        f"If it is ann (ID: 5) or Ann (ID: 6) of AVC, {AGREE}; if not, {OUT}",
    ),
    "one who is yet to confirm it": (
        [{"kind": "unconfirmed-account", "accounts": (7,), "name": None}],
        f"If it is user (ID: 5) of AVC, {CONFIRM}; if not, {OUT}",
    ),
    "one of each": (
        [{"accounts": (7,)}, {"kind": "unconfirmed-account", "accounts": (7,), "avc": 6}],
        f"If it is ann (ID: 5) of AVC, {AGREE}; ann (ID: 6) of AVC, {CONFIRM}; if not, {OUT}",
    ),
}


@pytest.mark.parametrize("name", LIKELY)
def test_a_stranger_who_may_be_a_member_is_not_to_be_removed_first(name: str) -> None:
    """Removing them may cost grades: whoever the plan's other problems name is told before it."""
    changes, remedy = LIKELY[name]
    others = [NO_ACCOUNT.model_copy(update=change) for change in changes]
    told = sentence(STRANGER, Elsewhere.of(_plan(STRANGER, *others)))
    assert told.endswith(f"without AVC's doing: kept. {remedy}")


PROOFS: dict[tuple[Rule, ...], str] = {
    ("link", "idnumber", "email"): AGREE,
    ("email", "username"): AGREE,
    ("link", "idnumber"): "let them log in to Moodle through AVC",
    ("idnumber",): "set the ID number of their account in Moodle to their UUID in AVC",
    (): "let matching in nwp.yml name a rule that can be asked",
}


@pytest.mark.parametrize("used", PROOFS, ids=str)
def test_whose_a_strangers_account_is_can_be_shown_to_a_rule_in_use(
    used: tuple[Rule, ...],
) -> None:
    """And to no other."""
    likely = NO_ACCOUNT.model_copy(update={"accounts": (7,)})
    told = sentence(STRANGER, Elsewhere.of(_plan(STRANGER, likely, used=used)))
    assert told.endswith(f"If it is ann (ID: 5) of AVC, {PROOFS[used]}; if not, {OUT}")


@pytest.mark.parametrize(
    ("count", "says"), [(1, "a0"), (5, "a0, a1, a2, a3, a4"), (6, "a0, a1, a2, a3, a4 and 1 more")]
)
def test_of_many_guilds_the_first_are_named(count: int, says: str) -> None:
    """Five, and how many more."""
    guilds = tuple(f"a{n}" for n in range(count))
    told = sentence(Problem(kind="unpublished-guild", guilds=guilds))
    assert told.startswith(f"Guild {says} is not published")


@given(strategies.nasty_text, st.sampled_from(sorted({(c[0]) for c in CASES})))
def test_what_the_sites_say_is_told_apart(text: str, kind: ProblemKind) -> None:
    """Every second piece is the sites': with another text there, nothing else changes."""
    both = [
        pieces(Problem(kind=kind, avc=1, name=some, guilds=(some,), accounts=(7,), roles=(some,)))
        for some in (text or "x", "other")
    ]
    assert both[0][::2] == both[1][::2]
    assert set(both[1][1::2]) <= {"other"}
