"""The local carrier, with real processes."""

import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from providers.carriers import process
from providers.carriers.errors import Ended
from providers.carriers.local import Local
from reconciler.errors import AccessRefused, ReadError, SiteUnreachable

PATIENT = 60.0
BIG = 4_000_000
"""Bytes that no pipe holds: whoever writes them waits for a reader."""


def run(directory: Path, code: str, program: bytes = b"", silence: float = PATIENT) -> list[bytes]:
    carrier = Local("ss", str(directory))
    return list(carrier.run([sys.executable, "-c", code], program, silence=silence))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie of somebody else's is no process any more.
    return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"


def dies(pid: int) -> bool:
    """Whether a process that was killed is gone: the kernel does it in its own time."""
    for _ in range(1000):
        if not alive(pid):
            return True
        time.sleep(0.01)
    return False


def test_lines_come_with_their_ends(tmp_path: Path) -> None:
    """The last line has none when the program did not end it: it may be cut."""
    code = "print('one'); print(); print('two', end='')"
    assert run(tmp_path, code) == [b"one\n", b"\n", b"two"]


def test_nothing_said_is_no_line(tmp_path: Path) -> None:
    """A program may be silent and be done."""
    assert run(tmp_path, "") == []


def test_it_runs_in_the_directory_of_the_site(tmp_path: Path) -> None:
    """Relative paths in the program are the site's."""
    code = "import os; print(os.path.realpath(os.getcwd()))"
    assert run(tmp_path, code) == [os.fsencode(tmp_path.resolve()) + b"\n"]


def test_arguments_are_not_words_of_a_shell(tmp_path: Path) -> None:
    """What a shell would act on arrives as it is."""
    odd = "$(echo no) `no` 'a' \"b\" ; exit 3 \\ *"
    carrier = Local("ss", str(tmp_path))
    arguments = [sys.executable, "-c", "import sys; print(sys.argv[1])", odd]
    assert list(carrier.run(arguments, b"", silence=PATIENT)) == [odd.encode() + b"\n"]


def test_a_program_bigger_than_a_pipe_arrives_whole(tmp_path: Path) -> None:
    """Input, output and errors, each bigger than a pipe, do not wait for each other."""
    code = (
        "import sys\n"
        f"sys.stderr.write('e' * {BIG} + '\\n')\n"
        f"sys.stdout.write('o' * {BIG} + '\\n')\n"
        "sys.stdout.flush()\n"
        "print(len(sys.stdin.read()))\n"
    )
    lines = run(tmp_path, code, b"i" * BIG)
    assert [len(line) for line in lines] == [BIG + 1, len(str(BIG)) + 1]
    assert lines[1] == f"{BIG}\n".encode()


def test_lines_come_while_the_program_works(tmp_path: Path) -> None:
    """The first line is there before the program has all that it needs to go on."""
    go = tmp_path / "go"
    code = (
        "import os, time\n"
        "print('first', flush=True)\n"
        "while not os.path.exists('go'): time.sleep(0.01)\n"
        "print('second')\n"
    )
    carrier = Local("ss", str(tmp_path))
    with closing(carrier.run([sys.executable, "-c", code], b"", silence=PATIENT)) as lines:
        assert next(lines) == b"first\n"
        go.touch()
        assert list(lines) == [b"second\n"]


def test_who_does_not_read_all_input_is_no_error(tmp_path: Path) -> None:
    """A program may be done before it has read everything."""
    assert run(tmp_path, "print('done')", b"i" * BIG) == [b"done\n"]


def test_a_failed_program_is_an_error_after_its_lines(tmp_path: Path) -> None:
    """The code, and the last lines of standard error, are in the error."""
    code = (
        "import sys\n"
        "print('said')\n"
        "for n in range(100): print('trouble', n, file=sys.stderr)\n"
        "sys.exit(7)\n"
    )
    carrier = Local("ss", str(tmp_path))
    lines = carrier.run([sys.executable, "-c", code], b"", silence=PATIENT)
    assert next(lines) == b"said\n"
    with pytest.raises(
        Ended, match=r"at site ss \(on this machine\) ended with exit code 7: trouble 99\."
    ) as caught:
        next(lines)
    assert caught.value.code == 7
    assert len(caught.value.said) == process.LAST_LINES
    assert caught.value.said[-1] == "trouble 99"


def test_a_program_that_is_killed_is_an_error(tmp_path: Path) -> None:
    """A signal has a negative code; nothing on standard error is said to be so."""
    with pytest.raises(Ended, match="exit code -9, without a word") as caught:
        run(tmp_path, "import os; os.kill(os.getpid(), 9)")
    assert caught.value.code == -9


@pytest.mark.parametrize(
    "code",
    [
        "import time; print(__import__('os').getpid(), flush=True); time.sleep(600)",
        "import os, time; print(os.getpid(), flush=True); os.close(1); time.sleep(600)",
    ],
    ids=["with output open", "with output closed"],
)
def test_silence_ends_the_program(tmp_path: Path, code: str) -> None:
    """It is stopped, and the error says how long nothing came and what to set."""
    carrier = Local("ss", str(tmp_path))
    lines = carrier.run([sys.executable, "-c", code], b"", silence=0.5)
    pid = int(next(lines))
    with pytest.raises(
        SiteUnreachable, match=r"ss \(on this machine\) said nothing for 0\.5 sec.*silence"
    ):
        next(lines)
    assert not alive(pid)


def test_who_stops_listening_stops_the_program_and_its_children(tmp_path: Path) -> None:
    """Nothing goes on writing to a site when nobody hears of it."""
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    before = threading.active_count()
    carrier = Local("ss", str(tmp_path))
    lines = carrier.run([sys.executable, "-c", code], b"i" * BIG, silence=PATIENT)
    child = int(next(lines))
    lines.close()
    assert dies(child)
    assert threading.active_count() == before


def test_a_program_that_will_not_end_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who ignores being told to end has a moment, and no more."""
    monkeypatch.setattr(process, "GRACE", 0.2)
    code = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print(os.getpid(), flush=True)\n"
        "time.sleep(600)\n"
    )
    carrier = Local("ss", str(tmp_path))
    lines = carrier.run([sys.executable, "-c", code], b"", silence=PATIENT)
    pid = int(next(lines))
    lines.close()
    assert not alive(pid)


def test_a_program_that_may_not_be_killed_loses_its_pipes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that sudo started for another user: it ends when it next writes."""

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "killpg", refuse)
    code = "import os\nwhile True: print(os.getpid(), flush=True)\n"
    carrier = Local("ss", str(tmp_path))
    lines = carrier.run([sys.executable, "-c", code], b"", silence=PATIENT)
    pid = int(next(lines))
    lines.close()
    assert not alive(pid)


def test_an_interrupt_stops_the_program(tmp_path: Path) -> None:
    """Ctrl-C reaches this program, which stops the other one."""
    code = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
    carrier = Local("ss", str(tmp_path))
    lines = carrier.run([sys.executable, "-c", code], b"", silence=PATIENT)
    pid = int(next(lines))
    assert os.getpgid(pid) != os.getpgid(0)
    with pytest.raises(KeyboardInterrupt):
        lines.throw(KeyboardInterrupt())
    assert not alive(pid)


def _unreadable(directory: Path) -> list[str]:
    program = directory / "program"
    program.write_text("")
    return [str(program)]


_NOT_STARTED: dict[str, tuple[Callable[[Path], list[str]], type[ReadError], str]] = {
    "missing program": (
        lambda _: ["no-such-program"],
        SiteUnreachable,
        "is not to be found on this machine",
    ),
    "not executable": (_unreadable, AccessRefused, "may not run"),
    "no program": (lambda directory: [str(directory / "data")], SiteUnreachable, "be started"),
}


@pytest.mark.parametrize("case", _NOT_STARTED)
def test_what_cannot_be_started_is_a_sentence(tmp_path: Path, case: str) -> None:
    """The program, the site and what to do are in it."""
    data = tmp_path / "data"
    data.write_bytes(b"\0\0\0")
    data.chmod(0o755)
    arguments, error, said = _NOT_STARTED[case]
    carrier = Local("ss", str(tmp_path))
    with pytest.raises(error, match=rf"site ss.*{said}|{said}.*site ss"):
        list(carrier.run(arguments(tmp_path), b"", silence=PATIENT))


@pytest.mark.parametrize("name", ["gone", "file"])
def test_a_directory_that_is_not_there_is_a_sentence(tmp_path: Path, name: str) -> None:
    """It is the directory that is named, not the program."""
    (tmp_path / "file").touch()
    with pytest.raises(SiteUnreachable, match=f"Site ss has no directory .*/{name}"):
        run(tmp_path / name, "print()")


def test_which_files_a_site_holds(tmp_path: Path) -> None:
    """Without a process; a directory that is not there holds nothing."""
    (tmp_path / "config.php").touch()
    (tmp_path / "public").mkdir()
    carrier = Local("ss", str(tmp_path))
    assert carrier.holds("config.php") is True
    assert carrier.holds("version.php") is False
    assert carrier.holds("public") is False
    assert Local("ss", str(tmp_path / "gone")).holds("config.php") is False


def test_a_directory_that_may_not_be_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is not the same as a file that is not there."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(ReadError, match=r"may not look into .* of site ss \(Permission denied\)"):
        Local("ss", str(tmp_path)).holds("config.php")
