"""The sandbox answers every call as the Moodle did that it was recorded from."""

from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from providers.sandbox.moodle.answers import Release
from tests.sandbox.asking import RELEASES, TOKEN, ask, new_site, recording

_TOKENS = {"wrong token": "f" * 32, "no token": None}
_CASES = [
    pytest.param(release, line, id=f"{release}-{line + 2}-{call['note'][:40]}")
    for release in RELEASES
    for line, call in enumerate(recording(release)[1])
]


def _params(sent: dict[str, Any] | str) -> Any:
    """What was sent; the long calls are recorded in words."""
    if isinstance(sent, dict):
        return {key: _values(value) for key, value in sent.items()}
    if sent == "1300 members":
        return {"members": [_addition(user) for user in range(3, 1303)]}
    assert sent == "2600 members, bob 2,599 times, then carol"
    return {"members": [{"cohortid": 1, "userid": user} for user in [4] * 2599 + [5]]}


def _values(value: Any) -> Any:
    if value != "6000, ann at 4990, bob at 5990":
        return value
    values = [f"nobody{place}@example.org" for place in range(1, 6001)]
    values[4989], values[5989] = "ann@example.org", "bob@example.org"
    return values


def _addition(user: int) -> dict[str, object]:
    return {"cohorttype": {"type": "id", "value": 1}, "usertype": {"type": "id", "value": user}}


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> dict[Release, list[TestResponse]]:
    """The answers to all calls of a recording, put in order to one fresh site."""
    return {release: _replay(tmp_path_factory.mktemp("site"), release) for release in RELEASES}


def _replay(folder: Path, release: Release) -> list[TestResponse]:
    site = new_site(folder / "moodle.sqlite", release)
    return [
        ask(site, call["function"], _params(call["params"]), _TOKENS.get(call["note"], TOKEN))
        for call in recording(release)[1]
    ]


@pytest.mark.parametrize(("release", "line"), _CASES)
def test_the_answer_is_the_recorded_one(
    replayed: dict[Release, list[TestResponse]], release: Release, line: int
) -> None:
    """Status, type and body of each answer are those of the recorded call."""
    call = recording(release)[1][line]
    answer = replayed[release][line]
    assert (answer.status_code, answer.content_type) == (call["status"], call["type"])
    assert answer.json == call["body"]
    assert list(_keys(answer.json)) == list(_keys(call["body"]))


def _keys(body: Any) -> list[str]:
    """Every key of a document, in order."""
    if isinstance(body, list):
        return [key for item in body for key in _keys(item)]
    if isinstance(body, dict):
        return [key for name, value in body.items() for key in (name, *_keys(value))]
    return []


@pytest.mark.parametrize("release", RELEASES)
def test_a_recording_has_59_calls(release: Release) -> None:
    """No call is lost between the file and the cases."""
    assert len(recording(release)[1]) == 59
