"""Whom, and which guild, a question about a plan means."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass

from reconciler.errors import ConfigError, NotFound
from reconciler.member_lines import escaped, unescaped
from reconciler.models.plan import Plan
from reconciler.pairing import NAME_PREFIX
from reconciler.plan_cohorts import masked
from reconciler.planner import Planned

_NUMBER = re.compile(r"(?:(?P<kind>avc|moodle):)?(?P<id>[0-9]{1,19})")
_SHOWN = 5
"""Choices that are named."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody whom a question is about."""

    uid: int | None
    """AVC's; None: nobody in AVC is known to be behind the accounts."""
    accounts: tuple[int, ...] = ()
    """Moodle accounts that are theirs, or may be; those of the plan, too."""


@dataclass(frozen=True, slots=True)
class GuildNamed:
    """A guild that a question is about."""

    name: str
    """Machine name."""
    uuid: str
    """Empty where a plan's file has no more than the name."""


def uid_named(word: str) -> int | None:
    """AVC's user id, if a word is one or says ``avc:ID``."""
    found = _NUMBER.fullmatch(word)
    return int(found["id"]) if found and found["kind"] != "moodle" else None


def subject_named(word: str, plan: Plan, seen: Planned | None) -> Subject:
    """Whom a word means: AVC's user id, ``avc:ID``, ``moodle:ID``, or a user name of either site.

    A number is a user id before it is a name. ``seen`` is what the sites have; None: they were not
    asked. Raises ConfigError for a word that fits several, NotFound for one that fits nobody.
    """
    known = _Known(plan, seen)
    found = _NUMBER.fullmatch(word)
    if found and found["kind"] == "moodle":
        return known.of_account(int(found["id"]))
    if found and (found["kind"] or known.has_person(int(found["id"]))):
        return known.of_person(int(found["id"]))
    choices = known.named(word)
    if len(choices) > 1:
        raise ConfigError(f"'{_safe(word)}' fits several: give one of {_listed(choices)}")
    if choices:
        return choices[0]
    if found and seen is None:
        return known.of_person(int(found["id"]))
    if seen is None:
        raise NotFound(
            f"This plan, which is all that --plan-only looks at, names nobody who is called"
            f" '{_safe(word)}': give AVC's user id, or moodle:ID with Moodle's."
        )
    nobody = f"AVC has no user {found['id']}, and nobody" if found else "Nobody in AVC or Moodle"
    raise NotFound(
        f"{nobody}, as far as this plan goes, is called '{_safe(word)}': give AVC's user id, or"
        " moodle:ID with Moodle's."
    )


def guild_named(word: str, plan: Plan, seen: Planned | None) -> GuildNamed:
    """The guild that a word means: machine name, UUID, alias, label, or a cohort's idnumber.

    One that is gone is known by its cohort's mark, or by the plan. Raises ConfigError for a word
    that fits several, NotFound for one that fits none.
    """
    words = _guild_words(plan, seen)
    for plain in (str, str.casefold):
        fitting = [g for g, known in words.items() if plain(word) in set(map(plain, known))]
        if len(fitting) > 1:
            listed = ", ".join(f"{guild.uuid} ({escaped(guild.name)})" for guild in fitting)
            raise ConfigError(
                f"'{_safe(word)}' fits several guilds: give the UUID of one: {listed}"
            )
        if fitting:
            return fitting[0]
    where = "AVC and this plan have" if seen else "This plan, which is all that was looked at, has"
    raise NotFound(
        f"{where} no guild '{_safe(word)}': give its machine name or UUID, as reconciler show or"
        " AVC has them."
    )


def _guild_words(plan: Plan, seen: Planned | None) -> dict[GuildNamed, set[str]]:
    found: dict[GuildNamed, set[str]] = defaultdict(set)
    names: dict[str, str] = {}
    if seen is not None:
        pairing = seen.pairing
        for orphan in pairing.orphans:
            names.setdefault(orphan.mark.key.uuid, orphan.mark.guild)
            found[GuildNamed(orphan.mark.guild, orphan.mark.key.uuid)].add(orphan.cohort.idnumber)
        names |= pairing.names
        for guild in seen.snapshots.avc.guilds:
            named = GuildNamed(names[guild.uuid], guild.uuid)
            found[named] |= {guild.label.strip(), guild.alias or guild.label.strip()}
        for pair in pairing.pairs:
            if pair.cohort:
                found[GuildNamed(pair.name, pair.guild.uuid)].add(pair.cohort.idnumber)
    for cohort in plan.cohorts:
        uuid = cohort.uuid
        named = GuildNamed(names.setdefault(uuid, cohort.guild) if uuid else cohort.guild, uuid)
        found[named].add(cohort.guild)
        if cohort.name is not None:
            found[named].add(cohort.name.to.removeprefix(NAME_PREFIX))
    told = {guild.name for guild in found}
    for problem in plan.problems if seen is None else ():
        for name in set(problem.guilds) - told:
            found[GuildNamed(name, "")].add(name)
    return {named: (words | {named.name, named.uuid}) - {""} for named, words in found.items()}


@dataclass(frozen=True, slots=True)
class _Known:
    plan: Plan
    seen: Planned | None

    def has_person(self, uid: int) -> bool:
        there = self.seen is not None and uid in self.seen.snapshots.avc.people
        return there or uid in self._uids()

    def of_person(self, uid: int) -> Subject:
        if self.seen is not None and not self.has_person(uid):
            raise NotFound(
                f"AVC has no user {uid}, and the plan names none: give another user id, a user"
                " name, or moodle:ID with Moodle's id."
            )
        found = [line.moodle for line in self.plan.lines if line.avc == uid]
        found += [a for p in self.plan.problems if p.avc == uid for a in p.accounts]
        if self.seen is not None:
            found = [*_accounts_of(uid, self.seen), *found]
        return Subject(uid, tuple(dict.fromkeys(found)))

    def of_account(self, account: int) -> Subject:
        owners = self._owners(account)
        if len(owners) == 1:
            (uid,) = owners
            return self.of_person(uid)
        there = self.seen is None or account in self.seen.snapshots.moodle.accounts
        if there or account in self._accounts():
            return Subject(None, (account,))
        raise NotFound(
            f"Moodle account {account} is in no cohort of this AVC, and is nobody's in it, as far"
            " as this plan goes: look for that number in Moodle, or give AVC's user id."
        )

    def named(self, word: str) -> list[Subject]:
        """Everybody who is called so: by the letter, else whatever the case."""
        exactly = frozenset({word, unescaped(word)})
        return self._called(str, exactly) or self._called(
            str.casefold, frozenset(map(str.casefold, exactly))
        )

    def _called(self, plain: Callable[[str], str], wanted: frozenset[str]) -> list[Subject]:
        def called(name: str | None) -> bool:
            if not name:
                return False
            return plain(name) in wanted or ("@" in name and plain(masked(name)) in wanted)

        uids = {p.avc for p in self.plan.problems if p.avc is not None and called(p.name)}
        accounts = {line.moodle for line in self.plan.lines if called(line.name)}
        accounts |= {
            p.accounts[0]
            for p in self.plan.problems
            if p.avc is None and len(p.accounts) == 1 and called(p.name)
        }
        if self.seen is not None:
            snapshots = self.seen.snapshots
            uids |= {p.uid for p in snapshots.avc.people.values() if called(p.name)}
            accounts |= {a.id for a in snapshots.moodle.accounts.values() if called(a.username)}
        found = {uid: self.of_person(uid) for uid in sorted(uids)}
        for account in sorted(accounts):
            subject = self.of_account(account)
            claimed = any(account in one.accounts for one in found.values())
            if subject.uid is None and claimed:
                continue
            found[-account if subject.uid is None else subject.uid] = subject
        return list(found.values())

    def _owners(self, account: int) -> set[int]:
        if self.seen is not None and account in self.seen.matching.person_of:
            return {self.seen.matching.person_of[account]}
        owners = {
            line.avc for line in self.plan.lines if line.moodle == account and line.avc is not None
        }
        if self.seen is not None:
            owners |= {
                uid
                for uid, why in self.seen.matching.unmatched.items()
                # That it has somebody's user name makes it nobody's.
                if account in why.accounts and why.kind != "no-moodle-account"
            }
        return owners

    def _uids(self) -> Collection[int]:
        of_lines = {line.avc for line in self.plan.lines if line.avc is not None}
        return of_lines | {p.avc for p in self.plan.problems if p.avc is not None}

    def _accounts(self) -> Collection[int]:
        of_lines = {line.moodle for line in self.plan.lines}
        return of_lines | {a for p in self.plan.problems for a in p.accounts}


def _accounts_of(uid: int, seen: Planned) -> tuple[int, ...]:
    account = seen.matching.account_of.get(uid)
    if account is not None:
        return (account,)
    why = seen.matching.unmatched.get(uid)
    return why.accounts if why else ()


def _listed(choices: Collection[Subject]) -> str:
    names = [
        f"moodle:{choice.accounts[0]}" if choice.uid is None else f"avc:{choice.uid}"
        for choice in choices
    ]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def _safe(word: str) -> str:
    """A word of the command line, safe to say again: it may be somebody's address."""
    return escaped(masked(word))
