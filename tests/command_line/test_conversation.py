"""What of PHP's output is believed, and what is an error: cuts, noise, wrong counts."""

from collections.abc import Sequence
from typing import Any

import pytest

from reconciler.errors import IncompleteRead, ReadError
from reconciler.models.moodle import OTHER_WAY, Grant, Link, MoodleQuery, MoodleSnapshot
from tests.command_line.answer import COHORT, MEMBERS, QUERY, TRAILER, WHOLE, read
from tests.command_line.playback import HELLO, SITE, Part, Playback, site


def test_a_whole_answer_is_a_snapshot() -> None:
    """Each document ends up where it belongs."""
    moodle, carrier = site(*WHOLE)
    snapshot = moodle.read(QUERY)
    assert snapshot.url == "https://ss.example.org"
    assert snapshot.release == "4.5.6 (Build: 20250811)"
    assert [cohort.idnumber for cohort in snapshot.cohorts] == ["a"]
    assert snapshot.members == {7: {3, 4}}
    assert snapshot.accounts[3].links == (Link(1, "77"), Link(2, "78"))
    assert snapshot.accounts[3].idnumber_locked
    assert snapshot.accounts[4].suspended
    assert not snapshot.accounts[4].confirmed
    assert snapshot.everybody
    assert snapshot.roles is not None
    assert snapshot.roles.assignments == {
        Grant(cohort=7, role=5, component="local_cohortrole"): {3, 4}
    }
    assert snapshot.roles.definitions is None
    assert carrier.closed == 1
    assert "ss: 1 PHP processes" in moodle.traffic()


def test_rows_may_come_in_several_documents() -> None:
    """Long lists are said in parts."""
    more = {**COHORT, "rows": [[8, "AVC - B", "b", "", True, False, ""]]}
    rest = {**MEMBERS, "accounts": [5]}
    counts = {**TRAILER["counts"], "cohorts": 2, "members": 3}
    parts = (*WHOLE[:2], more, MEMBERS, rest, *WHOLE[3:-1], {**TRAILER, "counts": counts})
    snapshot = site(*parts)[0].read(QUERY)
    assert [cohort.id for cohort in snapshot.cohorts] == [7, 8]
    assert snapshot.members == {7: {3, 4, 5}}


_NOISE = [
    b"PHP Warning:  Undefined variable $x in config.php on line 3\n",
    b"\n",
    b"\xff\xfe no UTF-8\n",
    b'{"kind": "trailer", "counts": {}}\n',
    b'0123456789abcdef {"kind": "refused", "why": "locked"}\n',
    b"x" * 100_000 + b"\n",
]


@pytest.mark.parametrize("noise", _NOISE)
def test_what_others_print_is_not_ours(noise: bytes) -> None:
    """Warnings, and documents without this run's nonce, before, between and after ours."""
    parts: list[Part] = [noise]
    for document in WHOLE:
        parts += [document, noise]
    assert site(*parts)[0].read(QUERY) == site(*WHOLE)[0].read(QUERY)


@pytest.mark.parametrize("missing", range(len(WHOLE)))
def test_a_document_that_is_missing_is_an_error(missing: int) -> None:
    """Of a whole answer, every document is needed."""
    parts = [*WHOLE[:missing], *WHOLE[missing + 1 :]]
    with pytest.raises(ReadError):
        read(*parts)


@pytest.mark.parametrize("end", range(len(WHOLE)))
def test_an_answer_that_ends_early_is_an_error(end: int) -> None:
    """Without the trailer nothing is believed, whatever PHP's exit code."""
    with pytest.raises(IncompleteRead, match=r"of site ss \(on this machine\) is cut.*Try again"):
        read(*WHOLE[:end])


def test_the_last_words_are_in_the_error() -> None:
    """What PHP said last is what somebody can act on."""
    with pytest.raises(IncompleteRead, match="The last that PHP said: disk full"):
        read(HELLO, b"PHP Notice: no\n", b"disk full.\n")


def test_a_line_that_is_cut_is_no_document() -> None:
    """Not even when what is left of it could be one."""
    moodle, carrier = site(*WHOLE[:-1])
    nonce_of = Playback.run

    def cut(*arguments: Any, **options: Any) -> Any:
        for line in nonce_of(*arguments, **options):
            yield line
        nonce = line.split(b" ")[0]
        yield nonce + b' {"kind": "trailer", "counts": {"cohorts": 1}}'

    carrier.run = cut.__get__(carrier)  # type: ignore[method-assign]
    with pytest.raises(IncompleteRead, match="is cut"):
        moodle.read(QUERY)


@pytest.mark.parametrize("what", TRAILER["counts"])
def test_a_count_that_differs_is_an_error(what: str) -> None:
    """Rows that the database counts and that did not come, or the other way round."""
    counts = {**TRAILER["counts"], what: TRAILER["counts"][what] + 1}
    with pytest.raises(IncompleteRead, match=rf"gave \d+ {what} and counts \d+.*Try again"):
        read(*WHOLE[:-1], {**TRAILER, "counts": counts})
    del counts[what]
    with pytest.raises(IncompleteRead, match=f"{what} and counts None"):
        read(*WHOLE[:-1], {**TRAILER, "counts": counts})


@pytest.mark.parametrize(
    "cohorts",
    [
        {"kind": "cohorts", "rows": [[7, "AVC - A", "a", "no more", True, True, ""]]},
        {"kind": "cohorts", "rows": [[7, "AVC - A", "a", "marked", True, False, ""]]},
    ],
    ids=["members of too many", "of a category's cohort"],
)
def test_members_of_other_cohorts_than_wanted_are_an_error(cohorts: dict[str, Any]) -> None:
    """The decision is taken on both sides: an absence is no emptiness."""
    with pytest.raises(IncompleteRead, match="left out a part"):
        read(HELLO, cohorts, *WHOLE[2:])


SOUGHT = QUERY.model_copy(update={"everybody": False, "only_sought": True})
SIZES = {"kind": "sizes", "rows": [[7, 40]]}


def some(query: MoodleQuery, *parts: Part, **counts: int) -> MoodleSnapshot:
    """What a site says that has two of forty members of cohort 7 to tell, in the end these."""
    found = {"cohorts": 1, "members": 2, "sizes": 40, "accounts": 0, "links": 0, "assignments": 0}
    end = {"kind": "trailer", "counts": found | counts}
    return site(HELLO, *parts, SITE, end)[0].read(query)


def test_members_who_were_not_sought_are_numbers() -> None:
    """Of a cohort that none of the accounts sought is in, too."""
    more = {**COHORT, "rows": [[8, "AVC - B", "b", "marked", True, True, ""]]}
    sizes = {**SIZES, "rows": [[7, 40], [8, 3]]}
    snapshot = some(SOUGHT, COHORT, more, MEMBERS, sizes, cohorts=2, sizes=43)
    assert snapshot.members == {7: {3, 4}, 8: frozenset()}
    assert snapshot.sizes == {7: 40, 8: 3}


_HALVES: dict[str, tuple[MoodleQuery, Sequence[Part], dict[str, int], str]] = {
    "no size": (SOUGHT, (COHORT, MEMBERS), {}, "0 sizes and counts 40"),
    "no size of nobody": (SOUGHT, (COHORT,), {"members": 0, "sizes": 0}, "left out a part"),
    "another size": (
        SOUGHT,
        (COHORT, MEMBERS, {**SIZES, "rows": [[7, 39]]}),
        {},
        "39 sizes and counts 40",
    ),
    "no memberships": (SOUGHT, (COHORT, SIZES), {}, "0 members and counts 2"),
    "memberships elsewhere": (
        SOUGHT,
        (COHORT, {**MEMBERS, "cohort": 9}, SIZES),
        {},
        "left out a part",
    ),
    "sizes elsewhere": (
        SOUGHT,
        (COHORT, MEMBERS, {**SIZES, "rows": [[7, 37], [9, 3]]}),
        {},
        "left out a part",
    ),
    "sizes for members": (QUERY, (COHORT, SIZES), {"members": 0}, "left out a part"),
}


@pytest.mark.parametrize("case", _HALVES)
def test_a_part_of_memberships_or_sizes_is_an_error(case: str) -> None:
    """Removals hang on memberships, and guards on sizes."""
    query, parts, counts, sentence = _HALVES[case]
    with pytest.raises(IncompleteRead, match=sentence):
        some(query, *parts, **counts)


def test_enrolments_are_told_by_what_they_hang_on() -> None:
    """By account and course; cohorts, and OTHER_WAY for everything else."""
    rows = [[3, 10, 7], [3, 10, 0], [3, 11, 7], [4, 10, 8]]
    moodle, carrier = site(
        HELLO,
        {"kind": "enrolments", "rows": rows},
        {"kind": "trailer", "counts": {"enrolments": 4}},
    )
    found = moodle.enrolments(frozenset({4, 3}), frozenset({11, 10}))
    assert found == {3: {10: {7, OTHER_WAY}, 11: {7}}, 4: {10: {8}}}
    assert carrier.request == {"accounts": [3, 4], "courses": [10, 11]}


def test_enrolments_that_are_missing_are_an_error() -> None:
    """Who seems to have no other enrolment would lose grades on its strength."""
    moodle, _ = site(HELLO, {"kind": "trailer", "counts": {"enrolments": 1}})
    with pytest.raises(IncompleteRead, match="0 enrolments and counts 1"):
        moodle.enrolments(frozenset({3}), frozenset({10}))


def test_a_look_that_is_missing_is_an_error() -> None:
    """A site that says hello and nothing else has not been looked at."""
    moodle, _ = site(HELLO, {"kind": "trailer", "counts": {"looks": 1}})
    with pytest.raises(IncompleteRead, match="0 looks and counts 1"):
        moodle.inspect()
