"""The text that PHP gets."""

import json
from importlib.resources import files

import pytest

from providers.moodle.command_line.program import Task, program

TASKS: tuple[Task, ...] = ("look", "read", "enrolments", "changes", "write")


@pytest.mark.parametrize("task", TASKS)
def test_a_program_is_one_ascii_script(task: Task) -> None:
    """One opening tag, one namespace, one ``work``, and the start at the end."""
    text = program(task, "{}", "abc", any_owner=False).decode("ascii")
    assert text.startswith("<?php\nnamespace avc_moodle_sync;\n")
    assert text.count("<?php") == 1
    assert "?>" not in text
    assert text.count("\nfunction work(") == 1
    assert text.index("\ndefine('CLI_SCRIPT', true);") > text.index("\nfunction work(")
    assert "const ANY_OWNER = false;" in text
    assert "const ANY_OWNER = true;" in program(task, "{}", "abc", any_owner=True).decode()


@pytest.mark.parametrize(
    "value", ["\nREQUEST;\nexit();", "'\"\\$x{$y}", "<?php ?>", "\u2028\u0000é😀", "REQUEST"]
)
def test_no_value_ends_the_text_that_it_is_in(value: str) -> None:
    """A nowdoc ends at a line that begins with its name: JSON in ASCII has no second line."""
    text = program("write", json.dumps(value), "abc", any_owner=False).decode("ascii")
    _, _, rest = text.partition("<<<'REQUEST'\n")
    shown, end, _ = rest.partition("\n")
    assert json.loads(shown) == value
    assert end
    assert rest[len(shown) :].startswith("\nREQUEST;\n}")


def test_every_piece_is_part_of_a_program() -> None:
    """No file of PHP lies about unused, and each says which of Moodle's functions it calls."""
    sent = b"".join(program(task, "{}", "abc", any_owner=False) for task in TASKS).decode()
    folder = files("providers.moodle.command_line")
    pieces = [file for file in folder.iterdir() if file.name.endswith(".php")]
    assert len(pieces) > len(TASKS)
    for piece in pieces:
        text = piece.read_text("utf-8")
        assert text.removeprefix("<?php") in sent
        assert " * Moodle functions called:" in text
