"""Problems in sentences that say what to do."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, assert_never

from reconciler.models.moodle import Rule
from reconciler.models.plan import Plan, Problem, RoleProblemKind
from reconciler.render.problem_names import SEAM, ids, names, person, quoted
from reconciler.render.problem_remedies import (
    gives_an_account,
    shows_whose,
    tells_accounts_apart,
    tells_people_apart,
)
from reconciler.wording import capital

_MAY_BE = ("no-moodle-account", "unconfirmed-account")
"""Problems of somebody whose account a stranger's may be."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What the rest of a plan says that bears on a problem's remedy."""

    used: tuple[Rule, ...] = ("link", "email")
    """The rules that were asked who is who."""
    may_be: Mapping[int, Sequence[Problem]] = field(default_factory=dict)
    """Account → the problems of people whose it may be, and who have no other."""

    @classmethod
    def of(cls, plan: Plan) -> "Elsewhere":
        """As far as its matching and its problems tell."""
        may_be: dict[int, list[Problem]] = defaultdict(list)
        for problem in plan.problems:
            for account in problem.accounts if problem.kind in _MAY_BE else ():
                may_be[account].append(problem)
        return cls(plan.matching.used, may_be)


def sentence(problem: Problem, elsewhere: Elsewhere = Elsewhere()) -> str:
    """What is wrong, with whom, and what would mend it."""
    return "".join(pieces(problem, elsewhere))


def pieces(problem: Problem, elsewhere: Elsewhere = Elsewhere()) -> tuple[str, ...]:
    """The same, cut up: every second piece, from the second on, is a text of the sites."""
    return tuple(_told(problem, elsewhere).split(SEAM))


def _told(  # noqa: C901, PLR0911, PLR0912 - one branch a kind
    problem: Problem, elsewhere: Elsewhere
) -> str:
    who = person(problem)
    accounts, guilds = ids("account", problem.accounts), names(problem.guilds)
    cohorts = ids("cohort", problem.cohorts)
    match problem.kind:
        case "no-moodle-account":
            have = "have" if len(problem.accounts) > 1 else "has"
            but = "but another address" if "email" in elsewhere.used else "which proves nothing"
            likely = f"; {accounts} {have} that user name, {but}" if accounts else ""
            return (
                f"{who} has no Moodle account that is known to be theirs{likely}; in {guilds}."
                f" {capital(gives_an_account(elsewhere.used, likely=bool(accounts)))}"
            )
        case "several-accounts":
            return (
                f"{who} could be {accounts}: left alone; in {guilds}. Delete in Moodle what is not"
                f" theirs, or {tells_accounts_apart(elsewhere.used)}"
            )
        case "shared-account":
            others = ids("user", problem.others)
            return (
                f"{who} and AVC {others} claim the same {accounts}: left alone; in {guilds}. Of"
                f" whoever it does not belong to, {tells_people_apart(elsewhere.used)}"
            )
        case "unconfirmed-account":
            return (
                f"{who} has not confirmed {accounts} yet; in {guilds}. Let them follow the link in"
                " Moodle's mail, or confirm it in Moodle (Users > Browse list of users)"
            )
        case "suspended-account":
            return (
                f"{who} is suspended in Moodle ({accounts}), and synced like others; in {guilds}."
                " Block them in AVC, too, if they are to leave their cohorts"
            )
        case "stranger":
            stranger = quoted(problem.name or "somebody")
            return (
                f"{stranger} ({accounts}) is in the cohort of {guilds} without AVC's doing: kept."
                f" {_stranger_remedy(problem, elsewhere)}"
            )
        case "unpublished-guild":
            return (
                f"Guild {guilds} is not published, and synced like others: publish it in AVC, or"
                " put it under hold: in nwp.yml to have it left alone"
            )
        case "idnumber-taken":
            return (
                f"Guild {guilds} is left alone: {cohorts} has its idnumber. Change"
                " that idnumber, or let the cohort's name start with 'AVC - ' to have it adopted"
            )
        case "several-marked-cohorts":
            return (
                f"Guild {guilds} is left alone: {cohorts} all bear its mark; delete the copies in"
                " Moodle, or that line of their descriptions"
            )
        case "cohort-outside-system":
            return (
                f"Guild {guilds} is left alone: {cohorts} must be in the system context. Choose"
                " 'System' as its context in Moodle"
            )
        case "damaged-mark":
            whose = f"Guild {guilds} is left alone: " if guilds else ""
            return (
                f"{whose}the last line of the description of {cohorts}, by which it was known as"
                " ours, was changed: put it back as it was; without it, and with another idnumber,"
                " the cohort is no longer ours"
            )
        case "not-adopted":
            return f"Guild {guilds} has {cohorts} to adopt first: sync the guild, or everything"
        case "contradicting-evidence":
            return (
                f"{who} is linked by OAuth2 to one of {accounts}, and named by the idnumber of"
                f" another: left alone until one of the two is mended in Moodle; in {guilds}"
            )
        case "foreign-lock":
            return (
                f"Guild {guilds} is left alone: {cohorts} belongs to another part of Moodle (its"
                " component is set); empty that column, or take the mark out of the description"
            )
        case "no-oauth2-issuer":
            return (
                "No OAuth2 issuer of Moodle is known to be this AVC, so logins cannot tell who is"
                " who: set avc_integration: avc_url of the Moodle site, or moodle_integration:"
                " sync: oauth2_issuer, in nwp.yml; or leave link out of matching"
            )
        case "cannot-lock":
            return (
                "Cohorts cannot be locked by web services (lock_cohorts: true): reach Moodle by"
                " its command line, access: {via: cli}"
            )
        case "on-hold":
            held = f"{who if problem.avc is not None else accounts} in {guilds}"
            if problem.avc is None and not accounts:
                held = f"what {guilds} has for a cohort"
            return (
                f"On hold, as nwp.yml says: {held} is left as it is. Delete that line under"
                " hold: in nwp.yml to have it synced"
            )
        case "unknown-hold" if problem.avc is not None:
            return (
                f"nwp.yml puts user {problem.avc} of AVC on hold in {guilds}, and AVC has no such"
                " user: correct or remove it under hold:. Somebody deleted in AVC is held by"
                " account:, with Moodle's id"
            )
        case "unknown-hold":
            return (
                f"nwp.yml puts the guild {guilds} on hold, and there is none with that machine name"
                " or UUID: correct or remove it under hold:"
            )
        case "unknown-protected":
            return (
                f"nwp.yml protects {guilds or quoted(problem.name or '')}, and there is no such"
                f" {'guild' if guilds else 'account'}: correct or remove it under guards:"
            )
        case "enrolment-lost" | "cohort-stays" | "log-cut" | "not-undone" as of_undoing:
            return _of_undoing(of_undoing, problem)
        case of_roles:
            return _of_roles(of_roles, problem)


def _stranger_remedy(problem: Problem, elsewhere: Elsewhere) -> str:
    leaves = "emove them in Moodle, or let them join the guild"
    told = "; ".join(_if_it_is(problem, elsewhere))
    return f"If it is {told}; if not, r{leaves}" if told else f"R{leaves}"


def _if_it_is(problem: Problem, elsewhere: Elsewhere) -> Iterator[str]:
    found = [one for account in problem.accounts for one in elsewhere.may_be.get(account, ())]
    proofs = (shows_whose(elsewhere.used), "let them confirm the account")
    for kind, proves in zip(_MAY_BE, proofs, strict=True):
        people = [person(one) for one in found if one.kind == kind]
        if people:
            yield f"{' or '.join(people)} of AVC, {proves}"


def _of_undoing(
    kind: Literal["enrolment-lost", "cohort-stays", "log-cut", "not-undone"], problem: Problem
) -> str:
    accounts, guilds = ids("account", problem.accounts), names(problem.guilds)
    cohorts, roles = ids("cohort", problem.cohorts), names(problem.roles)
    match kind:
        case "enrolment-lost":
            who = quoted(problem.name) if problem.name else accounts
            return (
                f"Leaving the cohort of {guilds} ended, or may have ended, enrolments of"
                f" {who} in Moodle: coming back enrols anew, and does not bring grades and"
                " groups back by itself. Grades come back, as far as Moodle's history has them,"
                " if 'Recover grades default' is set there before you apply"
            )
        case "cohort-stays":
            return (
                f"The run created {cohorts} for {guilds}: put away, and not deleted. Delete it in"
                " Moodle, once no course needs it"
            )
        case "log-cut" if not guilds:
            return (
                "The journal no longer has all that the run set out to do: the rest is undone. Look"
                " in Moodle for what else is to go"
            )
        case "log-cut":
            return (
                f"The run was cut off: what it did to {guilds} is not recorded to its end. What"
                " Moodle shows to be done is undone: look there for what else is to go"
            )
        case "not-undone" if problem.roles:
            return (
                f"{accounts} had the role {roles} by {cohorts}, which was no cohort of ours any"
                " more: give it in Moodle, if it is to be had"
            )
        case "not-undone":
            return (
                f"Whether the run created a cohort for {guilds} is not recorded, so it and its"
                " members are left as they are: look for it in Moodle"
            )
    assert_never(kind)


def _of_roles(  # noqa: C901, PLR0911 - one branch a kind of problem
    kind: RoleProblemKind, problem: Problem
) -> str:
    roles, guilds = names(problem.roles), names(problem.guilds)
    match kind:
        case "unknown-guild-role":
            return (
                f"role_mapping names {roles}, which no guild role in AVC is called: correct or"
                " remove it in nwp.yml; until then nobody loses a role that it stands for"
            )
        case "unknown-moodle-role":
            return (
                f"Moodle has no role with the short name {roles}: make it there, or correct"
                " role_mapping in nwp.yml; its cohorts are left as they are"
            )
        case "privileged-role":
            return (
                f"The role {roles} rules the whole Moodle site, so no cohort gives it: map the"
                " guild role to another, or name it in allow_privileged_roles in nwp.yml"
            )
        case "role-not-assignable":
            return (
                f"Moodle does not give the role {roles} at site level, as roles_by wants: tick"
                " 'System' for that role in Moodle (Define roles), or take it out of roles_by"
            )
        case "role-needs-plugin":
            return (
                f"Nothing can give the role {roles} at site level: install the plugin"
                " local_cohortrole (again, if it was there and left its assignments), or reach"
                " Moodle by its command line (access: {via: cli})"
            )
        case "role-by-hand":
            return (
                f"The role {roles} is not given yet: in Moodle, under Users > Accounts > Cohort"
                f" role sync, define it for the cohorts with the idnumbers {guilds}; or reach"
                " Moodle by its command line, access: {via: cli}"
            )
        case "role-unseen":
            return (
                f"Whether cohorts give the role {roles} cannot be seen or set by web services:"
                " define it in Moodle (Users > Accounts > Cohort role sync, or a course's cohort"
                " enrolment), or reach Moodle by its command line, access: {via: cli}"
            )
        case "site-administrator":
            return (
                f"{person(problem)} administers the Moodle site, and gets cohorts there, never"
                f" roles; in {guilds}. Give the role in Moodle, if it is to be had"
            )
        case "role-cohorts-left":
            cohorts = ids("cohort", problem.cohorts)
            return (
                f"No role in role_mapping wants {cohorts}, and they still give theirs: they are"
                " put away once role_sync is on and role_mapping names only roles that there are;"
                " where Moodle shows none, those that it is installed with, or that roles_by names"
            )
        case "definition-left":
            cohorts = ids("cohort", problem.cohorts)
            return (
                f"By local_cohortrole, the role {roles} goes to everybody in {cohorts}, although"
                " role_mapping does not say so: delete that under Cohort role sync in Moodle,"
                " unless somebody means it"
            )
        case "definition-waits":
            return (
                f"The role {roles} is not given yet by the cohorts with the idnumbers {guilds}:"
                " strangers in them would get it, too; remove them in Moodle, or let them join"
            )
    assert_never(kind)
