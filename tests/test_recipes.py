"""What kind of site an entry is: its recipe says so, else what its directory holds."""

from pathlib import Path
from typing import Any

import pytest

from reconciler.config.nwp import SiteEntry
from reconciler.config.recipes import Kind, refuse_other_kind
from reconciler.errors import ConfigError

OPEN_SOCIAL = '{"name": "nwp/site", "require": {"goalgorilla/open_social": "^13"}}'


def refused(entry: dict[str, Any], wanted: Kind, directory: Path) -> str:
    """The sentence; empty when there is none."""
    try:
        refuse_other_kind(SiteEntry("it", Path("nwp.yml"), entry, {}), wanted, str(directory))
    except ConfigError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("recipe", "avc", "moodle"),
    [("avc", True, False), ("avc-dev", True, False), ("os", True, False), ("m", False, True)],
)
def test_a_recipe_decides(recipe: str, avc: bool, moodle: bool, tmp_path: Path) -> None:
    """Whatever the directory looks like."""
    for name in ("config.php", "version.php"):
        (tmp_path / name).touch()
    assert (refused({"recipe": recipe}, "avc", tmp_path) == "") is avc
    assert (refused({"recipe": recipe}, "moodle", tmp_path) == "") is moodle


def test_another_recipe_is_named() -> None:
    """With those that would do."""
    told = refused({"recipe": "d"}, "avc", Path("/nowhere"))
    assert told == (
        "Site 'it' is not an AVC site: its recipe is d, and avc or avc-dev or os would be one"
    )


DIRECTORIES: list[tuple[str, dict[str, str], Kind | None]] = [
    ("Moodle", {"config.php": "<?php", "version.php": "<?php"}, "moodle"),
    ("Moodle 5.1", {"config.php": "<?php", "public/version.php": "<?php"}, "moodle"),
    ("a config.php of something else", {"config.php": "<?php"}, None),
    ("Open Social", {"composer.json": OPEN_SOCIAL}, "avc"),
    ("AVC itself", {"composer.json": '{"name": "nwp/avc"}'}, "avc"),
    ("another Drupal", {"composer.json": '{"require": {"drupal/core": "^10"}}'}, None),
    ("a list in composer.json", {"composer.json": "[1]"}, None),
    ("packages as a list", {"composer.json": '{"require": ["nwp/avc"]}'}, None),
    ("no JSON", {"composer.json": "{"}, None),
    ("no UTF-8", {"composer.json": "\udcff"}, None),
    ("nothing", {}, None),
]


@pytest.mark.parametrize(
    ("files", "kind"), [case[1:] for case in DIRECTORIES], ids=[case[0] for case in DIRECTORIES]
)
def test_without_a_recipe_the_directory_decides(
    files: dict[str, str], kind: Kind | None, tmp_path: Path
) -> None:
    """A site of the other kind is refused; what cannot be told apart is left to its answer."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(text.encode(errors="surrogateescape"))
    others: dict[Kind, Kind] = {"avc": "moodle", "moodle": "avc"}
    for wanted, other in others.items():
        assert bool(refused({}, wanted, tmp_path)) is (kind == other)


def test_sites_in_the_wrong_order_are_told_so(tmp_path: Path) -> None:
    """The likeliest mistake is named."""
    for name in ("config.php", "version.php"):
        (tmp_path / name).touch()
    assert refused({}, "avc", tmp_path).endswith(
        f"{tmp_path} holds a Moodle. Is the order right: first the AVC, then the Moodle?"
    )


def test_a_directory_that_is_not_here_is_left_to_its_carrier() -> None:
    """It may be at the other end of ssh."""
    assert refused({}, "avc", Path("/nowhere/at/all")) == ""
