"""Nasty communities, Moodles and settings."""

from dataclasses import replace
from itertools import product

from hypothesis import strategies as st

from reconciler.machine_names import archived_idnumber, cohort_idnumber
from reconciler.marks import Mark, described
from reconciler.models.avc import Guild, Person
from reconciler.models.desired import CohortKey
from reconciler.models.moodle import (
    COMPONENT,
    OTHER_WAY,
    PLUGIN,
    Account,
    Cohort,
    Grant,
    Issuer,
    Link,
)
from reconciler.models.settings import SyncSettings
from tests.fake_moodle import FakeMoodle
from tests.world import OTHER_SITE, ROLES, SITE, Community

UUIDS = [f"{n:08x}-0000-4000-8000-000000000000" for n in range(6)]
MAILS = [
    "ann@example.org",
    "ANN@example.org",
    "ánn@example.org",
    "bob@example.org",
    "a_b@example.org",
    "acb@example.org",
    "carol@example.org",
    "CAROL@EXAMPLE.ORG",
    "straße@example.org",
    "",
]
NAMES = [
    "ann",
    "Ann",
    "ánn",
    "bob",
    "carol@example.org",
    "avc:7",
    " ",
    "x\u202ey",
    "d\n- e",
    "Z\\x41",
]
nasty_text = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "Web Development",
            "WEB DEVELOPMENT",
            "Équipe Café & Co",
            "!!!",
            "42",
            "<b>x</b>",
            "x" * 300,
            "é" * 254,
            "a\u202eb",
            "line\nbreak",
            "# no comment",
            ":0",
            "a: b",
            "x,",
            "1",
            "true",
            "0x1f",
            "2026-11-22",
            "- + : {}",
            "web-dev",
            "a\x85b\u2028c",
            "trailing  ",
            "'\"\\",
            "null",
            "🎉" * 60,
        ]
    ),
    st.text(max_size=30),
)
labels = nasty_text.filter(bool)
aliases = st.one_of(
    st.none(), st.sampled_from(["web-dev", "Web-Dev", "web dev", "42", "équipe", "a" * 120, "x/y"])
)


@st.composite
def communities(draw: st.DrawFn) -> Community:
    """An AVC with few, awkward guilds and people; not without any member, or any role."""
    count = draw(st.integers(1, 3))
    guilds = tuple(
        Guild(
            id=number + 1,
            uuid=UUIDS[number],
            label=draw(labels),
            alias=draw(aliases),
            description=draw(nasty_text),
            published=draw(st.booleans()),
        )
        for number in range(count)
    )
    people = tuple(
        Person(
            uid,
            f"aaaaaaaa-0000-4000-8000-{uid:012}",
            draw(st.sampled_from(NAMES)),
            draw(st.sampled_from(MAILS)),
            draw(st.booleans()),
        )
        for uid in range(1, draw(st.integers(1, 6)) + 1)
    )
    uids = st.sets(st.sampled_from([p.uid for p in people]))
    members = {guild.id: frozenset(draw(uids)) for guild in guilds}
    if not any(members.values()):
        members[1] = frozenset({1})
    held = {
        guild: {role: frozenset(draw(uids)) & inside for role in draw(_guild_roles)}
        for guild, inside in members.items()
    }
    if not any(uids for roles in held.values() for uids in roles.values()):
        # A community in which nobody holds any role is refused: see policy.
        guild = min(number for number, inside in members.items() if inside)
        held[guild] = {"guild-admin": frozenset({min(members[guild])})}
    return Community(guilds, people, members, held)


_guild_roles = st.sets(st.sampled_from(["guild-admin", "guild-mentor"]))
DELETED = 77
"""A cohort that assignments outlived."""
GONE_ROLE = 99
"""A role that they outlived."""
AVC_ISSUER = 9
ISSUERS = [
    Issuer(AVC_ISSUER, "AVC", "https://avc.example", claim)
    for claim in ("sub", "uuid", "email", "", "preferred_username")
]
OTHER_ISSUER = Issuer(8, "Google", "https://accounts.google.com", "sub")
_uuids = st.integers(1, 7).map("aaaaaaaa-0000-4000-8000-{:012}".format)
_links = st.builds(
    Link,
    st.sampled_from([AVC_ISSUER, AVC_ISSUER, OTHER_ISSUER.id]),
    st.one_of(
        st.integers(1, 7).map(str), _uuids, st.sampled_from([*MAILS, "ann", "007", "00000000001"])
    ),
)


@st.composite
def accounts(draw: st.DrawFn, number: int) -> Account:
    """A Moodle account whose address may be anybody's."""
    return Account(
        number,
        draw(st.sampled_from(["guest", "ann", "bob", f"user{number}", "carol@example.org"])),
        draw(st.sampled_from([mail for mail in MAILS if mail])),
        auth=draw(st.sampled_from(["manual", "manual", "manual", "oauth2", "lti", "mnet"])),
        idnumber=draw(st.just("") | _uuids),
        idnumber_locked=draw(st.booleans()),
        links=tuple(draw(st.lists(_links, max_size=2))),
        suspended=draw(st.booleans()),
        confirmed=draw(st.sampled_from([True, True, True, False])),
    )


@st.composite
def cohorts(draw: st.DrawFn, number: int) -> Cohort:
    """Ours, another AVC's, or nobody's; as it should be, or changed by hand."""
    name = draw(st.sampled_from(["web-dev", "WEB-DEV", "web-dev-2", "guild-1", "équipe", "42"]))
    site = draw(st.sampled_from([SITE, SITE, SITE, OTHER_SITE, None]))
    role = draw(st.sampled_from([None, None, "coursecreator", "teacher", "manager", "old"]))
    mark = Mark(site or "", name, CohortKey(uuid=draw(st.sampled_from(UUIDS)), role=role))
    archived = site == SITE and draw(st.booleans())
    return Cohort(
        id=number,
        name=draw(st.sampled_from(["AVC - Web Development", "Hand-made", "AVC - x (archived)"])),
        idnumber=archived_idnumber(name, role, number)
        if archived
        else draw(st.sampled_from([cohort_idnumber(name, role), "", f"hand-{number}"])),
        description=described("text", mark) if site else draw(st.sampled_from(["", "<p>x</p>"])),
        visible=draw(st.booleans()),
        system=draw(st.sampled_from([True, True, True, False])),
        component=draw(st.sampled_from(["", "", COMPONENT, "local_other"])),
    )


@st.composite
def moodles(draw: st.DrawFn) -> FakeMoodle:
    """A Moodle that has seen things: idnumbers are unique, as Moodle keeps them on creation."""
    known = {number: draw(accounts(number)) for number in range(101, 101 + draw(st.integers(0, 6)))}
    found: dict[int, Cohort] = {}
    for number in range(1, draw(st.integers(0, 4)) + 1):
        cohort = draw(cohorts(number))
        taken = {other.idnumber.casefold() for other in found.values()}
        if cohort.idnumber.casefold() in taken:
            cohort = cohort.model_copy(update={"idnumber": ""})
        found[number] = cohort
    some = st.frozensets(st.sampled_from(sorted(known))) if known else st.just(frozenset())
    moodle = FakeMoodle(known, found, {number: draw(some) for number in found})
    if draw(st.booleans()):
        draw(_shown(moodle, some))
    else:
        _hide(moodle)
    return moodle


@st.composite
def _shown(draw: st.DrawFn, moodle: FakeMoodle, some: st.SearchStrategy[frozenset[int]]) -> None:
    """What the command line shows of a Moodle: everything."""
    moodle.blind = frozenset()
    moodle.tells_apart = True
    moodle.issuers = draw(
        st.sampled_from([(), *((one,) for one in ISSUERS), (ISSUERS[0], OTHER_ISSUER)])
    )
    moodle.administrators = draw(some)
    moodle.roles = ROLES
    moodle.abilities = draw(
        st.sampled_from(
            [
                frozenset({"define-roles", "assign-roles", "lock-cohorts"}),
                frozenset({"assign-roles"}),
            ]
        )
    )
    places = [(c.id, r.id) for c, r in product(moodle.cohorts.values(), ROLES) if r.system]
    plugin = "define-roles" in moodle.abilities and draw(st.sampled_from(["there", "gone", None]))
    defined = draw(st.sets(st.sampled_from(places))) if places and plugin else set()
    if plugin == "there":
        moodle.definitions = defined
    gone = [(DELETED, role.id) for role in ROLES] + [(cohort, GONE_ROLE) for cohort, _ in places]
    for cohort, role in draw(st.sets(st.sampled_from([*places, *gone]))):
        moodle.assigned[Grant(cohort=cohort, role=role, component=COMPONENT)] = draw(some)
    for cohort, role in defined:
        held = moodle.members[cohort] & draw(some)
        moodle.assigned[Grant(cohort=cohort, role=role, component=PLUGIN)] = held
    draw(_enrolled(moodle))


@st.composite
def _enrolled(draw: st.DrawFn, moodle: FakeMoodle) -> None:
    """Courses that enrol cohorts, and some people otherwise, too."""
    courses = st.frozensets(st.sampled_from([30, 31]))
    moodle.courses = {cohort: draw(courses) for cohort in moodle.cohorts}
    moodle.joins = {cohort: found & draw(courses) for cohort, found in moodle.courses.items()}
    moodle.on_removal = draw(st.sampled_from(["unenrol", "suspend"]))
    for account in moodle.accounts:
        otherwise = draw(courses)
        moodle.enrolled[account] = {
            course: frozenset({OTHER_WAY} & ({OTHER_WAY} if course in otherwise else set()))
            | {
                c
                for c, inside in moodle.members.items()
                if account in inside and course in moodle.courses[c]
            }
            for course in (30, 31)
        }


def _hide(moodle: FakeMoodle) -> None:
    """What web services do not show."""
    for number, found in moodle.accounts.items():
        moodle.accounts[number] = replace(found, links=(), idnumber_locked=False)
    for number, cohort in moodle.cohorts.items():
        moodle.cohorts[number] = cohort.model_copy(update={"component": None})


_mappings = st.fixed_dictionaries(
    {},
    optional={
        "guild_admin": st.sampled_from(["coursecreator", "manager", "librarian", "no-such"]),
        "guild_mentor": st.sampled_from(["teacher", "coursecreator"]),
        "guild_member": st.sampled_from(["student", "librarian", "coursecreator"]),
        "guild_unheard_of": st.sampled_from(["editingteacher", "coursecreator", "librarian"]),
    },
)
settings = st.builds(
    SyncSettings,
    role_sync=st.sampled_from([True, True, False]),
    role_mapping=_mappings,
    roles_by=st.sampled_from(
        [
            {},
            *(
                {"coursecreator": way}
                for way in ("assignment", "definition", "course-enrolment", "none")
            ),
        ]
    ),
    allow_privileged_roles=st.sampled_from([(), ("manager",)]),
    lock_cohorts=st.booleans(),
    avc_url=st.sampled_from(["https://avc.example", None]),
    trust_idnumber=st.booleans(),
    matching=st.sampled_from([("link", "idnumber", "email"), ("email", "username")]),
    strangers=st.sampled_from(["keep", "remove"]),
    guild_names=st.sampled_from([{}, {UUIDS[1]: "web-dev"}]),
)
