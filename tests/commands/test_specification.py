"""``pl avc-moodle-sync`` against the three sample outputs of its specification."""

import re
from pathlib import Path

from reconciler.models.avc import Guild
from tests.two_sites import TwoSites
from tests.world import account, person

SAMPLES = Path(__file__).parent.parent / "data" / "spec"
UUIDS = [f"{n:08x}-1111-4111-8111-111111111111" for n in range(10)]
WEB_DEV = Guild(id=1, uuid=UUIDS[1], label="Web Development", alias="web-development")
CONTENT = Guild(id=2, uuid=UUIDS[2], label="Content Team", alias="content-team")
DESIGN = Guild(id=3, uuid=UUIDS[3], label="Design Team", alias="design-team")


def sample(name: str) -> list[str]:
    return (SAMPLES / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def without_seconds(lines: list[str]) -> list[str]:
    return [re.sub(r"in \d+s$", "in _s", line) for line in lines]


def renumber(sites: TwoSites, idnumber: str, number: int) -> None:
    """Give a cohort the id that the sample has."""
    sites.in_moodle(
        "UPDATE cohort_members SET cohortid ="
        f" {number} WHERE cohortid = (SELECT id FROM cohort WHERE idnumber = '{idnumber}')",
        f"UPDATE cohort SET id = {number} WHERE idnumber = '{idnumber}'",
    )


def test_standard_output(sites: TwoSites) -> None:
    """5 guilds, 247 users, 3 to add and 1 to remove give the first sample, line for line."""
    guilds = [
        Guild(id=n, uuid=UUIDS[n], label=f"Guild {n}", alias=f"guild-{n}") for n in range(1, 6)
    ]
    people = [person(uid) for uid in range(1, 249)]
    members = {g.id: [uid for uid in range(1, 248) if uid % 5 + 1 == g.id] for g in guilds}
    sites.avc(guilds, people, members)
    sites.moodle([account(uid) for uid in range(1, 249)])
    sites.configure()
    assert sites.pl("avc", "ss", "--full").code == 0
    sites.in_moodle(
        "DELETE FROM cohort_members WHERE userid IN (110, 111, 112)",
        "INSERT INTO cohort_members VALUES (1, 348)",
    )
    ran = sites.pl("avc", "ss", "--full")
    expected = without_seconds(sample("standard"))
    found = without_seconds(ran.out.splitlines())
    assert expected[-1].startswith("[Integration status dashboard")
    assert found[: len(expected) - 1] == expected[:-1]
    dashboard = found[len(expected) - 1 :]
    assert dashboard[0] == "  Sites"
    assert all(not line or line.startswith("  ") for line in dashboard)
    assert (ran.code, ran.err) == (0, "")


def test_verbose_output(sites: TwoSites) -> None:
    """A guild of 23, 2 to add and 1 to remove give every line of the second sample, in order."""
    names = {156: "john.doe", 89: "jane.smith", 134: "bob.jones", 201: "alice.wong"}
    uids = [156, 89, 201, *range(1, 20)]
    people = [
        person(uid, name=names.get(uid, f"member{uid:02}")) for uid in sorted({*uids, 134, 300})
    ]
    # The 23rd member is blocked out of Moodle: AVC has 23, of whom 22 have accounts.
    sites.avc([WEB_DEV], people, {1: [*uids, 300]})
    sites.moodle([account(uid) for uid in (*uids, 134)])
    sites.configure({UUIDS[1]: "web-dev"})
    sites.pl("avc", "ss")
    renumber(sites, "web-dev", 42)
    sites.in_moodle(
        "DELETE FROM cohort_members WHERE userid IN (256, 301)",
        "INSERT INTO cohort_members VALUES (42, 234)",
    )
    ran = sites.pl("avc", "ss", "--guild=web-dev", "--verbose")
    found = without_seconds(ran.out.splitlines())
    others = re.compile(r"    ✓ member\d\d \(ID: \d+\) → Already in cohort 42|  ⚠ member300 .*")
    lines = [line for line in found if not others.fullmatch(line)]
    expected = without_seconds(sample("verbose"))
    operations = slice(expected.index("  User sync operations:") + 1, expected.index("  Summary:"))
    assert sorted(lines) == sorted(expected)
    assert lines[: operations.start] == expected[: operations.start]
    assert lines[operations.stop :] == expected[operations.stop :]
    assert ran.code == 0


def test_dry_run_output(sites: TwoSites) -> None:
    """Somebody in two guilds who left a third gives the third sample, line for line."""
    john = person(123, name="john.doe")
    sites.avc([WEB_DEV, CONTENT, DESIGN], [john, person(5)], {1: [123], 2: [123], 3: [123, 5]})
    sites.moodle([account(123), account(5)])
    sites.configure({UUIDS[1]: "web-dev"})
    sites.pl("avc", "ss")
    for idnumber, number in (("web-dev", 42), ("content-team", 67), ("design-team", 89)):
        renumber(sites, idnumber, number)
    sites.in_avc(
        "DELETE FROM group_relationship_field_data WHERE gid = 3 AND entity_id = 123"
        " AND plugin_id = 'group_membership'"
    )
    writes = sites.writes()
    ran = sites.pl("avc", "ss", "--user=123", "--dry-run")
    assert without_seconds(ran.out.splitlines()) == without_seconds(sample("dry-run"))
    assert (ran.code, ran.err) == (0, "")
    assert sites.writes() == writes


def test_the_five_examples_run(sites: TwoSites) -> None:
    """Each example of the specification exits with 0."""
    sites.avc([WEB_DEV], [person(1), person(123)], {1: [1, 123]})
    sites.moodle([account(1), account(123)])
    sites.configure({UUIDS[1]: "web-dev"})
    for example in (
        ["--full"],
        ["--guild=web-dev"],
        ["--user=123"],
        ["--full", "--dry-run"],
        ["--full", "--verbose"],
    ):
        ran = sites.pl("avc", "ss", *example)
        assert (ran.code, ran.err) == (0, ""), example


def test_no_mode_is_full(sites: TwoSites) -> None:
    """Without a mode, everything is synchronised."""
    sites.avc([WEB_DEV, CONTENT], [person(1)], {1: [1], 2: [1]})
    sites.moodle([account(1)])
    sites.configure()
    assert "Mode: full" in sites.pl("avc", "ss").out
    assert sites.members() == {"web-development": {101}, "content-team": {101}}
