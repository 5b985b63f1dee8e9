"""``sync: guards:`` in nwp.yml: what it takes, and what it refuses."""

from pathlib import Path

import pytest

from reconciler.config.sites import describe_pair
from reconciler.errors import ConfigError
from reconciler.models.guards import GuardSettings, Limit


@pytest.fixture
def nwp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where nwp.yml is looked for."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RECONCILER_CONFIG", raising=False)
    return tmp_path / "nwp.yml"


def guards(nwp: Path, text: str) -> GuardSettings:
    """The settings that a mapping in nwp.yml comes to."""
    nwp.write_text(
        "sites:\n  ss: {recipe: m}\n  avc:\n    recipe: avc\n"
        f"    moodle_integration:\n      sync:\n        guards: {text}\n"
    )
    return describe_pair("avc", "ss").known.settings.guards


LIMITS = {
    "0": Limit(floor=0),
    "'0'": Limit(floor=0),
    "007": Limit(floor=7),
    "20": Limit(floor=20),
    "1_000": Limit(floor=1000),
    "5 or 25%": Limit(floor=5, share=25),
    "'0 or 100%'": Limit(floor=0, share=100),
    "0 or 0%": Limit(floor=0),
}


@pytest.mark.parametrize("text", LIMITS)
def test_a_limit_is_a_number_or_a_number_and_a_share(text: str, nwp: Path) -> None:
    """As YAML has numbers, and as the plan writes limits."""
    assert guards(nwp, f"{{removals: {text}}}").removals == LIMITS[text]


REFUSED = [
    "-1", "5.5", "true", "25%", "5 or 101%", "5 or 25", "5  or 25%", "five", "[5]", "{floor: 5}",
    "'٣'", "5 or ٣%", "1e3", "9999999999", "''", ".inf", "'5\\n'",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_limit_is_refused_with_its_line(text: str, nwp: Path) -> None:
    """Nothing is taken for a limit that might be another than was meant."""
    with pytest.raises(ConfigError, match=r"nwp\.yml:7: .*guards\.removals"):
        guards(nwp, f"{{removals: {text}}}")


def test_a_misspelt_guard_is_refused(nwp: Path) -> None:
    """A limit that nothing reads would be no limit."""
    with pytest.raises(ConfigError, match=r"guards\.removal: is not known here"):
        guards(nwp, "{removal: 5}")


def test_the_defaults_are_those_of_the_documentation(nwp: Path) -> None:
    """Without a word, the limits are as docs/configuration.md has them."""
    found = guards(nwp, "{}")
    limits = (found.removals_per_guild, found.removals, found.archives, found.privileged_roles)
    assert tuple(map(str, limits)) == ("5 or 25%", "20 or 10%", "1 or 5%", "3")
    assert (found.protected_people, found.protected_cohorts, found.moodle_hosts) == ((), (), ())


def test_people_are_protected_by_account_or_user_name(nwp: Path) -> None:
    """A number is an account; in quotes it is a user name."""
    text = "{protected_people: [201, '202', jane.doe], protected_cohorts: [web-dev]}"
    found = guards(nwp, text)
    assert found.protected_people == (201, "202", "jane.doe")
    assert found.protected_cohorts == ("web-dev",)


COUNTS = {
    (5, 8, "5 or 25%"): False,
    (6, 8, "5 or 25%"): True,
    (25, 100, "5 or 25%"): False,
    (26, 100, "5 or 25%"): True,
    (25, 99, "5 or 25%"): True,
    (1, 0, "0"): True,
    (0, 0, "0"): False,
    (1, 1, "0 or 100%"): False,
    (2, 1, "0 or 100%"): True,
    (10**9, 4 * 10**9, "5 or 25%"): False,
    (10**9 + 1, 4 * 10**9, "5 or 25%"): True,
}


@pytest.mark.parametrize(("count", "of", "text"), COUNTS)
def test_a_limit_is_the_larger_of_both(count: int, of: int, text: str) -> None:
    """Exactly as many are let through, or exactly that share, however large."""
    floor, _, share = text.partition(" or ")
    limit = Limit(floor=int(floor), share=int(share.rstrip("%") or 0))
    assert str(limit) == text
    assert limit.exceeded(count, of) is COUNTS[count, of, text]
