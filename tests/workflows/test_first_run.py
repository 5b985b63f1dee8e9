"""docs/workflows.md on the first run: what it shows is what the program says."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from reconciler.models.avc import Guild
from reconciler.models.log_line import schema
from tests.two_sites import TwoSites
from tests.world import account, person

DOCS = Path(__file__).parent.parent.parent / "docs" / "workflows.md"
TEXT = DOCS.read_text(encoding="utf-8")
_CONSOLE = re.compile(r"^```console\n\$ (reconciler .+)\n((?:.*\n)*?)```$", re.MULTILINE)
GUILDS = [
    Guild(
        id=number,
        uuid=f"0000000{number}-1111-4111-8111-111111111111",
        label=label,
        alias=label.lower().replace(" ", "-").replace("development", "dev"),
    )
    for number, label in enumerate(("Web Development", "Content Team", "Design Team"), 1)
]
NAMES = ("alice.wong", "bob.jones", "carol", "dave", "erin", "frank")
BY_HAND = (
    (
        "INSERT INTO cohort (id, contextid, name, idnumber, description, visible) VALUES"
        " (1, 1, 'AVC - Web Development', 'web-dev', '<p>Made by hand</p>', 1),"
        " (2, 1, 'AVC - Content', 'content-team', '', 1),"
        " (3, 1, 'Designers 2024', 'design-team', '', 1)"
    ),
    (
        "INSERT INTO cohort_members VALUES"
        " (1, 101), (1, 102), (1, 106), (1, 107), (2, 103), (2, 104), (2, 108), (3, 105)"
    ),
)


@pytest.fixture
def full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> TwoSites:
    """Three guilds, and a Moodle whose three cohorts were filled by hand."""
    monkeypatch.chdir(tmp_path)
    sites = TwoSites(tmp_path, capsys)
    mails = {name: f"{name}@community.example" for name in NAMES}
    people = [person(n, name=name, mail=mails[name]) for n, name in enumerate(NAMES, 1)]
    sites.avc(GUILDS, people, {1: [1, 2, 3], 2: [3, 4], 3: [5, 6]})
    accounts = [account(n, username=name, email=mails[name]) for n, name in enumerate(NAMES, 1)]
    accounts[1] = account(2, username="bob.jones", email="bob@home.example")
    strangers = enumerate(("guest.teacher", "old.hand"), 7)
    accounts += [account(n, username=name, email=f"{name}@x.example") for n, name in strangers]
    sites.moodle(accounts)
    sites.in_moodle(*BY_HAND)
    sites.configure()
    return sites


def test_the_document_shows_what_is_printed(full: TwoSites) -> None:
    """Each command, one after the other, prints what stands below it; … stands for any lines."""
    shown = _CONSOLE.findall(TEXT)
    assert [command for command, _ in shown] == [
        "reconciler plan avc ss",
        "reconciler sync avc ss",
        "reconciler plan avc ss",
    ]
    for command, text in shown:
        ran = full.reconciler(*command.split()[1:])
        assert (ran.code, ran.err) == (0, "")
        parts = [re.escape(part) for part in re.split("^…\n", text, flags=re.MULTILINE)]
        assert re.fullmatch("(?:.*\n)*?".join(parts), ran.out), ran.out


def test_the_first_plan_takes_nobody_out(full: TwoSites) -> None:
    """Whoever was in the cohorts is in them after it; the second plan takes one out."""
    before = {idnumber: members.copy() for idnumber, members in full.members().items()}
    assert full.reconciler("sync", "avc", "ss").code == 0
    after = full.members()
    assert all(members <= after[idnumber] for idnumber, members in before.items())
    assert full.reconciler("sync", "avc", "ss").code == 0
    assert after["web-dev"] - full.members()["web-dev"] == {106}


def test_a_cohort_under_another_idnumber_is_not_found(full: TwoSites) -> None:
    """The guild gets a new cohort beside it, which the plan shows as one to create."""
    full.in_moodle("UPDATE cohort SET idnumber = 'old-name' WHERE id = 1")
    shown = full.reconciler("plan", "avc", "ss").out
    assert "1 cohort to create" in shown
    assert "cohort 1" not in shown


def test_the_line_of_the_log_in_the_document_is_one() -> None:
    """It is valid by the schema."""
    (line,) = re.findall(r"^```json\n(.+)\n```$", TEXT, re.MULTILINE)
    jsonschema.Draft202012Validator(schema()).validate(json.loads(line))


def test_every_file_that_the_document_links_to_is_there() -> None:
    """And every workflow is linked to, itself or by its directory."""
    linked = {
        (DOCS.parent / target).resolve()
        for target in re.findall(r"\]\(([^)#]+)", TEXT)
        if "://" not in target
    }
    assert all(file.exists() for file in linked)
    workflows = DOCS.parent.parent / "plans" / "workflows"
    for file in workflows.rglob("*"):
        assert linked & {file, file.parent} or file.is_dir(), file
