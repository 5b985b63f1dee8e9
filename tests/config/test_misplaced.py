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


@pytest.mark.parametrize(("where", "avc", "moodle"), MISPLACED)
def test_a_setting_that_nothing_reads_is_refused(
    where: str, avc: str, moodle: str, nwp: Path
) -> None:
    """Whoever wrote a hold at the wrong place believes that somebody is protected."""
    nwp.write_text(f"sites:\n  avc:\n    {avc}\n  ss: {moodle}\n")
    line = 4 if where.startswith("sites.ss") else 3
    with pytest.raises(ConfigError) as refused:
        describe_pair("avc", "ss")
    assert str(refused.value) == (
        f"{nwp}:{line}: {where}: has no effect here: it belongs under sync in moodle_integration"
        " of the AVC site"
    )


def test_a_setting_of_a_recipe_is_refused_too(nwp: Path) -> None:
    """What a recipe gives its sites is no better for being written there."""
    nwp.write_text(
        f"recipes:\n  avc:\n    moodle_integration:\n      {_HOLD}\n"
        "sites: {avc: {recipe: avc}, ss: {}}\n"
    )
    with pytest.raises(ConfigError, match=r"nwp\.yml:4: sites\.avc\.moodle_integration\.hold"):
        describe_pair("avc", "ss")


OTHERS = [
    ("sync: live, purpose: testing", "{sync: [database]}"),
    ("sync: {database: nightly}", "{names: [ss, school]}"),
    ("moodle_integration: {enabled: true, sync: {hold: []}, sync_interval: 60}", "{guilds: 5}"),
]


@pytest.mark.parametrize(("avc", "moodle"), OTHERS)
def test_keys_of_other_tools_are_left_alone(avc: str, moodle: str, nwp: Path) -> None:
    """nwp.yml is not ours: what cannot be meant for this program is not looked at."""
    nwp.write_text(f"sites:\n  avc: {{{avc}}}\n  ss: {moodle}\n")
    assert describe_pair("avc", "ss").avc.name == "avc"
