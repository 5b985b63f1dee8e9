"""What people and accounts say about who they are: what each matching rule compares."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from reconciler.models.avc import Claims, Person
from reconciler.models.moodle import Account, Issuer, Link, Rule
from reconciler.models.settings import SyncSettings

STRONG: tuple[Rule, ...] = ("link", "idnumber")
"""Rules that two of may not contradict each other: nobody but an administrator, or a login in AVC
itself, sets what they compare."""

_UID_CLAIMS = frozenset({"sub", "uid", "id", "user_id"})
"""Claims that hold AVC's user id. AVC puts it into ``sub``."""

_UUID_CLAIMS = frozenset({"sub", "uuid"})
_MAIL_CLAIMS = frozenset({"", "email", "mail"})
"""Claims that hold an address: any other is a name that its owner may have chosen. Without a
mapping Moodle takes the address."""

_FOREIGN_AUTH = frozenset({"lti", "mnet"})
"""Authentication plugins whose accounts have the address that some other platform says."""

_UID_DIGITS = 10
"""More digits than Drupal's user ids have."""

_URL = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?(?P<place>[^?#]+)")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


fold: Final = str.lower
"""An address as it is compared: whole, without case, accents kept."""


def issuer_of_avc(issuers: Iterable[Issuer], settings: SyncSettings) -> Issuer | None:
    """The OAuth2 issuer that is this AVC: the configured one, else the only one at its address.

    Other services may be at the same host: port and path count.
    """
    known = tuple(issuers)
    if settings.oauth2_issuer is not None:
        named = [issuer for issuer in known if issuer.name == settings.oauth2_issuer]
        return named[0] if len(named) == 1 else None
    place = _place(settings.avc_url or "")
    there = [issuer for issuer in known if place and _place(issuer.baseurl) == place]
    return there[0] if len(there) == 1 else None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Which evidence of a Moodle counts, and what it means."""

    issuer: Issuer | None = None
    """Whose links count; None: no link does."""
    trust_idnumber: bool = False
    """Whether an idnumber counts that its owner may have typed."""


@dataclass(frozen=True, slots=True)
class Key:
    """What a rule compares: each side's words for who it is; none: the rule says nothing.

    Of many at once, as there are many: pairs of a uid, or of an account's id, and a word.
    """

    people: Callable[[Iterable[Person]], Iterator[tuple[int, str]]]
    accounts: Callable[[Iterable[Account]], Iterator[tuple[int, str]]]

    def person(self, person: Person) -> tuple[str, ...]:
        """One person's words."""
        return tuple(word for _, word in self.people((person,)))

    def account(self, account: Account) -> tuple[str, ...]:
        """One account's words."""
        return tuple(word for _, word in self.accounts((account,)))


def keys(evidence: Evidence) -> dict[Rule, Key]:
    """What each rule compares. Empty words never count."""
    return {
        "link": Key(_user_ids, partial(_linked_ids, evidence=evidence)),
        "idnumber": Key(
            lambda people: ((person.uid, person.uuid.lower()) for person in people),
            partial(_idnumbers, evidence=evidence),
        ),
        "email": Key(
            lambda people: ((person.uid, fold(person.mail)) for person in people),
            partial(_addresses, evidence=evidence),
        ),
        "username": Key(
            lambda people: ((person.uid, person.name.lower()) for person in people),
            lambda accounts: ((account.id, account.username) for account in accounts),
        ),
    }


def _user_ids(people: Iterable[Person]) -> Iterator[tuple[int, str]]:
    for person in people:
        yield person.uid, f"uid:{person.uid}"
        yield person.uid, f"uuid:{person.uuid.lower()}"


def _linked_ids(accounts: Iterable[Account], evidence: Evidence) -> Iterator[tuple[int, str]]:
    for account in accounts:
        for word in _words(account, evidence):
            if not word.startswith("mail:"):
                yield account.id, word


def _idnumbers(accounts: Iterable[Account], evidence: Evidence) -> Iterator[tuple[int, str]]:
    for account in accounts:
        if account.idnumber and (account.idnumber_locked or evidence.trust_idnumber):
            yield account.id, account.idnumber.lower()


def _addresses(accounts: Iterable[Account], evidence: Evidence) -> Iterator[tuple[int, str]]:
    for account in accounts:
        if account.auth in _FOREIGN_AUTH:
            continue
        own = fold(account.email)
        yield account.id, own
        for said in _words(account, evidence) if account.links else ():
            word = said.removeprefix("mail:")
            if "@" in word and word != own:
                yield account.id, word


def claims_of(accounts: Iterable[Account], used: Iterable[Rule], evidence: Evidence) -> Claims:
    """Whom these accounts claim to be, by the rules in use: AVC is asked for those people."""
    compared, rules = keys(evidence), frozenset(used)
    known = tuple(accounts)

    def words(rule: Rule) -> frozenset[str]:
        if rule not in rules:
            return frozenset()
        return frozenset(word for _, word in compared[rule].accounts(known) if word)

    links = words("link")
    return Claims(
        mails=words("email"),
        names=words("username"),
        uuids=words("idnumber") | {word[5:] for word in links if word.startswith("uuid:")},
        uids=frozenset(int(word[4:]) for word in links if word.startswith("uid:")),
    )


def is_of_avc(words: Iterable[str], evidence: Evidence) -> bool:
    """Whether links that name nobody in AVC name somebody who is gone from it.

    AVC puts user ids into ``sub``: a UUID there may be what some other service calls somebody.
    """
    claim = evidence.issuer.username_claim.lower() if evidence.issuer else ""
    return claim != "sub" or all(word.startswith("uid:") for word in words)


def link_words(people: Iterable[Person]) -> frozenset[str]:
    """What an issuer may call these people, whichever its mapping is."""
    return frozenset(
        word
        for person in people
        for word in (str(person.uid), person.uuid, person.mail, fold(person.mail))
        if word
    )


def _place(url: str) -> str:
    found = _URL.match(url.strip().lower())
    return found["place"].rstrip("/") if found else ""


def _words(account: Account, evidence: Evidence) -> Iterable[str]:
    for link in account.links:
        if evidence.issuer is not None and link.issuer == evidence.issuer.id:
            word = _word(link, evidence.issuer)
            if word:
                yield word


def _word(link: Link, issuer: Issuer) -> str:
    """``uid:77``, ``uuid:…``, ``mail:…``, which is no more than an address, or nothing."""
    said, claim = link.username.strip().lower(), issuer.username_claim.lower()
    if claim in _UID_CLAIMS and said.isascii() and said.isdigit() and len(said) <= _UID_DIGITS:
        return f"uid:{int(said)}"
    if claim in _UUID_CLAIMS and _UUID.fullmatch(said):
        return f"uuid:{said}"
    return f"mail:{said}" if claim in _MAIL_CLAIMS else ""
