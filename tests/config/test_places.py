"""What is wrong in nwp.yml is told with the place where it stands, in plain words."""

from pathlib import Path

import pytest

from reconciler.config.sites import describe_pair
from reconciler.errors import ConfigError

FILE = """\
recipes:
  avc:
    moodle_integration:
      {recipe}
sites:
  ss: {{}}
  avc:
    recipe: avc
    moodle_integration:
      {own}
"""
"""The recipe's line is the fourth, the site's own the tenth."""


def refused(nwp: Path, text: str) -> str:
    """What is said of an nwp.yml, without the file's directory."""
    nwp.write_text(text)
    with pytest.raises(ConfigError) as error:
        describe_pair("avc", "ss")
    return str(error.value).removeprefix(f"{nwp.parent}/")


@pytest.fixture
def nwp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where nwp.yml is looked for."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RECONCILER_CONFIG", raising=False)
    return tmp_path / "nwp.yml"


BAD = "sync: {hold: [{guild: a}]}"
PLACES = {
    ("x: y", BAD): "10: sites.avc.moodle_integration.sync.hold.0.until",
    (BAD, "x: y"): "4: recipes.avc.moodle_integration.sync.hold.0.until",
    (BAD, "sync: {names: true}"): "4: recipes.avc.moodle_integration.sync.hold.0.until",
    (BAD, "sync: {hold: }"): "4: recipes.avc.moodle_integration.sync.hold.0.until",
    (BAD, "sync: "): "4: recipes.avc.moodle_integration.sync.hold.0.until",
    ("sync: {hold: [{guild: a, until: 2026-12-31}]}", BAD): (
        "10: sites.avc.moodle_integration.sync.hold.0.until"
    ),
    (BAD, "sync: {hold: 5}"): "10: sites.avc.moodle_integration.sync.hold",
    ("sync: {names: x}", "sync: []"): "10: sites.avc.moodle_integration.sync",
    ("sync: []", "sync: {names: x}"): "10: sites.avc.moodle_integration.sync.names",
    ("role_mapping: {default: 5}", "role_mapping: {guild_member: a}"): (
        "4: recipes.avc.moodle_integration.role_mapping.default"
    ),
    ("sync: {name: x}", "sync: {names: true}"): "4: recipes.avc.moodle_integration.sync.name",
}


@pytest.mark.parametrize(("recipe", "own"), PLACES)
def test_an_error_is_told_where_it_stands(recipe: str, own: str, nwp: Path) -> None:
    """A value is its recipe's where the site has none of its own."""
    told = refused(nwp, FILE.format(recipe=recipe, own=own))
    assert told.startswith(f"nwp.yml:{PLACES[recipe, own]}: ")


def test_of_a_list_the_line_is_that_of_the_entry(nwp: Path) -> None:
    """Among many holds, nobody counts from 0."""
    entries = "".join(
        f"\n        - guild: a\n          until: {day}" for day in ("2026-12-31", "soon")
    )
    told = refused(nwp, FILE.format(recipe="x: y", own=f"sync:\n       hold:{entries}"))
    assert told.startswith("nwp.yml:15: sites.avc.moodle_integration.sync.hold.1.until: 'soon'")


def test_a_site_whose_name_is_a_number_has_lines(nwp: Path) -> None:
    """YAML takes 2024: for a number; it is a name all the same."""
    nwp.write_text("sites:\n  ss: {}\n  2024:\n    moodle_integration: {role_sync: x}\n")
    with pytest.raises(ConfigError, match=r"nwp\.yml:4: sites\.2024\.moodle_integration\.role"):
        describe_pair("2024", "ss")


LIST = "has to be a list: each entry begins with '- '"
MAPPING = "has to be a mapping: lines of 'key: value'"
TEXT = "has to be text: put a number, a date, true or false in quotes"
FLAG = "has to be true or false"
WORDS = {
    "sync: {names: maybe}": FLAG,
    "sync: {names: [true]}": FLAG,
    "role_sync: perhaps": FLAG,
    "sync: {matching: link}": LIST,
    "sync: {matching: {link: 1}}": LIST,
    "sync: {matching: [links]}": "has to be 'link', 'idnumber', 'email' or 'username'",
    "sync: {strangers: yes}": "has to be 'keep' or 'remove'",
    "sync: {hold: {guild: a}}": LIST,
    "sync: {hold: [a]}": MAPPING,
    "sync: {hold: [{guild: 5, until: 2026-12-31}]}": TEXT,
    "sync: {hold: [{guild: '', until: 2026-12-31}]}": "is empty",
    "sync: {guards: 5}": MAPPING,
    "sync: {guards: {protected_people: jane}}": LIST,
    "sync: {guards: {protected_cohorts: [5]}}": TEXT,
    "sync: {guild_names: [a]}": MAPPING,
    "sync: [a]": MAPPING,
    "role_mapping: {default: 5}": TEXT,
    "moodle_url: [a]": TEXT,
}


@pytest.mark.parametrize("line", WORDS)
def test_a_value_of_a_wrong_kind_is_told_in_plain_words(line: str, nwp: Path) -> None:
    """Who writes nwp.yml need not know what a tuple is, nor a dictionary."""
    told = refused(nwp, FILE.format(recipe="x: y", own=line))
    assert told.endswith(f": {WORDS[line]}")
    assert told.startswith("nwp.yml:10: sites.avc.moodle_integration.")
