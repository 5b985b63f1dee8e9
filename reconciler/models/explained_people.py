"""Who somebody is, as an explanation has it: the person, the accounts, and what says whose."""

from dataclasses import dataclass
from typing import Literal

from reconciler.models.moodle import Rule

Doubt = Literal[
    "no-moodle-account",
    "several-accounts",
    "shared-account",
    "contradicting-evidence",
    "unconfirmed-account",
]
"""Why nobody's account, or not clear whose."""
Clue = Literal[
    "link-uid",
    "link-uuid",
    "idnumber-locked",
    "idnumber-trusted",
    "own-address",
    "linked-address",
    "user-name",
]
"""What shows that an account is somebody's."""


@dataclass(frozen=True, slots=True)
class RuleAsked:
    """What one configured rule says of a person."""

    rule: Rule
    seen: Literal["asked", "unseen", "no-issuer"] = "asked"
    """``unseen``: this access does not show its evidence. ``no-issuer``: no OAuth2 service of the
    Moodle is known to be this AVC."""
    accounts: tuple[int, ...] = ()
    """Those that it names, confirmed ones."""
    unconfirmed: tuple[int, ...] = ()
    decides: bool = False
    """Whether it is the first that names any."""
    clue: Clue | None = None
    """Of a rule that names one account."""


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's row in a guild of AVC; a blocked person's rows count for nothing."""

    guild: str
    """Machine name."""
    roles: tuple[str, ...]
    """Stored guild roles, as ``guild-mentor``; ordinary membership is none."""
    published: bool


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What AVC has of somebody, and whom the rules take them for."""

    uid: int
    name: str = ""
    """Masked where it is an address; empty where names are left out."""
    there: bool = True
    """Whether AVC has them; if not, nothing below says anything."""
    active: bool = True
    """False for somebody who is blocked."""
    memberships: tuple[Membership, ...] = ()
    rules: tuple[RuleAsked, ...] = ()
    account: int | None = None
    """Theirs, beyond doubt."""
    doubt: Doubt | None = None
    others: tuple[int, ...] = ()
    """AVC uids of others who claim the same accounts."""


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What Moodle has of an account."""

    id: int
    name: str = ""
    there: bool = True
    """False: deleted, or out of sight for this access."""
    suspended: bool = False
    confirmed: bool = True
    administrator: bool | None = None
    """None: this access cannot tell."""
    owner: int | None = None
    """The AVC uid of whom it is, beyond doubt."""
    claimed: tuple[int, ...] = ()
    """The AVC uids of those whose it may be, where that is not clear."""
    likely: tuple[int, ...] = ()
    """The AVC uids of those who have no account, and its user name."""
    theirs: bool = True
    """Whether it is, beyond doubt, that of the person whom the explanation is about, if any."""
