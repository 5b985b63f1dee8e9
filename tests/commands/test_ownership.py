"""Whose a cohort is, when people edit what shows it."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing

import pytest

from providers.moodle import write, write_cohorts
from providers.moodle.client import Client
from providers.sandbox.moodle import store
from reconciler.models.avc import Guild
from reconciler.models.operations import ChangeCohort, Outcome
from tests.commands.test_sync import GONE, GUILD, synced
from tests.two_sites import TwoSites
from tests.world import OTHER_SITE, account, person

__all__ = ["synced"]


def description(sites: TwoSites) -> str:
    """What web-dev's cohort says about itself."""
    found = store.dump(sites.directory / "moodle.sqlite")
    return next(c["description"] for c in found if c["idnumber"] == "web-dev")


def describe(sites: TwoSites, text: str) -> None:
    with store.connect(sites.directory / "moodle.sqlite") as db:
        db.execute("UPDATE cohort SET description = ? WHERE idnumber = 'web-dev'", (text,))


ATTO = '<p dir="ltr" style="text-align: left;">'
EDITED = [
    lambda text: text.replace("<p>", ATTO) + f"{ATTO}<br></p>",
    lambda text: text.replace("<p>", "<p><strong>").replace("</p>", "</strong></p>"),
    lambda text: text.replace("AVC ", "AVC&nbsp;") + '<br data-mce-bogus="1">',
    lambda text: text.replace("\n", "\r\n") + "\r\n<p>&nbsp;</p>",
]


@pytest.mark.parametrize("edit", EDITED)
def test_an_editors_markup_does_not_hide_a_mark(synced: TwoSites, edit: object) -> None:
    """After a visit of Moodle's editors the cohort is still ours, also under another alias."""
    assert callable(edit)
    describe(synced, str(edit(description(synced))))
    synced.in_avc("UPDATE path_alias SET alias = '/group/new' WHERE path = '/group/1'")
    assert synced.pl("avc", "ss").code == 0
    assert synced.members() == {"web-dev": {101, 102, 103}, "design-team": {101}}


def test_a_damaged_mark_is_told_and_makes_no_second_cohort(synced: TwoSites) -> None:
    """Text below the mark hides it: the guild is left alone, and the plan says how to mend it."""
    describe(synced, description(synced) + "<p>Ask Ann</p>")
    synced.in_avc("UPDATE path_alias SET alias = '/group/new' WHERE path = '/group/1'")
    writes = synced.writes()
    ran = synced.pl("avc", "ss")
    assert "Guild new is left alone: the last line of the description of cohort 2" in ran.out
    assert (ran.code, synced.writes()) == (0, writes)


def test_a_damaged_mark_of_a_guild_that_is_gone_is_told(synced: TwoSites) -> None:
    """Its cohort cannot be archived, and is not forgotten."""
    describe(synced, description(synced) + "<p>Ask Ann</p>")
    synced.in_avc(*(statement.replace("2", "1") for statement in GONE))
    ran = synced.pl("avc", "ss")
    assert "the last line of the description of cohort 2" in ran.out
    assert synced.members()["web-dev"] == {101, 102, 103}


def test_what_another_avc_marked_is_not_adopted(synced: TwoSites) -> None:
    """A cohort with another AVC's mark, damaged, and a name like ours stays that AVC's."""
    describe(synced, f"<p>Kept by avc-moodle-sync for AVC {OTHER_SITE}, …</p><p>Ask Ann.</p>")
    synced.in_moodle("UPDATE cohort SET name = 'AVC - Mine' WHERE idnumber = 'web-dev'")
    ran = synced.pl("avc", "ss")
    assert "Guild web-dev is left alone: cohort 2 has its idnumber" in ran.out
    assert ran.code == 0


def test_nobody_is_added_to_a_cohort_whose_adoption_failed(
    synced: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Renamed between check and write, it is not ours: the additions are held."""
    describe(synced, "")
    synced.in_moodle(
        "UPDATE cohort SET name = 'AVC - Mine' WHERE idnumber = 'web-dev'",
        "DELETE FROM cohort_members WHERE userid IN (102, 103)",
    )
    original = write_cohorts.change

    def change(
        client: Client, avc: str, operations: Mapping[int, ChangeCohort]
    ) -> Iterator[Outcome]:
        synced.in_moodle("UPDATE cohort SET name = 'Teachers only' WHERE idnumber = 'web-dev'")
        yield from original(client, avc, operations)

    monkeypatch.setattr(write, "change", change)
    ran = synced.reconciler("sync", "avc", "ss")
    assert synced.members()["web-dev"] == {101}
    assert ran.code == 5
    assert "add account 102 to web-dev: something it depends on was not carried out" in ran.err


def test_a_returning_guild_does_not_take_an_idnumber_that_somebody_wears_now(
    synced: TwoSites,
) -> None:
    """Moodle would allow two cohorts with one idnumber; we do not write them."""
    with closing(sqlite3.connect(synced.directory / "avc.sqlite")) as db:
        kept = {
            table: db.execute(f"SELECT * FROM {table} WHERE {key} = 2").fetchall()
            for table, key in (
                ("groups", "id"),
                ("groups_field_data", "id"),
                ("group_relationship_field_data", "gid"),
            )
        }
    synced.in_avc(*GONE)
    synced.pl("avc", "ss")
    synced.in_moodle(
        "INSERT INTO cohort (id, name, idnumber) VALUES (99, 'By hand', 'Design-Team')"
    )
    with closing(sqlite3.connect(synced.directory / "avc.sqlite")) as db, db:
        for table, rows in kept.items():
            for row in rows:
                db.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)
    synced.in_avc()  # memberships in both of their tables
    ran = synced.pl("avc", "ss")
    assert "Guild design-team is left alone: cohort 99 has its idnumber" in ran.out
    assert "design-team--archived-1" in synced.members()


def test_names_that_moodle_takes_for_one_get_numbers(sites: TwoSites) -> None:
    """Aliases that differ by an accent or by case are one idnumber to Moodle's database."""
    aliases = ("cafe", "café", "CAFE")
    guilds = [
        Guild(id=n, uuid=f"{n:08x}-1111-4111-8111-111111111111", label=alias, alias=alias)
        for n, alias in enumerate(aliases, start=1)
    ]
    sites.avc(guilds, [person(1)], {1: [1], 2: [1], 3: [1]})
    sites.moodle([account(1)])
    sites.configure()
    assert sites.pl("avc", "ss").code == 0
    assert sites.members() == {"cafe": {101}, "café-2": {101}, "CAFE-3": {101}}


def test_a_longer_role_does_not_shorten_a_name_that_a_cohort_bears(sites: TwoSites) -> None:
    """An idnumber stays, although a role cohort beside it would leave it less room today."""
    long = "g" * 75
    sites.avc([GUILD.model_copy(update={"alias": long})], [person(1)], {1: [1]})
    sites.moodle([account(1)])
    sites.configure()
    sites.pl("avc", "ss")
    text = (sites.directory / "nwp.yml").read_text()
    mapping = "role_mapping: {guild_mentor: noneditingcommunityteacher}"
    sites.configure(text=text.replace("moodle_site: ss", f"moodle_site: ss\n      {mapping}"))
    assert sites.pl("avc", "ss").code == 0
    assert set(sites.members()) == {long}


def test_an_escape_in_a_mark_does_not_reach_the_terminal(synced: TwoSites) -> None:
    """What Moodle holds is shown escaped."""
    text = description(synced).replace("guild web-dev", "guild w\x1b[31mX")
    describe(synced, text)
    assert "\x1b" not in synced.reconciler("plan", "avc", "ss").out
