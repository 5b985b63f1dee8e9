"""What an installed program brings along; ``.ci/wheel`` runs this against the wheel, too."""

from importlib.metadata import EntryPoint, entry_points, requires
from importlib.resources import files

import pytest

PROVIDERS = sorted(entry_points(group="reconciler.providers"))
COMMANDS = sorted(entry_points(group="console_scripts").select(module="reconciler.cli")) + sorted(
    entry_points(group="console_scripts").select(module="reconciler.pl")
)


def test_the_providers_are_found_by_their_entry_points() -> None:
    """Both ways to each site, the sandbox and the web are there, by the names nwp.yml uses."""
    assert {point.name for point in PROVIDERS} >= {
        "avc.drush",
        "avc.sql",
        "moodle.cli",
        "moodle.webservice",
        "moodle.sandbox",
        "sandbox",
        "web",
    }
    assert [point.name for point in COMMANDS] == ["reconciler", "pl"]


@pytest.mark.parametrize("point", [*PROVIDERS, *COMMANDS], ids=lambda point: point.name)
def test_each_entry_point_loads(point: EntryPoint) -> None:
    """What it names is there, and can be called."""
    assert callable(point.load())


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("providers.avc.drush", "read.php"),
        ("providers.moodle.command_line", "write.php"),
        ("providers.php", "protocol.php"),
        ("reconciler", "py.typed"),
        ("reconciler.render.html", "page.html"),
        ("reconciler.render.html", "page.css"),
        ("reconciler.render.html", "page.js"),
    ],
)
def test_files_that_are_no_python_are_there(package: str, name: str) -> None:
    """The PHP programs, the review page and the mark that says it is typed are installed."""
    assert (files(package) / name).read_bytes() or name == "py.typed"


def test_each_dependency_has_a_lowest_release() -> None:
    """``.ci/wheel`` takes the lowest of each from the project's own metadata."""
    needs = [need for need in requires("avc-moodle-sync") or () if "extra ==" not in need]
    assert len(needs) > 5
    assert [need for need in needs if need.count(">=") != 1] == []
