"""A real sshd on loopback, which knows one key of ours and one user: this one."""

import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PRIVILEGE_SEPARATION = Path("/run/sshd")
"""Debian's init makes it; sshd as root does not start without it."""


@dataclass
class Far:
    """A machine at the far end of ssh: ``host`` is its name in the configuration file ``config``.

    ``programs`` is first in the search path there.
    """

    host: str
    config: Path
    programs: Path
    known_hosts: Path
    port: int
    process: subprocess.Popen[bytes]

    def configure(self, **options: str) -> Path:
        """A configuration file for ssh in which these options win."""
        own = "".join(f"  {key} {value}\n" for key, value in options.items())
        changed = self.config.with_name("changed_config")
        changed.write_text(f"Host {self.host}\n{own}{self.config.read_text('utf-8')}", "utf-8")
        return changed


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Far]:
    """A machine to reach by ssh, whose host key is known. Fails in CI when sshd is missing."""
    with serving(tmp_path / "sshd") as machine:
        yield machine


@contextmanager
def serving(directory: Path, path: str = "/usr/local/bin:/usr/bin:/bin") -> Iterator[Far]:
    """Start sshd with its keys and configurations in that directory; stop it at the end.

    ``path`` is the rest of the search path there.
    """
    sshd = _sshd()
    programs = directory / "programs"
    programs.mkdir(parents=True)
    for key in ("host_key", "user_key"):
        _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(directory / key))
    shutil.copy(directory / "user_key.pub", directory / "authorized_keys")
    port = _free_port()
    host_key = (directory / "host_key.pub").read_text("utf-8")
    (directory / "known_hosts").write_text(f"[127.0.0.1]:{port} {host_key}", "utf-8")
    _write(directory / "sshd_config", _server(directory, port, path))
    client = _client(directory, port)
    _write(directory / "ssh_config", {"Host": "far"} | client)
    command = [sshd, "-D", "-e", "-f", str(directory / "sshd_config")]
    with (directory / "log").open("wb") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            _wait(port, process, directory / "log")
            config, known = directory / "ssh_config", directory / "known_hosts"
            yield Far("far", config, programs, known, port, process)
        finally:
            process.terminate()


def _server(directory: Path, port: int, path: str) -> dict[str, str]:
    return {
        "ListenAddress": f"127.0.0.1:{port}",
        "HostKey": str(directory / "host_key"),
        "AuthorizedKeysFile": str(directory / "authorized_keys"),
        "PasswordAuthentication": "no",
        "KbdInteractiveAuthentication": "no",
        "PermitRootLogin": "prohibit-password",
        "StrictModes": "no",
        "UsePAM": "no",
        "PidFile": "none",
        "SetEnv": f"PATH={directory / 'programs'}:{path}",
    }


def _client(directory: Path, port: int) -> dict[str, str]:
    return {
        "HostName": "127.0.0.1",
        "Port": str(port),
        "User": getpass.getuser(),
        "IdentityFile": str(directory / "user_key"),
        "IdentitiesOnly": "yes",
        "IdentityAgent": "none",
        "UserKnownHostsFile": str(directory / "known_hosts"),
        "GlobalKnownHostsFile": "/dev/null",
    }


def _write(path: Path, options: Mapping[str, str]) -> None:
    path.write_text("".join(f"{key} {value}\n" for key, value in options.items()), "utf-8")


def _sshd() -> str:
    found = shutil.which("sshd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
    if found is None or shutil.which("ssh") is None:
        message = "openssh-server and openssh-client are not installed"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    if os.geteuid() == 0:
        PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
    return found


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    while process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            continue
    pytest.fail(f"sshd did not start: {log.read_text('utf-8')}")
