"""Nasty communities, Moodles and plans."""

from hypothesis import strategies as st

from reconciler.machine_names import archived_idnumber
from reconciler.marks import Mark, described
from reconciler.models.avc import Guild, Person
from reconciler.models.desired import CohortKey
from reconciler.models.moodle import Account, Cohort
from reconciler.models.plan import (
    AvcSide,
    CohortPlan,
    FlagChange,
    MatchingUsed,
    MemberChange,
    MoodleSide,
    Plan,
    Problem,
    TextChange,
)
from reconciler.models.scope import FullScope, GuildScope, UserScope
from reconciler.models.settings import SyncSettings
from tests.world import OTHER_SITE, SITE, Community, FakeMoodle

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
    """An AVC with few, awkward guilds and people; not without any member."""
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
    return Community(guilds, people, members)


@st.composite
def accounts(draw: st.DrawFn, number: int) -> Account:
    """A Moodle account whose address may be anybody's."""
    return Account(
        number,
        draw(st.sampled_from(["guest", "ann", "bob", f"user{number}", "carol@example.org"])),
        draw(st.sampled_from([mail for mail in MAILS if mail])),
        suspended=draw(st.booleans()),
        confirmed=draw(st.sampled_from([True, True, True, False])),
    )


@st.composite
def cohorts(draw: st.DrawFn, number: int) -> Cohort:
    """Ours, another AVC's, or nobody's; as it should be, or changed by hand."""
    name = draw(st.sampled_from(["web-dev", "WEB-DEV", "web-dev-2", "guild-1", "équipe", "42"]))
    site = draw(st.sampled_from([SITE, SITE, SITE, OTHER_SITE, None]))
    mark = Mark(site or "", name, CohortKey(uuid=draw(st.sampled_from(UUIDS))))
    archived = site == SITE and draw(st.booleans())
    return Cohort(
        id=number,
        name=draw(st.sampled_from(["AVC - Web Development", "Hand-made", "AVC - x (archived)"])),
        idnumber=archived_idnumber(name, number)
        if archived
        else draw(st.sampled_from([name, "", f"hand-{number}"])),
        description=described("text", mark) if site else draw(st.sampled_from(["", "<p>x</p>"])),
        visible=draw(st.booleans()),
        system=draw(st.sampled_from([True, True, True, False])),
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
    members = st.sets(st.sampled_from(sorted(known))) if known else st.just(set())
    return FakeMoodle(known, found, {number: frozenset(draw(members)) for number in found})


settings = st.builds(
    SyncSettings,
    matching=st.sampled_from([("link", "idnumber", "email"), ("email", "username")]),
    strangers=st.sampled_from(["keep", "remove"]),
    guild_names=st.sampled_from([{}, {UUIDS[1]: "web-dev"}]),
)

_ids = st.integers(1, 10**9)
_changes = st.none() | st.builds(TextChange, from_=st.none() | nasty_text, to=nasty_text)
_members = st.builds(
    MemberChange,
    change=st.sampled_from(["add", "remove"]),
    moodle=_ids,
    avc=st.none() | _ids,
    by=st.sampled_from([None, "link", "idnumber", "email", "username"]),
    because=st.sampled_from([None, "left-guild", "blocked", "guild-gone", "stranger"]),
    name=nasty_text | st.sampled_from(NAMES),
)
_plans_of_cohorts = st.builds(
    CohortPlan,
    guild=nasty_text,
    uuid=st.sampled_from(UUIDS),
    role=st.none() | nasty_text,
    cohort=st.none() | _ids,
    action=st.sampled_from(["create", "adopt", "update", "archive", "restore"]),
    idnumber=_changes,
    name=_changes,
    description=_changes,
    visible=st.none() | st.builds(FlagChange, from_=st.booleans(), to=st.booleans()),
    members=st.lists(_members, max_size=4).map(tuple),
)
_problems = st.builds(
    Problem,
    kind=st.sampled_from(["no-moodle-account", "stranger", "idnumber-taken"]),
    avc=st.none() | _ids,
    name=st.none() | nasty_text,
    guilds=st.lists(nasty_text, max_size=3).map(tuple),
    accounts=st.lists(_ids, max_size=2).map(tuple),
)
plans = st.builds(
    Plan,
    avc=st.builds(AvcSide, site=st.just("avc"), uuid=nasty_text, guilds=_ids, memberships=_ids),
    moodle=st.builds(MoodleSide, site=st.just("ss"), url=nasty_text),
    scope=st.one_of(
        st.just(FullScope()),
        st.builds(GuildScope, uuid=nasty_text, name=nasty_text),
        st.builds(UserScope, uid=_ids),
    ),
    matching=st.just(MatchingUsed(used=("email",), unavailable=("link",))),
    cohorts=st.lists(_plans_of_cohorts, max_size=3).map(tuple),
    problems=st.lists(_problems, max_size=3).map(tuple),
)
