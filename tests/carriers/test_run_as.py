"""sudo: a real one where it lets us, its words where it does not."""

from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from providers.carriers.carrier import Carrier
from providers.carriers.errors import Ended, Place, ProgramMissing, from_sudo
from providers.carriers.local import Local
from providers.carriers.run_as import RunAs
from providers.carriers.ssh import Ssh
from reconciler.errors import AccessRefused, ReadError, SiteUnreachable
from tests.carriers.sshd import Far, serving
from tests.carriers.test_local import PATIENT


def run(carrier: RunAs, *arguments: str) -> list[bytes]:
    return list(carrier.run(arguments, b"", silence=PATIENT))


class AsNobody(Local):
    """As ``Local``, for one who may not use sudo."""

    def __init__(self, directory: str, user: str) -> None:
        super().__init__("ss", directory)
        self.user = user

    def run(
        self, arguments: Sequence[str], program: bytes, *, silence: float
    ) -> Generator[bytes, None, None]:
        return super().run(["sudo", "-u", self.user, *arguments], program, silence=silence)


def test_programs_run_as_the_other_user(tmp_path: Path, other_user: str) -> None:
    """With that user's rights, and in the site's directory all the same."""
    carrier = RunAs(Local("ss", str(tmp_path)), "ss", other_user)
    assert run(carrier, "id", "-un") == [f"{other_user}\n".encode()]
    assert run(carrier, "pwd") == [f"{tmp_path}\n".encode()]


def test_programs_run_as_the_other_user_of_another_machine(
    tmp_path: Path, other_user: str, far: Far
) -> None:
    """It is the sudo of the far end that is used."""
    inner = Ssh("ss", far.host, str(tmp_path), str(far.config))
    carrier = RunAs(inner, "ss", other_user)
    assert run(carrier, "id", "-un") == [f"{other_user}\n".encode()]


def test_arguments_are_no_options_of_sudo(tmp_path: Path, other_user: str) -> None:
    """Nor words of a shell."""
    carrier = RunAs(Local("ss", str(tmp_path)), "ss", other_user)
    assert run(carrier, "printf", "%s\n", "-u", "$HOME 'x'") == [b"-u\n", b"$HOME 'x'\n"]


def test_a_password_is_wanted(tmp_path: Path, other_user: str) -> None:
    """One sentence with the site, the way and what to do; the program was not started."""
    carrier = RunAs(AsNobody(str(tmp_path), other_user), "ss", "root")
    with pytest.raises(AccessRefused) as caught:
        run(carrier, "touch", f"{tmp_path}/ran")
    assert str(caught.value) == (
        "sudo does not let this user start touch at site ss (as root on this machine) without a"
        " password. Let sudoers allow it (NOPASSWD), or run as root, without access.run_as."
    )
    assert isinstance(caught.value.__cause__, Ended)
    assert not (tmp_path / "ran").exists()


@pytest.mark.usefixtures("other_user")
def test_an_unknown_user(tmp_path: Path) -> None:
    """Likewise."""
    carrier = RunAs(Local("ss", str(tmp_path)), "ss", "no-such-user")
    with pytest.raises(SiteUnreachable) as caught:
        run(carrier, "touch", f"{tmp_path}/ran")
    assert str(caught.value) == (
        "There is no user no-such-user for touch at site ss (as no-such-user on this machine). Mend"
        " access.run_as in nwp.yml."
    )
    assert not (tmp_path / "ran").exists()


def test_no_sudo_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is sudo that is missing, not the program, and it may be left out."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProgramMissing) as caught:
        run(RunAs(Local("ss", str(tmp_path)), "ss", "www-data"), "php")
    assert str(caught.value) == (
        "The program sudo for site ss is not to be found on this machine. Install it there, or take"
        " run_as out of the site's access in nwp.yml."
    )


def test_no_sudo_there(tmp_path: Path) -> None:
    """Likewise at the far end."""
    with serving(tmp_path / "bare", path="/nowhere") as far:
        inner = Ssh("ss", far.host, str(tmp_path), str(far.config))
        with pytest.raises(ProgramMissing, match=r"sudo for site ss is not .* over ssh at far"):
            run(RunAs(inner, "ss", "www-data"), "php")


_SAID: dict[str, tuple[str, type[ReadError], str]] = {
    "another command": (
        "Sorry, user eve is not allowed to execute '/usr/bin/php' as www-data on far.",
        AccessRefused,
        "without a password",
    ),
    "no rule": ("eve is not in the sudoers file.", AccessRefused, "without a password"),
    "no rule at all": ("Sorry, user eve may not run sudo on far.", AccessRefused, "NOPASSWD"),
    "another language": (
        "sudo: Ein Passwort ist notwendig",
        AccessRefused,
        r"not start php at site ss \(as www-data on this machine\): Ein Passwort ist notwendig\. M",
    ),
    "no way to become root": (
        'sudo: The "no new privileges" flag is set, which prevents sudo from running as root.',
        AccessRefused,
        r"no new privileges\" flag is set, which prevents sudo from running as root\. Mend that",
    ),
}


@pytest.mark.parametrize("case", _SAID)
def test_words_of_sudo(case: str) -> None:
    """Those that a test does not provoke, as its manual and its messages have them."""
    line, kind, said = _SAID[case]
    place = Place("ss", "as www-data on this machine")
    error = from_sudo(Ended("", 1, ("before", line)), "php", "www-data", place)
    assert error is not None
    with pytest.raises(kind, match=said):
        raise error


@pytest.mark.parametrize("inner", [Local("ss", "/"), Ssh("ss", "far", "/")])
def test_sudo_never_asks(inner: Carrier, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by the terminal nor by a program that it may know (``-n``), at either end."""
    asked: list[Sequence[str]] = []

    def record(arguments: Sequence[str], *_: object, **__: object) -> Generator[bytes, None, None]:
        asked.append(arguments)
        yield from ()

    monkeypatch.setattr(inner, "run", record)
    assert run(RunAs(inner, "ss", "www-data"), "php", "-v") == []
    assert asked == [["sudo", "-n", "-u", "www-data", "--", "php", "-v"]]


def test_words_of_a_program_that_had_begun_are_its_own(tmp_path: Path, other_user: str) -> None:
    """They are not taken for sudo's, which speaks before."""
    program = b"echo begun; echo 'sudo: a password is required' >&2; exit 1"
    carrier = RunAs(Local("ss", str(tmp_path)), "ss", other_user)
    with pytest.raises(Ended):
        list(carrier.run(["sh"], program, silence=PATIENT))


def test_words_of_a_program_are_not_sudos() -> None:
    """Nor those of sudo with another code: what had been started failed."""
    place = Place("ss", "as www-data on this machine")
    said = ("PHP Warning: exec(): sudo: not found", "trouble")
    assert from_sudo(Ended("", 1, said), "php", "www-data", place) is None
    assert from_sudo(Ended("", 255, ("sudo: trouble",)), "php", "www-data", place) is None


def test_a_directory_of_the_other_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where we may not look ourselves, nobody knows what is in it; else we do."""
    (tmp_path / "config.php").touch()
    carrier = RunAs(Local("ss", str(tmp_path)), "ss", "www-data")
    assert carrier.holds("config.php") is True
    assert carrier.holds("version.php") is False

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", refuse)
    assert carrier.holds("config.php") is None


def test_its_address_is_that_of_the_directory(tmp_path: Path) -> None:
    """Another user is at the same site."""
    assert RunAs(Local("ss", str(tmp_path)), "ss", "www-data").address() is None
