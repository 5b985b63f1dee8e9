"""What of Drush's output is believed: cuts, noise, wrong counts, ends without a word."""

from typing import Any

import pytest

from providers.carriers.errors import Ended
from reconciler.errors import IncompleteRead, ReadError, SiteUnreachable, UnexpectedAnswer
from reconciler.models.avc import Claims, SyncRecord
from reconciler.models.scope import FullScope
from tests.drush.playback import Part, avc

HELLO = {"kind": "hello", "release": "10.5.1"}
KEY = {"path": "", "there": False, "mode": None}
FACTS = {
    "kind": "facts",
    "uuid": "61db61dd",
    "modules": ["group"],
    "guild_roles": ["guild-admin"],
    "state": {"last_sync": 5},
    "public_key": KEY,
    "private_key": KEY,
    "token_lifetime": None,
    "clock": 7,
}
GUILDS = {"kind": "guilds", "rows": [[1, "group-1", "Web", "en", 1]]}
ALIASES = {"kind": "aliases", "rows": [["/group/1", "/group/web", "en"]]}
DESCRIPTIONS = {"kind": "descriptions", "rows": [[1, "<p>We</p>"]]}
PEOPLE = {"kind": "people", "rows": [[2, "u2", "bob", None, 1], [3, "u3", "eve", "e@x", 0]]}
MEMBERS = {"kind": "members", "rows": [[1, 2], [1, 3]]}
ROLES = {"kind": "roles", "rows": [[1, "guild-admin", 2]]}
COUNTS = {
    "kind": "counts",
    "guilds": 1,
    "people": 2,
    "memberships": 2,
    "community": 2,
    "roles": 1,
    "community_roles": 1,
    "halves": 0,
}
TRAILER: dict[str, Any] = {
    "kind": "trailer",
    "counts": {
        "guilds": 1,
        "aliases": 1,
        "descriptions": 1,
        "people": 2,
        "members": 2,
        "roles": 1,
    },
}
WHOLE: tuple[dict[str, Any], ...] = (
    *(HELLO, FACTS, GUILDS, ALIASES, DESCRIPTIONS, PEOPLE, MEMBERS, ROLES, COUNTS, TRAILER),
)
LOOK: tuple[dict[str, Any], ...] = (
    *(HELLO, FACTS, GUILDS, ALIASES, DESCRIPTIONS, {"kind": "counts", "guilds": 1}, TRAILER),
)


def read(*parts: Part) -> Any:
    return avc(*parts).read(FullScope(), Claims())


def test_a_whole_answer_is_a_snapshot() -> None:
    """Each document ends up where it belongs."""
    snapshot = read(*WHOLE)
    assert snapshot.site_uuid == "61db61dd"
    assert [(g.id, g.alias, g.description) for g in snapshot.guilds] == [(1, "web", "We")]
    assert snapshot.members == {1: {2, 3}}
    assert snapshot.roles == {1: {"guild-admin": {2}}}
    assert snapshot.blocked == {3}
    assert snapshot.guild_roles == {"guild-admin"}
    assert (snapshot.facts.release, snapshot.facts.clock) == ("10.5.1", 7)
    assert snapshot.facts.sync.last_sync == 5
    assert avc(*LOOK).inspect() == snapshot.facts
    assert avc(*LOOK).guilds() == snapshot.guilds


NOISE = (
    b" [warning] Undefined array key 1 x.module:3\n",
    b"\n",
    b"\xff\xfe\n",
    b'{"kind": "trailer", "counts": {}}\n',
    b"Deprecated: in x on line 3\n",
)


@pytest.mark.parametrize("noise", NOISE)
def test_what_others_print_is_not_ours(noise: bytes) -> None:
    """Warnings and deprecations, before, between and after our documents."""
    parts: list[Part] = [noise]
    for document in WHOLE:
        parts += [document, noise]
    assert read(*parts) == read(*WHOLE)


@pytest.mark.parametrize("missing", range(len(WHOLE)))
def test_every_document_is_needed(missing: int) -> None:
    """An answer without one of its parts is no answer."""
    with pytest.raises(ReadError):
        read(*WHOLE[:missing], *WHOLE[missing + 1 :])


@pytest.mark.parametrize("end", range(len(WHOLE)))
def test_an_answer_that_is_cut_is_an_error(end: int) -> None:
    """Site, carrier and what to do; nothing is concluded from what came."""
    sentence = r"Drupal of site avc \(in its DDEV project\) is cut: nothing was.* Try again"
    with pytest.raises(IncompleteRead, match=sentence):
        read(*WHOLE[:end])


@pytest.mark.parametrize("what", TRAILER["counts"])
def test_rows_that_are_lost_are_missed(what: str) -> None:
    """Rows of each kind are counted where they were said."""
    for counts in ({**TRAILER["counts"], what: 9}, {**TRAILER["counts"]}):
        if counts[what] != 9:
            del counts[what]
        with pytest.raises(IncompleteRead, match=rf"gave \d+ {what} and counts (9|None)"):
            read(*WHOLE[:-1], {**TRAILER, "counts": counts})


def test_a_guild_that_is_only_counted_is_missed_by_a_look() -> None:
    """Guilds without a snapshot have no policy to notice: the look itself does."""
    parts = [*LOOK[:-2], {"kind": "counts", "guilds": 2}, TRAILER]
    with pytest.raises(IncompleteRead, match="gave 1 guilds and counts 2"):
        avc(*parts).guilds()


@pytest.mark.parametrize(
    "part",
    [{"kind": "surprise"}, {**GUILDS, "more": 1}, {**GUILDS, "rows": [[1]]}, HELLO, {"kind": "x"}],
)
def test_what_is_no_document_is_an_error(part: dict[str, Any]) -> None:
    """Nothing unknown is passed over: it may be what mattered."""
    with pytest.raises(UnexpectedAnswer, match=r"Drupal of site avc .*does not know"):
        read(HELLO, part)


def test_a_site_without_a_uuid() -> None:
    """Nobody would know whose cohorts they are."""
    with pytest.raises(UnexpectedAnswer, match=r"no site UUID .*`system.site`"):
        read(HELLO, {**FACTS, "uuid": ""}, *WHOLE[2:])


REFUSED: dict[str, tuple[type[ReadError], str]] = {
    "no-drupal": (SiteUnreachable, "finds no Drupal from /srv.*nwp.yml"),
    "no-settings": (SiteUnreachable, "no database in its settings.php.*`drush status`"),
    "no-database": (SiteUnreachable, "does not reach its database: /srv. Start the"),
    "not-installed": (SiteUnreachable, "cannot start Drupal.*`drush status`"),
    "no-group": (UnexpectedAnswer, "module group is not enabled.*nwp.yml"),
    "no-guilds": (UnexpectedAnswer, "no group type `guild`.*nwp.yml"),
    "no-group-roles": (UnexpectedAnswer, r"no field `group_roles`.*\(/srv\).*updatedb"),
    "maintenance": (SiteUnreachable, "is in maintenance mode. Try again when"),
    "not-utf8": (UnexpectedAnswer, "is not UTF-8, in /srv. Mend it there"),
    "database": (UnexpectedAnswer, "of the kind `/srv`.*PostgreSQL"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_refusal_says_why_and_what_to_do(why: str) -> None:
    """Instead of an answer, or after the hello; with the site and the carrier."""
    error, sentence = REFUSED[why]
    for parts in ([], [HELLO]):
        with pytest.raises(error, match=sentence) as raised:
            read(*parts, {"kind": "refused", "why": why, "detail": "/srv."})
        assert "site avc (in its DDEV project)" in str(raised.value)


def test_the_drivers_advice_is_left_out() -> None:
    """Drupal adds a paragraph to "connection refused"; ours is enough."""
    detail = "SQLSTATE[HY000] [2002] Connection refused [Tip: This message normally means more.] "
    with pytest.raises(SiteUnreachable, match=r"\[2002\] Connection refused\. Start"):
        read({"kind": "refused", "why": "no-database", "detail": detail})


BOX = (
    "In ExceptionHandler.php line 56:",
    "  SQLSTATE[42S02]: Base table or view not  ",
    "  found",
)
TRACE = (
    "#0 [internal function]: x()",
    "#1 {main}",
    " [warning] Drush command terminated abnormally.",
)
ENDED: dict[str, tuple[list[Part], str]] = {
    "a box of Symfony's": (
        [Ended("drush", 1, ("In X.php line 1:", "  other", *BOX))],
        "exit code 1: SQLSTATE.42S02.: Base table or view not found. Try `drush status`",
    ),
    "a stack": (
        [b"ParseError: syntax error in settings.php.\n", Ended("drush", 1, TRACE)],
        "exit code 1: ParseError: syntax error in settings.php. Try",
    ),
    "a fatal error": (
        [Ended("drush", 255, ("PHP Warning: x", "PHP Fatal error:  No core", *TRACE))],
        "exit code 255: PHP Fatal error:  No core. Try",
    ),
    "memory": (
        [Ended("drush", 255, ("PHP Fatal error:  Allowed memory size of 9 bytes exhausted",))],
        "ran out of memory .*Raise memory_limit",
    ),
    "without a word": ([Ended("drush", 1, TRACE)], "exit code 1: without a word. Try"),
    "killed": ([HELLO, Ended("drush", -9, ())], "exit code -9: without a word"),
    "after all": ([*WHOLE, Ended("drush", 1, ("late",))], "exit code 1: late"),
    "not there": (
        [Ended("drush", 127, ("bash: line 1: vendor/bin/drush: No such file or directory",))],
        "cannot be started .*No such file.*composer require drush/drush.*access.drush",
    ),
    "an exception": (
        [HELLO, {"kind": "failed", "message": "Table x is gone."}],
        "stopped: Table x is gone. Try `drush status`",
    ),
    "memory, told": (
        [HELLO, {"kind": "stopped", "message": "Allowed memory size of 9 bytes exhausted"}],
        "ran out of memory .*Raise memory_limit",
    ),
    "a silent exit": ([{"kind": "stopped", "message": ""}], "before Drupal was done, without a"),
}


@pytest.mark.parametrize("case", ENDED)
def test_an_end_that_is_none_is_an_error_with_its_words(case: str) -> None:
    """Drush tells exceptions on standard error alone: its words are in the sentence."""
    parts, sentence = ENDED[case]
    with pytest.raises(ReadError, match=sentence) as raised:
        read(*parts)
    assert "site avc (in its DDEV project)" in str(raised.value)


def test_the_last_lines_are_kept_for_whoever_debugs() -> None:
    """A traceback shows all of standard error's last lines, not only those in the sentence."""
    with pytest.raises(ReadError) as raised:
        read(Ended("drush", 1, ("first", *TRACE)))
    assert raised.value.__notes__ == ["first", *TRACE]


def test_a_carrier_that_fails_is_passed_on() -> None:
    """Its errors name site and remedy already."""
    with pytest.raises(SiteUnreachable, match="ddev start"):
        read(SiteUnreachable("Site avc is stopped. Run ddev start."))


def test_a_record_is_done_when_all_of_it_was_read_back() -> None:
    """Three values for a run that was well, one for another; nothing else is believed."""
    run = SyncRecord(full=True, failed=False)
    done = {"kind": "trailer", "counts": {"values": 3, "people": 0}}
    assert avc(HELLO, done).record(run)
    with pytest.raises(IncompleteRead, match="gave 1 values and counts 3"):
        avc(HELLO, done).record(run.model_copy(update={"failed": True}))
    with pytest.raises(IncompleteRead, match="is cut"):
        avc(HELLO).record(run)
    with pytest.raises(UnexpectedAnswer, match="does not know"):
        avc(HELLO, FACTS, done).record(run)


def test_the_address_is_what_the_carrier_knows() -> None:
    """DDEV knows where people find the site."""
    assert avc().address() == "https://avc.ddev.site"
