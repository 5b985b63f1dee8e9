"""``reconciler show`` in each of its formats, to a terminal, a pipe and a file."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
from rich.cells import cell_len

from reconciler.models.guards import GuardFigures
from reconciler.plan_text import as_yaml
from tests.big_plans import big_plan
from tests.commands.test_sync import GUILD
from tests.commands.test_terminal import ESCAPE, on_a_terminal
from tests.example_plans import monday
from tests.two_sites import TwoSites
from tests.world import account, person

SCHEMA = Path(__file__).parent.parent.parent / "plans" / "review.schema.json"
FORMATS = ["text", "markdown", "html", "json"]


@pytest.fixture
def there(sites: TwoSites) -> TwoSites:
    """A small plan, and a big one."""
    (sites.directory / "small.yaml").write_text(as_yaml(monday()))
    (sites.directory / "big.yaml").write_text(as_yaml(big_plan(40, 30, 3, problems=30)))
    return sites


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_has_what_a_pipe_gets(there: TwoSites, kind: str) -> None:
    """Byte for byte, in every format; and nothing else is printed."""
    piped = there.reconciler("show", "small.yaml", "--format", kind)
    written = there.reconciler("show", "small.yaml", "--format", kind, "-o", "out")
    assert (piped.code, piped.err, written.code, written.out) == (0, "", 0, "")
    assert (there.directory / "out").read_text(encoding="utf-8") == piped.out
    assert "bob.jones" in piped.out


def test_json_is_valid_by_its_schema(there: TwoSites) -> None:
    """What programs get is what the schema says."""
    found = json.loads(there.reconciler("show", "small.yaml", "--format", "json").out)
    jsonschema.validate(found, json.loads(SCHEMA.read_text()))
    assert found["totals"]["remove"] == 2


def test_markdown_keeps_to_its_limit(there: TwoSites) -> None:
    """``--limit`` is in characters; one that is too small for anything is refused."""
    arguments = ("show", "big.yaml", "--format", "markdown", "--limit")
    assert "Left out here" in there.reconciler(*arguments, "9000").out
    assert len(there.reconciler(*arguments, "9000").out) <= 9000
    assert "Left out here" not in there.reconciler(*arguments, "900000").out
    refused = there.reconciler(*arguments, "100")
    assert (refused.code, refused.out) == (1, "")
    assert "--limit" in refused.err


def test_a_format_that_there_is_not_is_refused(there: TwoSites) -> None:
    """With those that there are."""
    ran = there.reconciler("show", "small.yaml", "--format", "pdf")
    assert ran.code == 1
    assert all(kind in ran.err for kind in FORMATS)


def test_a_file_that_cannot_be_written_is_named(there: TwoSites) -> None:
    """One sentence, exit 1."""
    ran = there.reconciler("show", "small.yaml", "-o", "small.yaml/no/file")
    assert (ran.code, ran.err) == (
        1,
        "Error: small.yaml/no/file: cannot be written: Not a directory\n",
    )


@pytest.mark.parametrize("flag", ["--all", "--verbose", "-v"])
def test_all_unfolds(there: TwoSites, flag: str) -> None:
    """Every addition and problem; without it, the command that unfolds is printed."""
    folded = there.reconciler("show", "big.yaml").out
    assert folded.count("  + person-") == 10 * 40
    assert "reconciler show --all big.yaml" in folded
    shown = there.reconciler("show", "big.yaml", flag).out
    assert shown.count("  + person-") == 30 * 40
    assert "Folded" not in shown


def test_a_pipe_gets_whole_lines(there: TwoSites, monkeypatch: pytest.MonkeyPatch) -> None:
    """For whoever greps: no line is wrapped, whatever the terminal's width."""
    monkeypatch.setenv("COLUMNS", "40")
    lines = there.reconciler("show", "small.yaml").out.splitlines()
    goes = [line for line in lines if "bob.jones" in line and "2 courses" in line]
    assert len(goes) == 1
    assert not any("\x1b" in line for line in lines)


def test_a_terminal_gets_its_width_and_colours(there: TwoSites) -> None:
    """At 80 columns what is longer goes on below its own words, in the same colour."""
    _, shown = on_a_terminal(there.directory, "", "show", "small.yaml")
    lines = shown.replace("\r\n", "\n").splitlines()
    plain = [ESCAPE.sub("", line) for line in lines]
    assert max(map(cell_len, plain)) <= 80
    assert "    enrolment and grades in 2 courses" in plain
    first = next(line for line in lines if "is not in the guild" in line)
    second = next(line for line in lines if "grades in 2 courses" in line)
    assert first.startswith("\x1b[31m")
    assert second.startswith("\x1b[31m")
    assert any(line.startswith("\x1b[32m  + carol") for line in lines)
    assert any(line.startswith("\x1b[33m  ⚠ dave") for line in lines)


def test_what_acknowledges_a_guard_is_no_removal(there: TwoSites) -> None:
    """Only what goes is red; ``--ack …`` begins with a dash, too."""
    held = GuardFigures(guard="removals", limit="1", found="2 of 5", ok=False, acknowledge="r@1")
    plan = monday().model_copy(update={"guards": (held,)})
    (there.directory / "held.yaml").write_text(as_yaml(plan))
    _, shown = on_a_terminal(there.directory, "", "show", "held.yaml")
    (ack,) = (line for line in shown.splitlines() if "--ack r@1" in line)
    assert "\x1b" not in ack


def test_forced_colours_do_not_wrap(there: TwoSites, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipeline's log may have colours; it has no width."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")
    out = there.reconciler("show", "small.yaml").out
    assert any(
        "bob.jones" in line and "2 courses" in line and "\x1b[31m" in line
        for line in out.splitlines()
    )


def test_plan_and_dry_run_show_the_same(there: TwoSites) -> None:
    """``plan`` without a file and ``sync --dry-run`` print what ``show`` prints of that plan."""
    there.avc([GUILD], [person(n) for n in range(1, 15)], {1: range(1, 15)})
    there.moodle([account(n) for n in range(1, 14)])
    there.configure()
    assert there.reconciler("plan", "avc", "ss", "-o", "plan.yaml").code == 0
    shown = there.reconciler("show", "plan.yaml").out
    made = re.compile(r"(?m)^(Made on |  reconciler show ).*\n")
    assert len(made.findall(shown)) == 2
    for command in (("plan", "avc", "ss"), ("sync", "avc", "ss", "--dry-run")):
        assert made.sub("", there.reconciler(*command).out) == made.sub("", shown)
