"""Which Moodle roles guild roles become, and what gives each: decided here, for the whole site."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.models.avc import AvcSnapshot
from reconciler.models.moodle import MoodleRole, MoodleSnapshot
from reconciler.models.plan import CohortPlan, ProblemKind, RolePlan, Way, WayReason
from reconciler.models.settings import SyncSettings

ORDINARY = ("guild_member", "default")
"""The names, in a role mapping, of ordinary membership; the first one counts."""

_ONLY_IN_COURSES = frozenset({"student", "teacher", "editingteacher"})
"""Roles that Moodle, as it is installed, gives in courses only: where that cannot be seen."""

_FROM_THE_START = _ONLY_IN_COURSES | {"manager", "coursecreator", "guest", "user", "frontpage"}
"""Roles that Moodle is installed with: the others of its ``lib/db/install.php``, too."""

_PRIVILEGED = frozenset({"manager"})
"""Roles that rule a site: where that cannot be seen."""

_Way = tuple[Way, WayReason, ProblemKind | None]


@dataclass(frozen=True, slots=True)
class Roles:
    """What the role mapping comes to on this Moodle."""

    plans: tuple[RolePlan, ...] = ()
    """The roles that are given, by short name."""
    problems: Mapping[str, ProblemKind] = field(default_factory=dict)
    """Role → why it is not given as it is mapped."""
    ids: Mapping[str, int] = field(default_factory=dict)
    """Short name → Moodle's id; empty where roles cannot be seen."""
    ordinary: str | None = None
    """The role that a guild's own cohort gives; None: none."""
    mapped: frozenset[str] = frozenset()
    """The roles of the mapping, given or not."""
    uncertain: frozenset[str] = frozenset()
    """Those that a name stands for, too, that no guild role has: who is to have them is unclear."""
    understood: bool = True
    """Whether the mapping is known to name only roles that there are. If not, it may hold a typing
    error, and nothing is taken from anybody because it does not name something."""
    active: bool = False
    """Whether roles are synchronised at all."""

    @property
    def beside(self) -> tuple[str, ...]:
        """The roles that have cohorts of their own beside each guild's."""
        return tuple(plan.role for plan in self.plans if plan.role != self.ordinary)

    def way(self, role: str | None) -> Way:
        """How a cohort gives its role; ``None`` stands for a guild's own cohort."""
        wanted = self.ordinary if role is None else role
        return next((plan.way for plan in self.plans if plan.role == wanted), "none")

    def guild_roles(self, role: str) -> frozenset[str]:
        """The guild roles, spelt with ``_``, that become this Moodle role."""
        return next((frozenset(p.guild_roles) for p in self.plans if p.role == role), frozenset())


def ordinary_of(roles: Iterable[RolePlan]) -> str | None:
    """Which of a plan's roles a guild's own cohort gives; None: none."""
    targets = {name: plan.role for plan in roles for name in plan.guild_roles}
    return next((targets[name] for name in ORDINARY if name in targets), None)


def lost_by_leaving(cohort: CohortPlan, roles: Sequence[RolePlan]) -> str | None:
    """The role that goes with a membership of a plan's cohort, as a definition gives it to members.

    ``roles`` are the plan's. None: no definition stood before the plan, or it goes with it, which
    takes the role from everybody, and is an operation of its own.
    """
    if cohort.definition is not None or cohort.action in {"create", "archive"}:
        return None
    ordinary = ordinary_of(roles)
    for plan in roles:
        its = None if plan.role == ordinary else plan.role
        if plan.way == "definition" and cohort.role == its:
            return plan.role
    return None


def spelt(guild_role: str) -> str:
    """A stored guild role as mappings spell it: ``guild-mentor`` is ``guild_mentor``."""
    return guild_role.replace("-", "_")


def find_roles(settings: SyncSettings, moodle: MoodleSnapshot, unknown: Collection[str]) -> Roles:
    """What the mapping comes to; without ``role_sync`` no more than what roles there are.

    ``unknown`` are the names in it that no guild role has: nothing is made for them.
    """
    known = {role.shortname: role for role in moodle.roles.roles} if moodle.roles else None
    ids = {name: role.id for name, role in (known or {}).items()}
    if not settings.role_sync:
        return Roles(ids=ids)
    mapping = {name: role for name, role in settings.role_mapping.items() if name not in unknown}
    ordinary = next((mapping[name] for name in ORDINARY if name in mapping), None)
    judge = _Judge(settings, moodle, known)
    plans: list[RolePlan] = []
    problems: dict[str, ProblemKind] = {}
    for role in sorted(set(mapping.values())):
        refusal = judge.refusal(role)
        way, because, trouble = judge.way(role)
        problem = refusal or trouble
        if problem:
            problems[role] = problem
        if not refusal:
            sources = tuple(sorted(name for name, target in mapping.items() if target == role))
            plans.append(RolePlan(role=role, guild_roles=sources, way=way, because=because))
    return Roles(
        plans=tuple(plans),
        problems=problems,
        ids=ids,
        ordinary=ordinary if any(plan.role == ordinary for plan in plans) else None,
        mapped=frozenset(settings.role_mapping.values()),
        uncertain=frozenset(settings.role_mapping[name] for name in unknown),
        understood=not unknown and all(map(judge.exists, mapping.values())),
        active=True,
    )


def unknown_guild_roles(settings: SyncSettings, avc: AvcSnapshot) -> tuple[str, ...]:
    """Names in the mapping that no guild role has; nothing where AVC does not tell its roles."""
    if not settings.role_sync or not avc.guild_roles:
        return ()
    known = {spelt(role) for role in avc.guild_roles}
    return tuple(sorted(settings.role_mapping.keys() - known - set(ORDINARY)))


@dataclass(frozen=True, slots=True)
class _Judge:
    """What this Moodle, reached this way, can do with a role."""

    settings: SyncSettings
    moodle: MoodleSnapshot
    known: Mapping[str, MoodleRole] | None

    def exists(self, role: str) -> bool:
        """Whether it is known that Moodle has such a role: as it shows, as each Moodle has from the
        start, or as somebody says twice.
        """
        if self.known is not None:
            return role in self.known
        return role in _FROM_THE_START or role in self.settings.roles_by

    def refusal(self, role: str) -> ProblemKind | None:
        """Why a role is left out altogether; None when it is not."""
        if self.known is not None and role not in self.known:
            return "unknown-moodle-role"
        # What is given in courses only, an editing teacher's right to assign others, rules no site.
        rules = (
            role in _PRIVILEGED
            if self.known is None
            else self.known[role].rules_site and self.known[role].system
        )
        allowed = role in self.settings.allow_privileged_roles
        return "privileged-role" if rules and not allowed else None

    def way(self, role: str) -> _Way:
        """How a role is given, why so, and what kind of problem that is, if it is one."""
        configured = self.settings.roles_by.get(role)
        if configured in {"course-enrolment", "none"}:
            return configured, "configured", None
        if self.known is None:
            if role in _ONLY_IN_COURSES and configured is None:
                return "course-enrolment", "only-in-courses", None
            return "none", "unseen", "role-unseen"
        if role in self.known and not self.known[role].system:
            if configured is None:
                return "course-enrolment", "only-in-courses", None
            return "none", "impossible", "role-not-assignable"
        return self._at_site_level(configured)

    def _at_site_level(self, configured: Way | None) -> _Way:
        because: WayReason = "configured" if configured else "plugin-installed"
        state = self.moodle.roles
        plugin = state is not None and state.definitions is not None
        left = state is not None and state.by_plugin
        if left and not plugin:
            # Gone without taking back what it gave, as in the middle of an upgrade.
            return "none", "impossible", "role-needs-plugin"
        if plugin and configured != "assignment":
            can = "define-roles" in self.moodle.abilities
            return "definition", because if can else "by-hand", None
        if configured != "definition" and "assign-roles" in self.moodle.abilities:
            return "assignment", "configured" if configured else "no-plugin", None
        return "none", "impossible", "role-needs-plugin"
