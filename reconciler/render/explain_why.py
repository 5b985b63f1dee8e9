"""Grounds in words: why somebody comes or goes, and why nothing is done."""

from collections.abc import Mapping

from reconciler.models.explained_people import Clue, RuleAsked
from reconciler.models.explanation import Why
from reconciler.models.members import Reason
from reconciler.models.plan import Plan
from reconciler.models.scope import FullScope
from reconciler.render.terminal import name

GROUNDS: Mapping[Reason, str] = {
    "left-guild": "the account is theirs beyond doubt, and AVC has them, but not in this guild",
    "lost-role": ("they are in the guild, and no longer hold a guild role that this cohort is for"),
    "blocked": "they are blocked in AVC, and whoever is blocked is in no guild",
    "person-gone": "its OAuth2 login names somebody whom AVC no longer has",
    "guild-gone": "the guild is gone from AVC, and its cohort is put away",
    "role-gone": "role_mapping no longer has the role that this cohort is for",
    "cohort-gone": "the cohort that gave it is deleted, or no longer ours",
    "withdrawn": "the role rules the site, and nwp.yml does not allow it",
    "stranger": (
        "AVC does not know them, nwp.yml says strangers: remove, and everybody in the guild has an"
        " account already, so that nobody in it can be this one"
    ),
    "way": "the role is given in another way from now on",
    "undone": "the plan undoes the run that brought them there",
}
"""Why somebody loses something, after ``because``."""
EVERYBODYS = "role_mapping gives the role to every member now, and the guild's own cohort does"
"""For ``role-gone``, where the mapping has the role all the same."""

CLUES: Mapping[Clue, str] = {
    "link-uid": "whose OAuth2 login is this user's id in AVC",
    "link-uuid": "whose OAuth2 login is this user's UUID in AVC",
    "idnumber-locked": (
        "whose ID number is this user's UUID in AVC, in a field that its owner cannot edit"
    ),
    "idnumber-trusted": (
        "whose ID number is this user's UUID in AVC, which nwp.yml trusts (trust_idnumber)"
    ),
    "own-address": "whose e-mail address is the one that AVC has",
    "linked-address": "whose OAuth2 login has the e-mail address that AVC has",
    "user-name": "whose user name is the one in AVC, which nwp.yml lets count",
}
"""What shows that an account is somebody's, after it."""

_WHY: Mapping[Why, str] = {
    "undoing": "Nothing: it undoes a run that did nothing here",
    "changed": "Nothing",
    "on-hold": "Nothing: nwp.yml has it on hold",
    "not-adopted": (
        "Nothing: the guild's cohort has to be adopted first, which a plan of one person never"
        " does. Plan the guild, or everything"
    ),
    "adopting": (
        "Nothing: it adopts the cohort, and leaves everybody in it who was there before. The next"
        " plan judges them"
    ),
    "blocked": "Nothing: they are blocked in AVC, so in no guild, whatever rows it has",
    "not-in-guild": "Nothing: AVC does not have them in this guild, and they are not in the cohort",
    "site-administrator": (
        "Nothing: they administer the Moodle site, and get guilds' own cohorts there, never roles"
    ),
    "already": "Nothing: they are a member already, as AVC wants it",
    "frozen": (
        "Nothing: it is not clear whose account this is, so it is neither added nor removed. See"
        " the match above"
    ),
    "role-uncertain": (
        "Nothing: role_mapping names a guild role that there is not. Until it is corrected, nobody"
        " loses the role that it stands for"
    ),
    "stranger": (
        "Nothing: AVC does not account for this member, and nothing shows that they should go, so"
        " they are kept"
    ),
    "withdrawn": (
        "Nothing: the role rules the site, and nwp.yml does not allow it. So the cohort gives it to"
        " nobody, and whoever is in it stays"
    ),
    "file-only": "Nothing for them here; why, the file does not say",
    "no-moodle-account": "Nothing: no Moodle account is known to be theirs",
    "several-accounts": "Nothing: more than one account could be theirs, so none is touched",
    "shared-account": "Nothing: others claim the same account, so it is not touched",
    "contradicting-evidence": "Nothing: the rules name different accounts, so none is touched",
    "unconfirmed-account": (
        "Nothing: their account is not confirmed yet, and until then it is nobody's"
    ),
}


WAITS = (
    "Nothing: they are to be added elsewhere first, and that is on hold in nwp.yml, so they stay"
)
"""For ``on-hold``, where no entry is about this guild."""


def rule_words(asked: RuleAsked, *, matched: bool) -> str:
    """What one rule says of somebody; ``matched``: who has an account beyond doubt."""
    if asked.seen == "unseen":
        return f"{asked.rule}: could not be asked, as this access to Moodle does not show it"
    if asked.seen == "no-issuer":
        return (
            f"{asked.rule}: could not be asked, as no OAuth2 service of Moodle is known to be this"
            " AVC"
        )
    unconfirmed = ", ".join(map(str, asked.unconfirmed))
    if not asked.accounts:
        not_yet = f", but for {unconfirmed}, which is not confirmed yet" if unconfirmed else ""
        clue = f" ({CLUES[asked.clue]})" if asked.clue else ""
        return f"{asked.rule}: names no account{not_yet}{clue}"
    named = ", ".join(map(str, asked.accounts))
    noun = "account" if len(asked.accounts) == 1 else "accounts"
    clue = f", {CLUES[asked.clue]}" if asked.clue else ""
    decides = "; this decides" if asked.decides and matched else ""
    return f"{asked.rule}: names {noun} {named}{clue}{decides}"


def why_words(why: Why, plan: Plan) -> str:
    """Why a plan has nothing, in a sentence without its full stop."""
    match why:
        case "out-of-scope":
            return f"Nothing: it is about {name(str(plan.scope))}, and nothing else"
        case "gone-with-scope":
            return (
                "Nothing: the guild, or the role that the cohort was for, is gone, or not mapped"
                " any more, and only a full plan puts the cohort away;"
                f" this one is about {name(str(plan.scope))}"
            )
        case "left-out":
            return f"Nothing: it was made with {words_of(plan)}"
        case "left-alone":
            return "Nothing: the guild is left alone for a problem"
        case _:
            return _WHY[why]


def words_of(plan: Plan) -> str:
    """``--only`` and ``--exclude`` of a plan, as they were given."""
    only = [f"--only {name(word)}" for word in plan.only]
    return " ".join([*only, *(f"--exclude {name(word)}" for word in plan.exclude)])


def scope_words(plan: Plan) -> str:
    """What a plan is about."""
    scope = plan.scope
    about = "everything" if isinstance(scope, FullScope) else name(str(scope))
    return f"{about}, {words_of(plan)}" if plan.only or plan.exclude else about
