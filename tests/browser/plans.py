"""Plans to look at in a browser."""

from datetime import UTC, datetime

from reconciler.marks import Mark, described
from reconciler.models.desired import CohortKey
from reconciler.models.guards import GUARDS, GuardFigures, GuardName
from reconciler.models.members import MemberChange, Reason
from reconciler.models.moodle import Rule
from reconciler.models.plan import (
    AvcSide,
    CohortPlan,
    DefinitionChange,
    FlagChange,
    MatchingUsed,
    MoodleSide,
    Plan,
    Problem,
    RolePlan,
    TextChange,
)
from reconciler.models.scope import FullScope
from tests.world import SITE

_UUIDS = {
    "choir": "0b7c22f4-7f4e-4f0c-9a59-5a3f6f2f6d10",
    "gardeners": "6e1f8a52-0d7e-4b0b-8d4e-3a3f5a7b9c21",
    "radio": "187c455a-c237-4378-a519-c46a8f8ab8cd",
    "web-dev": "2aaf2f3d-e1c7-4f50-a6f2-a498aceb1ddc",
}
_HELD = {
    "removals-per-guild": (
        "web-dev 3 of 9",
        "the larger of 2 and 25%",
        "removals-per-guild@5f0c2d9a41be",
    ),
    "archives": ("2 of 14 guilds", "the larger of 1 and 5%", "archives@c81be7730d52"),
}
_PASSED = {
    "moodle-host": ("moodle.example", "as nwp.yml joins the sites"),
    "empty-avc": ("14 guilds and 212 memberships", "1 guild and 1 membership at least"),
    "leftovers": ("none", "none allowed"),
    "no-roles": ("9 held", "1 role held in AVC at least"),
    "removals": ("4 of 208", "the larger of 20 and 10%"),
    "privileged-roles": ("none", "3 people"),
    "protected": ("none", "none allowed"),
    "changed-matches": ("none", "none allowed"),
}


def monday() -> Plan:
    """Something of everything: held guards, all actions, costs, roles, problems."""
    return Plan(
        made=datetime(2026, 11, 23, 6, 0, tzinfo=UTC),
        avc=AvcSide(site="avc", uuid=SITE, guilds=14, memberships=212),
        moodle=MoodleSide(site="ss", url="https://moodle.example", release="4.5.6"),
        scope=FullScope(),
        exclude=("guild:chess",),
        matching=MatchingUsed(used=("link", "email"), unavailable=("idnumber",)),
        guards=tuple(map(_guard, GUARDS)),
        roles=(
            RolePlan(
                role="coursecreator",
                guild_roles=("guild_admin",),
                way="definition",
                because="plugin-installed",
            ),
            RolePlan(
                role="teacher",
                guild_roles=("guild_mentor", "guild_facilitator"),
                way="course-enrolment",
                because="only-in-courses",
            ),
        ),
        cohorts=(_choir(), _gardeners(), _radio(), _web_dev(), _web_dev_creators()),
        problems=(
            Problem(kind="no-moodle-account", avc=91, name="dave", guilds=("web-dev",)),
            Problem(kind="stranger", name="u300", accounts=(400,), guilds=("gardeners",)),
            Problem(
                kind="suspended-account", avc=64, name="zoë", accounts=(164,), guilds=("choir",)
            ),
        ),
    )


def _guard(guard: GuardName) -> GuardFigures:
    if guard in _HELD:
        found, limit, word = _HELD[guard]
        return GuardFigures(guard=guard, ok=False, found=found, limit=limit, acknowledge=word)
    found, limit = _PASSED[guard]
    return GuardFigures(guard=guard, ok=True, found=found, limit=limit)


def _described(text: str, guild: str) -> str:
    mark = Mark(SITE, guild, CohortKey(uuid=_UUIDS[guild]))
    return described(text, mark)


def _choir() -> CohortPlan:
    """Put away, with somebody in it."""
    return CohortPlan(
        guild="choir",
        uuid=_UUIDS["choir"],
        cohort=38,
        action="archive",
        name=TextChange(from_="AVC - Choir", to="AVC - Choir (archived)"),
        idnumber=TextChange(from_="choir", to="choir--archived-38"),
        visible=FlagChange(from_=True, to=False),
        members=(_goes(164, 64, "zoë", "guild-gone", suspends=1),),
    )


def _gardeners() -> CohortPlan:
    """New."""
    return CohortPlan(
        guild="gardeners",
        uuid=_UUIDS["gardeners"],
        action="create",
        name=TextChange(to="AVC - Gardeners"),
        idnumber=TextChange(to="gardeners"),
        description=TextChange(to=_described("We grow things.", "gardeners")),
        members=(_comes(171, 71, "José Núñez"), _comes(172, 72, "wiremu.tāne", by="link")),
    )


def _radio() -> CohortPlan:
    """Put away, with nobody in it."""
    return CohortPlan(
        guild="radio",
        uuid=_UUIDS["radio"],
        cohort=44,
        action="archive",
        name=TextChange(from_="AVC - Radio", to="AVC - Radio (archived)"),
        visible=FlagChange(from_=True, to=False),
    )


def _web_dev() -> CohortPlan:
    """Renamed, described anew, with people who come and go."""
    return CohortPlan(
        guild="web-dev",
        uuid=_UUIDS["web-dev"],
        cohort=42,
        action="update",
        name=TextChange(from_="AVC - Web Dev", to="AVC - Web Development"),
        description=TextChange(
            from_=_described("We build the community's sites.", "web-dev"),
            to=_described("We build and mend the community's sites, and teach it.", "web-dev"),
        ),
        members=(
            _comes(156, 56, "bob.jones"),
            _comes(180, 80, "carol", by="link"),
            _goes(115, 15, "mallory", "blocked", last=2),
            _goes(177, 77, "alice.wong", "left-guild"),
            _goes(1560, 560, "trent", "left-guild", unknown=True),
        ),
    )


def _web_dev_creators() -> CohortPlan:
    """A role that is taken back from a cohort, and given to one person by hand."""
    return CohortPlan(
        guild="web-dev",
        uuid=_UUIDS["web-dev"],
        role="coursecreator",
        cohort=45,
        action="update",
        definition=DefinitionChange(role="coursecreator", action="delete"),
        assignments=(
            MemberChange(
                "add",
                moodle=180,
                avc=80,
                by="link",
                role="librarian",
                through="avc_moodle_sync",
                name="carol",
            ),
        ),
    )


def _comes(moodle: int, avc: int, name: str, by: Rule = "email") -> MemberChange:
    return MemberChange("add", moodle=moodle, avc=avc, by=by, name=name)


def _goes(  # noqa: PLR0913, PLR0917 - a parameter for each thing that a line says
    moodle: int,
    avc: int,
    name: str,
    because: Reason,
    last: int = 0,
    suspends: int = 0,
    *,
    unknown: bool = False,
) -> MemberChange:
    return MemberChange(
        "remove",
        moodle=moodle,
        avc=avc,
        by="email",
        because=because,
        last_enrolments=None if unknown else last,
        suspends=None if unknown else suspends,
        name=name,
    )


def empty() -> Plan:
    """Nothing to do."""
    return monday().model_copy(
        update={"guards": (), "roles": (), "cohorts": (), "problems": (), "made": None}
    )


def large(changes: int, guilds: int = 100) -> Plan:
    """So many additions and removals, half of each, and nothing else."""
    each = changes // guilds
    return empty().model_copy(
        update={
            "cohorts": tuple(
                CohortPlan(
                    guild=f"guild-{number}",
                    uuid=f"{number:08x}-0000-4000-8000-000000000000",
                    cohort=number + 1,
                    action="update",
                    members=tuple(
                        _comes(uid + 100, uid, f"member{uid}")
                        if uid % 2
                        else _goes(uid + 100, uid, f"member{uid}", "left-guild", last=uid % 3)
                        for uid in range(number * each, (number + 1) * each)
                    ),
                )
                for number in range(guilds)
            )
        }
    )
