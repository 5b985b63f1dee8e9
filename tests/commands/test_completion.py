"""What a shell proposes when somebody presses Tab."""

from pathlib import Path

import pytest

from tests.docs.conftest import shell

NWP = """
sites:
  avc: {recipe: avc}
  avc-staging: {recipe: os}
  ss: {recipe: m}
  other: {}
  website: {recipe: d}
"""


def proposed(program: str, words: str, place: Path) -> list[str]:
    """What bash would offer after these words; the last of them is not finished."""
    before = f"COMP_WORDS={words!r} COMP_CWORD={len(words.split(' ')) - 1}"
    ran = shell(f"{before} _{program.upper()}_COMPLETE=complete_bash {program}", place)
    assert ran.stderr == ""
    return ran.stdout.split()


@pytest.mark.parametrize(
    ("program", "words", "found"),
    [
        ("reconciler", "reconciler pl", ["plan"]),
        ("reconciler", "reconciler plan a", ["avc", "avc-staging"]),
        ("reconciler", "reconciler plan avc ", ["ss", "other"]),
        ("reconciler", "reconciler plan avc ss --out", ["--output"]),
        ("pl", "pl avc-moodle-s", ["avc-moodle-sync", "avc-moodle-status"]),
        ("pl", "pl avc-moodle-sync avc s", ["ss"]),
        ("pl", "pl avc-moodle-status avc-", ["avc-staging"]),
    ],
)
def test_commands_options_and_sites_are_proposed(
    program: str, words: str, found: list[str], tmp_path: Path
) -> None:
    """Commands, options, and those sites of nwp.yml whose recipe fits, or which have none."""
    (tmp_path / "nwp.yml").write_text(NWP)
    assert proposed(program, words, tmp_path) == found


@pytest.mark.parametrize("text", [None, "sites: [", "- 1", "sites: 7"])
def test_without_a_configuration_nothing_is_proposed(text: str | None, tmp_path: Path) -> None:
    """No nwp.yml, or one that makes no sense, proposes no site, and complains of nothing."""
    if text is not None:
        (tmp_path / "nwp.yml").write_text(text)
    assert proposed("reconciler", "reconciler plan a", tmp_path) == []


@pytest.mark.parametrize("program", ["reconciler", "pl"])
def test_the_script_for_a_shell_is_there(program: str, tmp_path: Path) -> None:
    """``--show-completion bash`` prints what bash has to be told."""
    ran = shell(f"{program} --show-completion bash", tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert f"complete -o default -F _{program}_completion {program}" in ran.stdout
