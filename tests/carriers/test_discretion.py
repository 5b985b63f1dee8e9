"""What PHP quotes of a file with passwords in it is told to nobody."""

import pytest

from providers.carriers.errors import Ended, discreet

SECRET = "hunter2"
QUOTING = [
    f'PHP Parse error:  syntax error, unexpected identifier "{SECRET}", expecting ")" in s.php',
    f'ParseError: syntax error, unexpected identifier "{SECRET}"',
    f'Error: Undefined constant "{SECRET}" in /srv/avc/html/sites/default/settings.php on line 5',
    f"unexpected token '{SECRET}'",
    f"PHP Warning:  Undefined variable ${SECRET} in /srv/moodle/config.php on line 9",
    f'Undefined array key "{SECRET}"',
    f'syntax error, unexpected string content "{SECRET}',
]


@pytest.mark.parametrize("line", QUOTING)
def test_pieces_of_a_file_are_left_out(line: str) -> None:
    """From the sentence, and from the lines that --debug shows."""
    assert SECRET not in discreet(line)
    error = Ended("drush at site avc", 255, ("before", line))
    assert SECRET not in str(error)
    assert SECRET not in "".join(error.said)


@pytest.mark.parametrize(
    "line",
    [
        "PHP Fatal error:  Uncaught Error: Call to undefined function no_such_function()",
        'PDOException: SQLSTATE[HY000] [1049] Unknown database "avc"',
    ],
)
def test_other_words_stay(line: str) -> None:
    """They tell what to mend."""
    assert discreet(line) == line
