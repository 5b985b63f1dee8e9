"""What is so whichever way a program gets to its site."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from providers.carriers.carrier import Carrier
from providers.carriers.ddev import Ddev
from providers.carriers.errors import Ended, ProgramMissing, Silent
from providers.carriers.local import Local
from providers.carriers.run_as import RunAs
from providers.carriers.ssh import Ssh
from providers.sandbox.ddev.project import make_project, write_ddev
from tests.carriers.sshd import Far
from tests.carriers.test_local import BIG, PATIENT, dies

WAYS: dict[str, str] = {
    "local": "on this machine",
    "run_as": "as nobody on this machine",
    "ddev": "in its DDEV project on this machine",
    "ssh": "over ssh at far",
    "ssh, run_as": "as nobody over ssh at far",
    "ssh, ddev": "in its DDEV project over ssh at far",
}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def carrier(way: str, request: pytest.FixtureRequest, tmp_path: Path) -> Carrier:
    inner: Carrier = Local("avc", str(tmp_path))
    if way.startswith("ssh"):
        far: Far = request.getfixturevalue("far")
        inner = Ssh("avc", far.host, str(tmp_path), str(far.config))
        write_ddev(far.programs)
    if way.endswith("run_as"):
        return RunAs(inner, "avc", request.getfixturevalue("other_user"))
    if way.endswith("ddev"):
        request.getfixturevalue("project")
        make_project(tmp_path, "avc")
        return Ddev(inner, "avc", str(tmp_path))
    return inner


@pytest.fixture
def sh(carrier: Carrier) -> Callable[[str], list[bytes]]:
    """Run a program for sh, given on standard input as ours are."""
    return lambda program: list(carrier.run(["sh"], program.encode(), silence=PATIENT))


def test_words(carrier: Carrier, way: str) -> None:
    """A carrier says how it gets to the site."""
    assert carrier.words == WAYS[way]


def test_it_runs_in_the_directory_of_the_site(carrier: Carrier, tmp_path: Path) -> None:
    """Wherever the site is, the program starts in its directory."""
    lines = list(carrier.run(["pwd"], b"", silence=PATIENT))
    assert lines == [f"{tmp_path}\n".encode()]


def test_arguments_arrive(carrier: Carrier) -> None:
    """Plain ones, as every carrier takes them."""
    arguments = ["printf", "%s."] if not isinstance(carrier, Ddev) else ["echo", "-n"]
    lines = list(carrier.run([*arguments, "a=b", "/c/d.php", "--e=f,g"], b"", silence=PATIENT))
    assert lines in ([b"a=b./c/d.php.--e=f,g."], [b"a=b /c/d.php --e=f,g"])


def test_big_input_arrives_whole(carrier: Carrier) -> None:
    """A program bigger than a pipe is read to its last byte."""
    assert list(carrier.run(["wc", "-c"], b"i" * BIG, silence=PATIENT)) == [f"{BIG}\n".encode()]


def test_big_output_arrives_whole(sh: Callable[[str], list[bytes]]) -> None:
    """So are lines bigger than a pipe, and errors beside them."""
    program = f"head -c {BIG} /dev/zero | tr '\\0' e >&2; head -c {BIG} /dev/zero | tr '\\0' o"
    assert [len(line) for line in sh(program)] == [BIG]


def test_every_byte_arrives(carrier: Carrier) -> None:
    """Nobody takes input for text, or changes ends of lines."""
    every = bytes(range(256)) + b"\r\n\x03\x04\x1a~.\n"
    assert b"".join(carrier.run(["cat"], every, silence=PATIENT)) == every


def test_a_cut_line_has_no_end(sh: Callable[[str], list[bytes]]) -> None:
    """The last line of a program that did not end it can be told from a whole one."""
    assert sh("echo whole; printf half") == [b"whole\n", b"half"]


def test_the_exit_code_is_the_programs(sh: Callable[[str], list[bytes]], way: str) -> None:
    """With its last words, and who ended where; 255 is PHP's code for a fatal error."""
    for code in (1, 3, 255):
        with pytest.raises(Ended, match="ended with exit code") as caught:
            sh(f"echo said; echo trouble >&2; echo really >&2; exit {code}")
        assert caught.value.code == code
        assert caught.value.said == ("trouble", "really")
        assert str(caught.value) == (
            f"sh at site avc ({WAYS[way]}) ended with exit code {code}: really."
        )


def test_a_failure_without_a_line_is_the_programs_too(
    sh: Callable[[str], list[bytes]], way: str
) -> None:
    """No carrier takes the program's code for its own when nothing was written."""
    for code in (1, 126, 127, 255):
        with pytest.raises(Ended) as caught:
            sh(f"echo trouble >&2; exit {code}")
        assert (caught.value.code, caught.value.said) == (code, ("trouble",)), way


def test_a_program_that_is_not_there(carrier: Carrier, way: str) -> None:
    """It is named, with the site, the way and what to do."""
    with pytest.raises(ProgramMissing) as caught:
        list(carrier.run(["no-such-program"], b"", silence=PATIENT))
    assert caught.value.program == "no-such-program"
    assert str(caught.value) == (
        f"The program no-such-program for site avc is not to be found {WAYS[way]}."
        " Install it there, or give its path in the site's access in nwp.yml."
    )


def test_silence_is_a_sentence(carrier: Carrier, way: str) -> None:
    """It names the program that was asked for, not the ssh or sudo that was stopped."""
    with pytest.raises(Silent) as caught:
        list(carrier.run(["sh"], b"exec sleep 20", silence=1.5))
    assert str(caught.value) == (
        f"sh at site avc ({WAYS[way]}) said nothing for 1.5 seconds, and was stopped. Look at the"
        " site's load, or raise access.silence in nwp.yml."
    )


def test_who_stops_listening_stops_the_program(carrier: Carrier, way: str) -> None:
    """On this machine by a signal, at the far end when it next writes."""
    program = b"echo $$; while echo go; do sleep 0.05; done"
    with closing(carrier.run(["sh"], program, silence=PATIENT)) as lines:
        pid = int(next(lines))
    assert dies(pid), way
