"""Settings of this program that stand where nothing reads them are refused, with their line."""

from pathlib import Path

import pytest

from reconciler.config.sites import describe_pair
from reconciler.errors import ConfigError

_HOLD = "hold: [{guild: web-dev, until: 2026-12-31}]"

MISPLACED = [
    ("sites.avc.moodle_integration.hold", f"moodle_integration: {{{_HOLD}}}", "{}"),
    ("sites.avc.moodle_integration.guards", "moodle_integration: {guards: {removals: 0}}", "{}"),
    ("sites.avc.moodle_integration.strangers", "moodle_integration: {strangers: keep}", "{}"),
    ("sites.avc.hold", _HOLD, "{}"),
    ("sites.avc.sync.matching", "sync: {matching: [link]}", "{}"),
    ("sites.avc.avc_integration.sync", "avc_integration: {sync: {}}", "{}"),
    ("sites.ss.avc_integration.sync", "x: y", "{avc_integration: {sync: {guards: {}}}}"),
    ("sites.ss.avc_integration.names", "x: y", "{avc_integration: {names: false}}"),
    ("sites.ss.moodle_integration.sync", "x: y", "{moodle_integration: {sync: {}}}"),
    ("sites.ss.guards", "x: y", "{guards: {removals: 0}}"),
    ("sites.ss.sync.hold", "x: y", f"{{sync: {{{_HOLD}}}}}"),
]  # fmt: skip
"""Where the error is, what the AVC's entry says, and the Moodle's."""


@pytest.fixture
def nwp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where nwp.yml is looked for."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RECONCILER_CONFIG", raising=False)
    return tmp_path / "nwp.yml"


IN_SYNC = "it belongs under sync in moodle_integration of the AVC site"
IN_GUARDS = "it belongs under guards, under sync in moodle_integration of the AVC site"
IN_PART = "it belongs in moodle_integration of the AVC site"
IN_ENTRY = "it belongs in the entry of a site or of a recipe, one step further in"


def refused(nwp: Path, text: str) -> str:
    """What is said of an nwp.yml, without the file's directory."""
    nwp.write_text(text)
    with pytest.raises(ConfigError) as error:
        describe_pair("avc", "ss")
    return str(error.value).removeprefix(f"{nwp.parent}/")


@pytest.mark.parametrize(("where", "avc", "moodle"), MISPLACED)
def test_a_setting_that_nothing_reads_is_refused(
    where: str, avc: str, moodle: str, nwp: Path
) -> None:
    """Whoever wrote a hold at the wrong place believes that somebody is protected."""
    line = 4 if where.startswith("sites.ss") else 3
    remedy = IN_PART if where.endswith(".sync") else IN_SYNC
    told = refused(nwp, f"sites:\n  avc:\n    {avc}\n  ss: {moodle}\n")
    assert told == f"nwp.yml:{line}: {where}: has no effect here: {remedy}"


OUTSIDE = [
    ("hold", _HOLD, IN_SYNC),
    ("guards", "guards: {removals: 0}", IN_SYNC),
    ("matching", "matching: [email]", IN_SYNC),
    ("sync.hold", f"sync: {{{_HOLD}}}", IN_SYNC),
    ("moodle_integration.sync", "moodle_integration: {sync: {}}", IN_PART),
    ("moodle_integration.guards", "moodle_integration: {guards: {}}", IN_SYNC),
    ("moodle_integration.removals", "moodle_integration: {removals: 0}", IN_GUARDS),
    ("sync.protected_people", "sync: {protected_people: [7]}", IN_GUARDS),
    ("recipes.hold", f"recipes: {{{_HOLD}}}", IN_SYNC),
    ("recipes.matching", "recipes: {avc: {}, matching: [email]}", IN_SYNC),
    ("recipes.moodle_integration", "recipes: {moodle_integration: {}}", IN_ENTRY),
]
"""Where the error is, what the file's first line says, and the remedy."""


@pytest.mark.parametrize(("where", "line", "remedy"), OUTSIDE)
def test_outside_of_every_site_nothing_is_read_either(
    where: str, line: str, remedy: str, nwp: Path
) -> None:
    """A step too little of indentation is no protection."""
    told = refused(nwp, f"{line}\nsites: {{avc: {{}}, ss: {{}}}}\n")
    assert told == f"nwp.yml:1: {where}: has no effect here: {remedy}"


TAKEN_FOR_SITES = [
    ("hold", _HOLD, IN_SYNC),
    ("guards", "guards: 5", IN_SYNC),
    ("matching", "matching: link", IN_SYNC),
    ("moodle_integration", "moodle_integration: {enabled: true}", IN_ENTRY),
    ("avc_integration", "avc_integration: {avc_site: avc}", IN_ENTRY),
]


@pytest.mark.parametrize(("key", "line", "remedy"), TAKEN_FOR_SITES)
def test_what_can_be_no_site_is_not_taken_for_one(
    key: str, line: str, remedy: str, nwp: Path
) -> None:
    """Beside the sites, a part of an entry is in none of them."""
    told = refused(nwp, f"sites:\n  avc: {{}}\n  ss: {{}}\n  {line}\n")
    assert told == f"nwp.yml:4: sites.{key}: has no effect here: {remedy}"


NEARLY = {
    "Sync": ("sync", IN_PART),
    "SYNC": ("sync", IN_PART),
    "syncs": ("sync", IN_PART),
    "Hold": ("hold", IN_SYNC),
    "holds": ("hold", IN_SYNC),
    "HOLDS": ("hold", IN_SYNC),
    "guard": ("guards", IN_SYNC),
    "Matching": ("matching", IN_SYNC),
}


@pytest.mark.parametrize("key", NEARLY)
def test_what_is_nearly_a_setting_is_refused(key: str, nwp: Path) -> None:
    """In other case, or one of several, it is read as little."""
    meant, remedy = NEARLY[key]
    told = refused(nwp, f"sites:\n  ss: {{}}\n  avc:\n    moodle_integration: {{{key}: {{}}}}\n")
    assert told == (
        f"nwp.yml:4: sites.avc.moodle_integration.{key}: has no effect here:"
        f" {remedy.replace('it', f'it is written {meant}, and', 1)}"
    )


def test_a_setting_of_a_recipe_is_refused_where_it_stands(nwp: Path) -> None:
    """What a recipe gives its sites is no better for being written there."""
    told = refused(
        nwp,
        f"recipes:\n  avc:\n    moodle_integration:\n      {_HOLD}\n"
        "sites: {avc: {recipe: avc, moodle_integration: {enabled: true}}, ss: {}}\n",
    )
    where = "nwp.yml:4: recipes.avc.moodle_integration.hold"
    assert told == f"{where}: has no effect here: {IN_SYNC}"


OTHERS = [
    ("sync: live, purpose: testing", "{sync: [database]}"),
    ("sync: {database: nightly}", "{names: [ss, school]}"),
    ("moodle_integration: {enabled: true, sync: {hold: []}, sync_interval: 60}", "{guilds: 5}"),
    ("moodle_integration: {role_sync: true, role_mapping: {default: student}}", "{}"),
    ("holds: 5, guard: dog, Sync: nightly", "{avc_integration: {Sync: nightly}}"),
]
AROUND = [
    ("sync: {auto_pull: weekly}", "matching: {recipe: d}"),
    ("moodle_integration: {enabled: true, moodle_site: ss}", "guards: {}"),
    ("settings: {sync: {names: x}, hold: y}", "hold:"),
    ("recipes: {guards: {webroot: html}, hold: }", "sync: {recipe: d}"),
    ("recipes: [hold]", "1: {hold: 5}"),
    ("Hold: 1", "2024:"),
]
"""At the top of the file, and among its sites."""


@pytest.mark.parametrize(("avc", "moodle"), OTHERS)
def test_keys_of_other_tools_are_left_alone(avc: str, moodle: str, nwp: Path) -> None:
    """nwp.yml is not ours: what cannot be meant for this program is not looked at."""
    nwp.write_text(f"sites:\n  avc: {{{avc}}}\n  ss: {moodle}\n")
    assert describe_pair("avc", "ss").avc.name == "avc"


@pytest.mark.parametrize(("top", "site"), AROUND)
def test_so_are_other_sites_and_parts_of_the_file(top: str, site: str, nwp: Path) -> None:
    """A false alarm would stop every run: a site or a recipe may have any name."""
    nwp.write_text(f"{top}\nsites:\n  avc: {{}}\n  ss: {{}}\n  {site}\n")
    assert describe_pair("avc", "ss").avc.name == "avc"
