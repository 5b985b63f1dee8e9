"""ssh, with a real sshd on loopback."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from providers.carriers.errors import Ended, Place, from_ssh
from providers.carriers.ssh import OPTIONS, Ssh
from reconciler.errors import AccessRefused, ReadError, SiteUnreachable
from tests.carriers.sshd import Far
from tests.carriers.test_local import PATIENT, dies

WORDS = "over ssh at far"
ODD = "$(touch ran) `touch ran` 'a' \"b\" ; exit 3 \\ * ~ ! # é\nnext"


def ssh(far: Far, directory: Path | str, **options: str) -> Ssh:
    config = far.configure(**options) if options else far.config
    return Ssh("avc", far.host, str(directory), str(config))


def run(carrier: Ssh, *arguments: str, program: bytes = b"") -> list[bytes]:
    return list(carrier.run(arguments, program, silence=PATIENT))


def test_arguments_with_quotes_arrive_unchanged(far: Far, tmp_path: Path) -> None:
    """The far shell acts on nothing in them."""
    lines = run(ssh(far, tmp_path), "printf", "%s", ODD, "", "last")
    assert b"".join(lines) == f"{ODD}last".encode()
    assert not (tmp_path / "ran").exists()


def test_a_directory_with_quotes_is_a_directory(far: Far, tmp_path: Path) -> None:
    """The far shell acts on nothing in its name either."""
    odd = tmp_path / "it's; touch ran $HOME"
    odd.mkdir()
    assert run(ssh(far, odd), "pwd") == [f"{odd}\n".encode()]
    assert not (tmp_path / "ran").exists()


def test_what_a_carrier_over_ssh_knows_without_a_program(tmp_path: Path) -> None:
    """Neither files nor an address; nothing is started to say so."""
    (tmp_path / "config.php").touch()
    carrier = Ssh("avc", "no-such-host", str(tmp_path))
    assert carrier.holds("config.php") is None
    assert carrier.address() is None


def test_ssh_never_asks_and_checks_host_keys() -> None:
    """Nothing that we say to ssh weakens what the user's configuration says."""
    assert "-oBatchMode=yes" in OPTIONS
    assert not [option for option in OPTIONS if "HostKey" in option or "KnownHosts" in option]


def _refused(far: Far) -> dict[str, str]:
    far.process.terminate()
    far.process.wait()
    return {}


def _unknown_key(far: Far) -> dict[str, str]:
    far.known_hosts.write_text("", "utf-8")
    return {}


def _changed_key(far: Far) -> dict[str, str]:
    other = (far.config.parent / "user_key.pub").read_text("utf-8")
    far.known_hosts.write_text(f"[127.0.0.1]:{far.port} {other}", "utf-8")
    return {}


def _unknown_user(far: Far) -> dict[str, str]:
    (far.config.parent / "authorized_keys").write_text("", "utf-8")
    return {}


CASES: dict[str, tuple[Callable[[Far], dict[str, str]], type[ReadError], str]] = {
    "connection refused": (
        _refused,
        SiteUnreachable,
        r"Nobody answers ssh at far, for site avc \(over ssh at far\): connection refused\. Start",
    ),
    "no such host": (
        lambda _: {"HostName": "no-such-host.invalid"},
        SiteUnreachable,
        r"No host has the name of far, for site avc \(over ssh at far\)\. Mend access\.ssh",
    ),
    "host key unknown": (
        _unknown_key,
        AccessRefused,
        r"The host key of far is not known, for site avc .*Connect once by hand \(ssh far\)",
    ),
    "host key unknown, and strict": (
        lambda far: _unknown_key(far) | {"StrictHostKeyChecking": "yes"},
        AccessRefused,
        r"The host key of far is not known, for site avc .*Connect once by hand \(ssh far\)",
    ),
    "host key changed": (
        _changed_key,
        AccessRefused,
        r"far shows another host key than it did before, for site avc .*before you trust it",
    ),
    "our key is not known": (
        _unknown_user,
        AccessRefused,
        r"far does not let us in without a password, for site avc .*authorized_keys",
    ),
    "its configuration is wrong": (
        lambda _: {"NoSuchOption": "yes"},
        AccessRefused,
        r"ssh does not take its configuration, for site avc .*nosuchoption.*access\.ssh_config",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_who_is_not_let_in_runs_nothing(far: Far, tmp_path: Path, case: str) -> None:
    """One sentence with the site, the way and what to do; the program was not started."""
    change, kind, said = CASES[case]
    carrier = ssh(far, tmp_path, **change(far))
    with pytest.raises(kind, match=said) as caught:
        run(carrier, "touch", "ran", program=b"i" * 1_000_000)
    assert not isinstance(caught.value, Ended)
    assert isinstance(caught.value.__cause__, Ended)
    assert not (tmp_path / "ran").exists()


SAID: dict[str, tuple[str, str]] = {
    "no answer": (
        "ssh: connect to host 10.0.0.9 port 22: Connection timed out",
        r"far did not answer ssh in time, for site avc \(over ssh at far\)\. Look",
    ),
    "no greeting": (
        "Connection timed out during banner exchange",
        r"far did not answer ssh in time, for site avc",
    ),
    "no route": (
        "ssh: connect to host 10.0.0.9 port 22: No route to host",
        r"ssh does not reach far, for site avc .*No route to host\. Mend the network",
    ),
    "closed": (
        "Connection closed by 10.0.0.9 port 22",
        r"The connection to site avc \(over ssh at far\) broke off: Connection closed by",
    ),
    "no such configuration": (
        "Can't open user config file /nowhere: No such file or directory",
        r"ssh does not take its configuration, for site avc .*/nowhere.*access\.ssh_config",
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_words_of_ssh_that_loopback_does_not_provoke(case: str) -> None:
    """From OpenSSH's sources, each with its sentence."""
    line, said = SAID[case]
    place = Place("avc", WORDS, "/srv/avc")
    error = from_ssh(Ended("", 255, (line,)), "php", place, "far", begun=False)
    assert error is not None
    with pytest.raises(ReadError, match=said):
        raise error


def test_words_of_ssh_from_a_program_that_had_begun_are_the_programs(
    far: Far, tmp_path: Path
) -> None:
    """Its end with PHP's code for a fatal error is not taken for ssh's."""
    program = b"echo begun; echo 'Host key verification failed.' >&2; exit 255"
    with pytest.raises(Ended) as caught:
        run(ssh(far, tmp_path), "sh", program=program)
    assert caught.value.said == ("Host key verification failed.",)
    line = "ssh: connect to host git.example.org port 22: Connection refused"
    place = Place("avc", WORDS, "/srv/avc")
    assert from_ssh(Ended("", 255, (line,)), "php", place, "far", begun=True) is None
    assert from_ssh(Ended("", 1, (line,)), "php", place, "far", begun=False) is None
    for code, words in ((127, "sh: php: not found"), (1, "cd: /srv/avc: No such directory")):
        assert from_ssh(Ended("", code, (words,)), "php", place, "far", begun=True) is None


def test_a_directory_that_the_login_may_not_enter(tmp_path: Path) -> None:
    """``cd`` comes before sudo: it is told from a directory that is not there. (By bash: dash does
    not say why it cannot.)
    """
    there = tmp_path / "there"
    there.mkdir(mode=0o700)
    cd = f"cd {there} && exec true"
    nobody = ["setpriv", "--reuid=nobody", "--clear-groups", "bash", "-c", cd]
    said = subprocess.run(nobody, capture_output=True, check=False, cwd="/")
    last = Ended("", said.returncode, (said.stderr.decode().strip(),))
    told = from_ssh(
        last, "php", Place("ss", "as www-data over ssh at far", str(there)), "far", begun=False
    )
    assert isinstance(told, AccessRefused)
    assert str(told).startswith(
        f"far does not let us into {there} of site ss (as www-data over ssh"
    )


@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_a_directory_that_is_not_there(far: Far, tmp_path: Path, shell: str) -> None:
    """It is the directory that is named, and the program does not run somewhere else."""
    gone = tmp_path / "gone"
    said = subprocess.run(
        [shell, "-c", f"cd {gone} && exec touch {tmp_path}/ran"], capture_output=True, check=False
    )
    last = Ended("", said.returncode, (said.stderr.decode().strip(),))
    told = from_ssh(last, "touch", Place("avc", WORDS, str(gone)), "far", begun=False)
    assert "has no directory" in str(told)
    with pytest.raises(
        SiteUnreachable, match=f"Site avc has no directory {gone} {WORDS}. Set its directory"
    ):
        run(ssh(far, gone), "touch", f"{tmp_path}/ran")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_a_program_that_is_not_there_or_not_executable(tmp_path: Path, shell: str) -> None:
    """Whatever shell is at the far end."""
    data = tmp_path / "data"
    data.touch()
    for program, told in (
        ("/no/php", "not to be found"),
        ("php9", "not to be found"),
        (data, "may"),
    ):
        said = subprocess.run(
            [shell, "-c", f"cd / && exec {program}"], capture_output=True, check=False
        )
        last = Ended("", said.returncode, (said.stderr.decode().strip(),))
        error = from_ssh(last, str(program), Place("avc", WORDS, "/"), "far", begun=False)
        assert told in str(error)


def test_a_connection_that_breaks_off(far: Far, tmp_path: Path) -> None:
    """What came before is no whole answer: an error follows, which is not the program's."""
    carrier = ssh(far, tmp_path)
    program = b"echo begun; while [ ! -e go ]; do sleep 0.05; done; kill -9 $PPID; sleep 20"
    lines = carrier.run(["sh"], program, silence=PATIENT)
    assert next(lines) == b"begun\n"
    (tmp_path / "go").touch()
    with pytest.raises(SiteUnreachable) as caught:
        list(lines)
    assert str(caught.value).startswith(f"The connection to site avc ({WORDS}) broke off: ")
    assert not isinstance(caught.value, Ended)


def test_no_ssh_on_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is ssh that is missing, not the program."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        SiteUnreachable, match=r"ssh for site avc is not to be found on this machine\. Install Open"
    ):
        run(Ssh("avc", "far", "/"), "php")


def test_nothing_of_ssh_stays_behind(far: Far, tmp_path: Path) -> None:
    """A connection that the user's configuration shares is not left to others by us."""
    control = tmp_path / "control"
    shared = {"ControlMaster": "auto", "ControlPersist": "600", "ControlPath": str(control)}
    assert run(ssh(far, tmp_path, **shared), "echo", "done") == [b"done\n"]
    assert not control.exists()


def test_a_helper_of_ssh_ends_with_it(far: Far, tmp_path: Path) -> None:
    """A ProxyCommand is a child of ssh: stopping ssh stops it too."""
    note = tmp_path / "pid"
    helper = tmp_path / "proxy.py"
    helper.write_text(_PROXY, "utf-8")
    proxy = f"python3 {helper} {far.port} {note}"
    carrier = ssh(far, tmp_path, ProxyCommand=proxy)
    lines = carrier.run(["sh"], b"echo begun; sleep 20", silence=PATIENT)
    assert next(lines) == b"begun\n"
    pid = int(note.read_text("utf-8"))
    lines.close()
    assert dies(pid)


_PROXY = """
import os, socket, sys, threading
open(sys.argv[2], "w").write(str(os.getpid()))
far = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
def send():
    while data := os.read(0, 65536):
        far.sendall(data)
threading.Thread(target=send, daemon=True).start()
while data := far.recv(65536):
    os.write(1, data)
"""
