""".secrets.yml: who may read it, and when it is read at all."""

import os
import traceback
from pathlib import Path

import pytest

from reconciler.config.secrets import secret
from reconciler.errors import ConfigError
from tests.secrets.told import PASSWORD, TOKEN, tells

_TEXT = f"sites:\n  ss: {{token: '{TOKEN.replace(chr(39), chr(39) * 2)}'}}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / ".secrets.yml"
    written.write_text(_TEXT, encoding="utf-8")
    written.chmod(0o600)
    return written


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_its_owners_alone(file: Path, mode: int) -> None:
    """What nobody but its owner can read is read."""
    file.chmod(mode)
    assert secret(file.parent, "ss", "token") == TOKEN


@pytest.mark.parametrize("bit", [1 << number for number in range(6)])
def test_others_may_do_nothing_with_it(file: Path, bit: int) -> None:
    """Each bit of the group and of others is refused, with the file, its mode and the remedy."""
    file.chmod(0o600 | bit)
    with pytest.raises(ConfigError) as raised:
        secret(file.parent, "ss", "token")
    said = str(raised.value)
    assert said.startswith(f"{file}: ")
    assert f"(mode {0o600 | bit:04o})" in said
    assert said.endswith(f"chmod 600 {file}")
    assert tells(said, TOKEN) == []


def test_what_a_link_leads_to_counts(file: Path, tmp_path: Path) -> None:
    """A link has no mode of its own."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".secrets.yml").symlink_to(file)
    assert secret(elsewhere, "ss", "token") == TOKEN
    file.chmod(0o640)
    with pytest.raises(ConfigError, match="mode 0640"):
        secret(elsewhere, "ss", "token")


def test_the_environment_comes_first(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the file is not even opened: nobody minds what it is. Empty is not set."""
    monkeypatch.setenv("RECONCILER_SS_TOKEN", "other")
    file.unlink()
    os.mkfifo(file, 0o666)  # whoever opens it waits for ever
    assert secret(file.parent, "ss", "token") == "other"
    file.unlink()
    monkeypatch.setenv("RECONCILER_SS_TOKEN", "")
    assert secret(file.parent, "ss", "token") is None


def test_no_file(tmp_path: Path) -> None:
    """There is no secret, and no error."""
    assert secret(tmp_path, "ss", "token") is None
    assert secret(tmp_path / "nowhere", "ss", "token") is None


_NONSENSE = [
    TOKEN.encode("utf-16"),
    TOKEN.encode() + b"\xff",
    f"sites: {{ss: {{token: *{TOKEN}}}}}".encode(),
    f"sites: {{ss: {{token: !{TOKEN} x}}}}".encode(),
    f"sites: {{ss: ['{PASSWORD}']}}".encode(),
    f"sites: '{PASSWORD}'".encode(),
    f"'{PASSWORD}'".encode(),
    f"- '{PASSWORD}'".encode(),
    f"sites: {{ss: {{token: ['{PASSWORD}']}}}}".encode(),
    f"sites:\n\tss: {TOKEN}".encode(),
    f"sites: {{ss: {{token: a, token: {PASSWORD}}}}}".encode(),
    f"? {{{PASSWORD}: 1}}\n: 2".encode(),
    f"sites: {{ss: {{token: {PASSWORD}".encode(),
    f"sites: {{ss: {{token: %{PASSWORD}}}}}".encode(),
    f"sites: {{ss: {{token: @{PASSWORD}}}}}".encode(),
    f"%{PASSWORD}\n".encode(),
]


@pytest.mark.parametrize("written", _NONSENSE)
def test_a_file_that_makes_no_sense_is_not_quoted(file: Path, written: bytes) -> None:
    """Its name, at most its line, and nothing of what is in it, nor in a traceback."""
    file.write_bytes(written)
    with pytest.raises(ConfigError) as refused:
        secret(file.parent, "ss", "token")
    assert str(refused.value).startswith(str(file))
    assert tells("".join(traceback.format_exception(refused.value)), TOKEN, PASSWORD) == []
