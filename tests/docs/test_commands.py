"""Every command that the documentation or a help text shows runs, and does what it is shown for."""

import shlex
from collections import defaultdict
from importlib.metadata import version

import pytest

from reconciler.running import run as run_app
from tests.docs.conftest import Run
from tests.docs.written import APPS, commands, in_help, in_pages

STANDS_FOR = {
    "[MOODLE] [RUN]": "ss last",
    "RUN": "last",
    "20261125T210310Z": "last",
    "--format …": "--format json",
    "FILE…": "plans/today.yaml undo.yaml",
    "PLAN": "plans/today.yaml",
    "--user WHO | --guild GUILD": "--user 77",
    "…": "avc ss",
}
"""What a reader puts there, and what stands there in the documentation."""
ENDS_WITH = {
    "reconciler plan avc ss --detailed-exitcode -o plans/today.yaml": 2,
}
"""Exit codes other than 0: a plan has something to do."""
SERVES = "reconciler sandbox serve community"
"""It needs a sandbox of that name, and ends when somebody ends it."""


def _shown() -> dict[str, list[str]]:
    """Every command → where it is shown. The README's tour has a test of its own."""
    found = defaultdict(list)
    for one in (*in_pages(), *in_help()):
        found[one.text].append(one.where)
    return {text: where for text, where in found.items() if set(where) != {"README.md"}}


SHOWN = _shown()
KNOWN = dict(commands())


def _named(text: str) -> str:
    """The command's own name, of a text that begins with it."""
    fitting = [name for name in KNOWN if f"{text} ".startswith(f"{name} ")]
    return max(fitting, key=len, default="")


def _mentions(text: str) -> bool:
    """Whether it is only named, with or without an option, and not given what it works on."""
    rest = shlex.split(text.removeprefix(_named(text)))
    needs = [one for one in KNOWN[_named(text)].params if one.required]
    return bool(needs) and all(word.startswith("-") for word in rest)


def test_there_is_what_is_shown() -> None:
    """Dozens of commands are found, each begins with the name of one of ours, or is an option."""
    assert len(SHOWN) > 40
    options = ("--help", "--version")
    unknown = [text for text in SHOWN if not _named(text) and not text.endswith(options)]
    assert unknown == []


@pytest.mark.parametrize("text", sorted(text for text in SHOWN if _named(text) and _mentions(text)))
def test_an_option_that_is_mentioned_is_there(text: str) -> None:
    """A command that is only named has each option that is named with it."""
    known = {name for one in KNOWN[_named(text)].params for name in (*one.opts, "--help")}
    options = {word.split("=")[0] for word in text.split() if word.startswith("--")}
    assert options - known == set(), SHOWN[text]


@pytest.mark.parametrize(
    "text", sorted(text for text in SHOWN if not (_named(text) and _mentions(text)))
)
def test_a_command_that_is_shown_runs(text: str, run: Run) -> None:
    """As it is written, it ends as the documentation says, and complains of nothing."""
    command = text
    for shown, real in STANDS_FOR.items():
        command = command.replace(shown, real)
    if text.startswith(SERVES):
        free = command.replace("--port 8045", "--port 0")
        command = f"reconciler sandbox create community && timeout --signal=INT 3 {free}; true"
    ran = run(command)
    assert ran.returncode == ENDS_WITH.get(text, 0), (SHOWN[text], ran.stdout, ran.stderr)
    assert ran.stderr == "", SHOWN[text]


def test_help_fits_a_terminal_of_eighty_columns() -> None:
    """No line of a help text is broken, and each ends with what the exit codes mean."""
    lines = {name: (command.help or "").split("\n") for name, command in KNOWN.items()}
    # Typer joins the first paragraph, and leaves a column free on both sides.
    broken = {name: [line for line in found[1:] if len(line) > 78] for name, found in lines.items()}
    assert {name: found for name, found in broken.items() if found} == {}
    silent = [name for name, found in lines.items() if "\nExit codes: " not in "\n".join(found)]
    assert silent == []


@pytest.mark.parametrize("name", ["reconciler", "reconciler sandbox", "pl", *KNOWN])
def test_nothing_of_a_help_is_cut_at_eighty_columns(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where a word is too wide for its column, rich puts … in the place of its end."""
    monkeypatch.setenv("COLUMNS", "80")
    program, *words = name.split()
    assert run_app(APPS[program], [*words, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "…" not in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_each_command_has_examples_and_every_option_a_meaning() -> None:
    """No command's help is without an example, and no option of it without an explanation."""
    shown = {_named(one.text) for one in in_help()}
    assert set(KNOWN) - shown == set()
    silent = [
        f"{name} {one.opts[0]}"
        for name, command in KNOWN.items()
        for one in command.params
        if not getattr(one, "help", None)
    ]
    assert silent == []


def test_a_report_can_name_the_release(run: Run) -> None:
    """``--version`` says what is installed."""
    ran = run("reconciler --version")
    assert (ran.returncode, ran.stdout) == (0, f"avc-moodle-sync {version('avc-moodle-sync')}\n")


def test_a_choice_that_is_none_names_those_that_are(run: Run) -> None:
    """In words for people, without those of whatever checks it."""
    ran = run("reconciler show plans/today.yaml --format pdf")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == (
        "Error: Invalid value for '--format': 'pdf' is not one of 'text', 'markdown', 'html',"
        " 'json'. (--help tells more)\n"
    )
