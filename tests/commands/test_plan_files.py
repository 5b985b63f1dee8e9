"""Plan, review, apply: exactly what was reviewed, or nothing."""

import re

import pytest

from reconciler.plan_file import digest
from reconciler.plan_text import as_yaml, from_text
from tests.commands.test_sync import GUILD, OTHER
from tests.two_sites import TwoSites
from tests.world import account, person

MADE = re.compile(r"(?m)^.*\bmade\b.*\n")


@pytest.fixture
def planned(sites: TwoSites) -> TwoSites:
    """Two guilds, nothing in Moodle yet, and a.yaml that says what to do."""
    sites.avc([GUILD, OTHER], [person(n) for n in range(1, 5)], {1: [1, 2, 3], 2: [1]})
    sites.moodle([account(n) for n in range(1, 6)])
    sites.configure()
    assert sites.reconciler("plan", "avc", "ss", "-o", "a.yaml").code == 0
    return sites


def edit(sites: TwoSites, before: str, after: str) -> None:
    file = sites.directory / "a.yaml"
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


@pytest.mark.parametrize("name", ["b.yaml", "b.json"])
def test_the_same_sites_give_the_same_bytes(planned: TwoSites, name: str) -> None:
    """Planning twice gives two files without a difference but in when they were made."""
    planned.reconciler("plan", "avc", "ss", "-o", f"1{name}")
    planned.reconciler("plan", "avc", "ss", "-o", f"2{name}")
    first, second = ((planned.directory / f"{n}{name}").read_text() for n in (1, 2))
    assert MADE.sub("", first) == MADE.sub("", second)
    assert len(MADE.findall(first)) == 1


@pytest.mark.parametrize("name", ["a.yaml", "a.json"])
def test_apply_does_what_the_plan_says_and_nothing_else(planned: TwoSites, name: str) -> None:
    """Applied, the plan's members are there; drift that came later is left for the next plan."""
    planned.reconciler("plan", "avc", "ss", "-o", name)
    planned.in_avc("UPDATE groups_field_data SET label = 'Design' WHERE id = 1")
    planned.in_avc("UPDATE groups_field_data SET label = 'Web Development' WHERE id = 1")
    ran = planned.reconciler("apply", name, "--yes")
    assert (ran.code, ran.err) == (0, "")
    assert planned.members() == {"web-dev": {101, 102, 103}, "design-team": {101}}
    assert planned.writes() == 2 + 4


def test_applied_twice_it_does_nothing(planned: TwoSites) -> None:
    """The second time exits with 0 and writes nothing."""
    planned.reconciler("apply", "a.yaml")
    writes = planned.writes()
    ran = planned.reconciler("apply", "a.yaml")
    assert "✓ Nothing to do: 6 operations already so." in ran.out
    assert (ran.code, planned.writes()) == (0, writes)


def test_unrelated_drift_does_not_spoil_a_plan(planned: TwoSites) -> None:
    """Somebody who joins after the plan was made is not added by it, and does not stop it."""
    planned.in_avc(
        "INSERT INTO group_relationship_field_data SELECT 99, type, langcode, uid, gid, 4, label,"
        " created, changed, plugin_id, group_type, default_langcode"
        " FROM group_relationship_field_data WHERE gid = 2"
    )
    assert planned.reconciler("apply", "a.yaml").code == 0
    assert planned.members() == {"web-dev": {101, 102, 103}, "design-team": {101}}


STALE = [
    ("UPDATE users_field_data SET status = 0 WHERE uid = 1", None, "add account 101 to web-dev"),
    (
        "UPDATE groups_field_data SET label = 'Web Craft' WHERE id = 1",
        None,
        "create cohort web-dev: AVC no longer calls for it",
    ),
    (None, "UPDATE user SET email = 'new@x.org' WHERE id = 102", "add account 102 to web-dev"),
]


@pytest.mark.parametrize(("avc", "moodle", "reason"), STALE)
def test_a_stale_plan_writes_nothing(
    planned: TwoSites, avc: str | None, moodle: str | None, reason: str
) -> None:
    """When AVC no longer calls for an operation, or Moodle moved, all of it is refused (4)."""
    planned.in_avc(*([avc] if avc else []))
    planned.in_moodle(*([moodle] if moodle else []))
    ran = planned.reconciler("apply", "a.yaml")
    assert ran.code == 4
    assert "The sites have changed since this plan was made" in ran.err
    assert reason in ran.err
    assert (planned.writes(), planned.members()) == (0, {})


def test_a_changed_name_in_moodle_makes_a_rename_stale(planned: TwoSites) -> None:
    """A rename is refused when the cohort no longer has the name that it was to lose."""
    planned.reconciler("apply", "a.yaml")
    planned.in_avc("UPDATE groups_field_data SET label = 'Web Craft' WHERE id = 1")
    planned.reconciler("plan", "avc", "ss", "-o", "a.yaml")
    planned.in_moodle("UPDATE cohort SET name = 'By hand' WHERE idnumber = 'web-dev'")
    ran = planned.reconciler("apply", "a.yaml")
    assert ran.code == 4
    assert "its name is 'By hand' now; planned was 'AVC - Web Development'" in ran.err


EDITS = [
    ("    + moodle:102 avc:2 by:email u2\n", "", "was changed after it was made"),
    ("moodle:102", "moodle:105", "was changed after it was made"),
    ("format: 1", "format: 2", "is a plan of format 2; this program knows format 1"),
    ("format: 1", "fmt: 1", "is no plan file"),
    ("digest: sha256:", "digest: sha256:0", "was changed after it was made"),
    ("action: create", "action: explode", "is no valid plan: cohorts.0.action"),
    ("scope: full", "scope: half", "is no valid plan: scope"),
    ("    + moodle:102", "    * moodle:102", "no member line"),
    ("scope: full", "scope: [full", "is no YAML"),
]


@pytest.mark.parametrize(("before", "after", "reason"), EDITS)
def test_a_file_that_is_not_the_reviewed_plan_is_refused(
    planned: TwoSites, before: str, after: str, reason: str
) -> None:
    """An edited file, an unknown format, anything else: one sentence, exit 1, no write."""
    edit(planned, before, after)
    ran = planned.reconciler("apply", "a.yaml")
    assert ran.code == 1
    assert reason in ran.err
    assert "Traceback" not in ran.err
    assert planned.writes() == 0
    assert planned.reconciler("show", "a.yaml").code == 1


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("moodle", {"url": "https://live.example"}, "made for the Moodle https://live.example"),
        ("avc", {"uuid": "another-avc"}, "made for the AVC another-avc"),
        ("moodle", {"site": "prod"}, "Site 'prod' not found"),
    ],
)
def test_a_plan_for_other_sites_is_refused(
    planned: TwoSites, field: str, value: dict[str, str], reason: str
) -> None:
    """A valid plan whose sites are not those that nwp.yml leads to is applied nowhere."""
    file = planned.directory / "a.yaml"
    plan = from_text(file.read_text(), "a.yaml")
    side = getattr(plan, field).model_copy(update=value)
    other = plan.model_copy(update={field: side})
    assert digest(other) != digest(plan)
    file.write_text(as_yaml(other))
    ran = planned.reconciler("apply", "a.yaml")
    assert ran.code == 1
    assert reason in ran.err
    assert planned.writes() == 0


def test_what_cannot_be_added_is_named(planned: TwoSites) -> None:
    """An account deleted between reading and writing is named; the rest is done; exit 5."""
    planned.in_moodle(
        "CREATE TRIGGER gone AFTER INSERT ON cohort WHEN NEW.idnumber = 'web-dev'"
        " BEGIN UPDATE user SET deleted = 1 WHERE id = 102; END"
    )
    ran = planned.reconciler("apply", "a.yaml")
    assert ran.code == 5
    assert "1 of 6 operations were not carried out" in ran.err
    assert "add account 102 to web-dev: user id=102 not exists" in ran.err
    assert planned.members() == {"web-dev": {101, 103}, "design-team": {101}}


def test_show_says_what_the_plan_does(planned: TwoSites) -> None:
    """Cohorts, names, members with their evidence, the digest."""
    out = planned.reconciler("show", "a.yaml").out
    assert out.startswith("ss from avc, full: 2 cohorts to create; 4 members to add, 0 to remove")
    assert "web-dev: create a new cohort\n  name: AVC - Web Development\n" in out
    assert "  + u2 (Moodle 102, AVC 2 by email)\n" in out
    assert digest(from_text((planned.directory / "a.yaml").read_text(), "a.yaml")) in out
