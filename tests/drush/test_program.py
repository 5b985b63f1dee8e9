"""The text that Drush gets."""

import json
from importlib.resources import files

import pytest

from providers.avc.drush.program import Task, program

TASKS: tuple[Task, ...] = ("look", "read", "record")


@pytest.mark.parametrize("task", TASKS)
def test_a_program_is_text_for_eval(task: Task) -> None:
    """No opening tag, which eval would not know; one namespace, one ``work``, the start last."""
    text = program(task, "{}", "abc").decode("ascii")
    assert text.startswith("namespace avc_moodle_sync;\n")
    assert "<?php" not in text
    assert "?>" not in text
    assert text.count("\nfunction work(") == 1
    assert text.endswith("\nreturn;\n")


@pytest.mark.parametrize("value", ["\nREQUEST;\nexit();", "'\"\\$x{$y}", "<?php ?>", "\u2028é😀"])
def test_no_value_ends_the_text_that_it_is_in(value: str) -> None:
    """A nowdoc ends at a line that begins with its name: JSON in ASCII has no second line."""
    text = program("read", json.dumps(value), "abc").decode("ascii")
    shown, _, rest = text.partition("<<<'REQUEST'\n")[2].partition("\n")
    assert json.loads(shown) == value
    assert rest.startswith("REQUEST;\n}")


def test_every_piece_is_part_of_a_program() -> None:
    """No file of PHP lies about unused, and each says which of Drupal's functions it calls."""
    sent = b"".join(program(task, "{}", "abc") for task in TASKS).decode()
    pieces = [file for file in files("providers.avc.drush").iterdir() if file.name.endswith(".php")]
    assert len(pieces) > len(TASKS)
    for piece in pieces:
        text = piece.read_text("utf-8")
        assert text.removeprefix("<?php") in sent
        assert " * Drupal functions called:" in text


def test_every_file_of_the_stand_in_names_what_it_mirrors() -> None:
    """Whoever mends it must know what is true."""
    folder = files("providers.sandbox.avc.drupal")
    found = [*folder.joinpath("core").iterdir(), folder.joinpath("drush.php")]
    assert len(found) > 5
    for file in found:
        assert "Mirrors" in file.read_text("utf-8")[:400], file.name
