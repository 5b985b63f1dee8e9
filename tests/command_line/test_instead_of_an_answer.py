"""What PHP says instead of an answer, or in its middle: what is unknown, refused or stopped."""

import pytest

from providers.carriers.errors import Ended
from reconciler.errors import AccessRefused, ReadError, SiteUnreachable, UnexpectedAnswer
from tests.command_line.answer import COHORT, MEMBERS, TRAILER, WHOLE, read
from tests.command_line.playback import HELLO, Part

_STRANGE: dict[str, list[Part]] = {
    "unknown kind": [HELLO, {"kind": "surprise"}],
    "unknown field": [HELLO, {**COHORT, "more": 1}],
    "short row": [HELLO, {**COHORT, "rows": [[7, "AVC - A"]]}],
    "wrong type": [HELLO, {**MEMBERS, "accounts": ["bob"]}],
    "no hello": [COHORT, *WHOLE[1:]],
    "two hellos": [HELLO, HELLO],
    "no end": [*WHOLE, COHORT],
    "two trailers": [*WHOLE, TRAILER],
    "another task's": [HELLO, {"kind": "enrolments", "rows": []}],
}


@pytest.mark.parametrize("case", _STRANGE)
def test_what_is_no_document_of_this_read_is_an_error(case: str) -> None:
    """Nothing unknown is passed over: it may be what mattered."""
    with pytest.raises(
        UnexpectedAnswer, match=r"of site ss \(on this machine\) answered what .* does not know"
    ):
        read(*_STRANGE[case])


_REFUSED: dict[str, tuple[dict[str, str], type[ReadError], str]] = {
    "no-config": (
        {"path": "/srv"},
        SiteUnreachable,
        r"/srv of site ss \(on this machine\) is no Moodle.*config.php",
    ),
    "no-moodle": (
        {"path": "/srv"},
        SiteUnreachable,
        r"/srv of site ss \(on this machine\) is no Moodle.*nwp.yml",
    ),
    "owner": (
        {"owner": "www-data", "user": "eve"},
        AccessRefused,
        "runs as eve at site ss.*belongs to www-data.*Run as www-data.*any_owner",
    ),
    "cli-maintenance": (
        {},
        SiteUnreachable,
        r"site ss \(on this machine\) is down for maintenance.*Try again",
    ),
    "maintenance": (
        {},
        SiteUnreachable,
        r"site ss \(on this machine\) is in maintenance mode.*Try again",
    ),
    "upgrade-running": ({}, SiteUnreachable, r"site ss \(on this machine\) is being upgraded"),
    "upgrade-pending": (
        {},
        SiteUnreachable,
        r"site ss \(on this machine\) waits for an upgrade.*upgrade.php",
    ),
    "locked": (
        {},
        SiteUnreachable,
        r"site ss \(on this machine\) is being written to by another run",
    ),
}


@pytest.mark.parametrize("why", _REFUSED)
def test_a_refusal_says_why_and_what_to_do(why: str) -> None:
    """Instead of an answer, or in its middle."""
    facts, error, sentence = _REFUSED[why]
    for before in ([], [HELLO]):
        with pytest.raises(error, match=sentence):
            read(*before, {"kind": "refused", "why": why, **facts})


_STOPPED: dict[str, tuple[list[Part], str]] = {
    "exception": (
        [HELLO, {"kind": "failed", "message": "Error reading from database (gone away)"}],
        r"site ss \(on this machine\) stopped: Error reading from database \(gone away\)\. Try",
    ),
    "memory": (
        [HELLO, {"kind": "stopped", "message": "Allowed memory size of 1 bytes exhausted"}],
        "ran out of memory at site ss.*Raise memory_limit",
    ),
    "exit with a word": (
        [b"The site is being moved.\n", {"kind": "stopped", "message": ""}],
        r"site ss \(on this machine\) stopped: The site is being moved\. Try",
    ),
    "exit without a word": (
        [{"kind": "stopped", "message": ""}],
        r"at site ss \(on this machine\) before Moodle was done, without a word: does config.php",
    ),
    "moodledata": (
        [b"Fatal error: $CFG->dataroot is not writable\n", {"kind": "stopped", "message": ""}],
        "dataroot is not writable. Run as the user whom moodledata belongs to",
    ),
    "exit code": (
        [HELLO, Ended("php", 255, ("PHP Parse error: in line 3",))],
        r"\(on this machine\) with exit code 255: PHP Parse error: in line 3. Check access.php",
    ),
    "exit code after all": (
        [*WHOLE, Ended("php", 139, ())],
        r"ended at site ss \(on this machine\) with exit code 139: without a word",
    ),
}


@pytest.mark.parametrize("case", _STOPPED)
def test_a_program_that_stops_is_an_error_with_its_words(case: str) -> None:
    """Exceptions, fatal errors, exit() and signals: one sentence, and what to look at."""
    parts, sentence = _STOPPED[case]
    with pytest.raises(ReadError, match=sentence):
        read(*parts)


def test_a_carrier_that_fails_is_passed_on() -> None:
    """Its errors name site and remedy already."""
    with pytest.raises(SiteUnreachable, match="no such program"):
        read(SiteUnreachable("no such program"))
