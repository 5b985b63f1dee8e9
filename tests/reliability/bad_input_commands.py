"""Commands on files that somebody spoilt: an exit code, a sentence, and nothing else."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from random import Random

import reconciler.cli
from reconciler.running import run
from tests.reliability.bad_input_files import PLANS, spoilt
from tests.reliability.bad_input_world import World

NWP = """\
sites:
  avc:
    recipe: avc
    access: {via: sql, database: "sqlite:///nowhere.sqlite"}
    moodle_integration: {moodle_site: ss, sync: {require_module: false}}
  ss:
    recipe: m
    access: {via: sandbox, file: moodle.sqlite}
"""
_DOCUMENT = {
    "sites": {
        "avc": {
            "recipe": "avc",
            "access": {"via": "sql", "database": "sqlite:///nowhere.sqlite"},
            "moodle_integration": {"moodle_site": "ss", "sync": {"require_module": False}},
        },
        "ss": {"recipe": "m", "access": {"via": "sandbox", "file": "moodle.sqlite"}},
    }
}


def command(world: World, random: Random) -> None:
    """``show``, ``apply`` and ``sync`` with a plan or an nwp.yml that is spoilt."""
    before = world.tables()
    example = random.choice(PLANS)
    nwp = world.directory / "nwp.yml"
    if random.random() < 0.5:
        nwp.write_text(NWP, encoding="utf-8")
        plan = spoilt(example.text, example.document, random, json_only=example.name[-1] == "n")
        arguments = random.choice((["show", example.name], ["apply", example.name]))
    else:
        nwp.write_bytes(spoilt(NWP, _DOCUMENT, random))
        plan = example.text.encode()
        arguments = random.choice((["apply", example.name], ["sync", "avc", "ss", "--full"]))
    (world.directory / example.name).write_bytes(plan)
    out, err = StringIO(), StringIO()
    with _inside(world), redirect_stdout(out), redirect_stderr(err):
        code = run(reconciler.cli.app, arguments)
    told = err.getvalue()
    assert "Traceback" not in told, told
    assert "defect" not in told, told
    assert code in {0, 1, 3, 4, 5}, f"exit code {code}"
    assert code == 0 or told.startswith("Error: "), f"exit code {code}: {told}"
    assert world.tables() == before, "written"


@contextmanager
def _inside(world: World) -> Iterator[None]:
    before = os.getcwd()  # noqa: PTH109 - to go back to
    state = os.environ.get("XDG_STATE_HOME")
    os.environ["XDG_STATE_HOME"] = str(world.directory / "state")
    os.chdir(world.directory)
    try:
        yield
    finally:
        os.chdir(before)
        if state is None:
            del os.environ["XDG_STATE_HOME"]
        else:
            os.environ["XDG_STATE_HOME"] = state
