"""What would mend a problem: by what the rules in use compare, and nothing else."""

from collections.abc import Mapping, Sequence

from reconciler.models.moodle import Rule

_SHOWS: Mapping[Rule, str] = {
    "link": "let them log in to Moodle through AVC",
    "email": "correct their address on either side",
    "idnumber": "set the ID number of their account in Moodle to their UUID in AVC",
    "username": "give them an account in Moodle with their user name in AVC",
}
_NO_RULE = "let matching in nwp.yml name a rule that can be asked"
_OF_THE_ACCOUNT: Mapping[Rule, str] = {
    "email": "correct its address",
    "link": "unlink its login",
    "idnumber": "correct its ID number",
    "username": "change its user name",
}
_OF_THE_PERSON: Mapping[Rule, str] = {
    "email": "correct the address in AVC",
    "link": "unlink the login in Moodle",
    "idnumber": "correct the ID number in Moodle",
    "username": "change the user name in AVC",
}


def gives_an_account(used: Sequence[Rule], *, likely: bool) -> str:
    """What would let somebody be recognised; ``likely``: an account has their user name."""
    ways = [rule for rule in ("link", "email") if rule in used] or used[:1]
    told = _either([_SHOWS[rule] for rule in ways]) or _NO_RULE
    alone = ways == ["email"] and not likely
    return f"{told}, or give them an account with it" if alone else told


def shows_whose(used: Sequence[Rule]) -> str:
    """What would show that an account with somebody's user name is theirs."""
    if "email" in used:
        return "make the two addresses agree"
    return gives_an_account(used, likely=True)


def tells_accounts_apart(used: Sequence[Rule]) -> str:
    """What would leave one account of several that could be somebody's."""
    return _in_use(_OF_THE_ACCOUNT, used)


def tells_people_apart(used: Sequence[Rule]) -> str:
    """What would leave one person of several who claim an account."""
    return _in_use(_OF_THE_PERSON, used)


def _in_use(words: Mapping[Rule, str], used: Sequence[Rule]) -> str:
    # Without any rule nobody is in doubt, unless a plan was written by hand.
    return _either([told for rule, told in words.items() if rule in used] or [*words.values()])


def _either(ways: Sequence[str]) -> str:
    *others, last = ways or [""]
    return f"{', '.join(others)}, or {last}" if others else last
