"""What sites may answer, spoilt, and what the providers make of it."""

import json
import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx2

from providers.avc.drush.conversation import drush_php
from providers.avc.drush.site import DrushAvc
from providers.moodle import calls
from providers.moodle.client import Client
from providers.moodle.command_line.conversation import moodle_php
from providers.moodle.command_line.site import CommandLineSite
from providers.moodle.site import WebServiceSite
from reconciler.models.avc import Guild, SyncRecord
from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope
from reconciler.models.settings import SyncSettings
from reconciler.plan_text import as_text, from_text
from reconciler.planner import Sites
from reconciler.reconciliation import SitePair, plan_now
from reconciler.render.plan import plan_lines
from tests.command_line import answer as moodle_says
from tests.command_line import test_writing as moodle_writes
from tests.command_line.playback import HELLO
from tests.drush import test_conversation as drush_says
from tests.fake_moodle import FakeMoodle
from tests.memory_state import MemoryState
from tests.reliability import bad_input_mutations as spoil
from tests.reliability import faults_driver as driver
from tests.reliability import faults_state as state
from tests.reliability.bad_input_files import refuse_told
from tests.reliability.bad_input_world import World
from tests.world import SITE, Community, FakeAvc, account, person

_COHORT = {
    "id": 1,
    "name": "AVC - A",
    "idnumber": "a",
    "visible": 1,
    "theme": "",
    "description": "x",
}
_USER = {
    "id": 3,
    "username": "bob",
    "email": "bob@x.org",
    "auth": "manual",
    "suspended": False,
    "confirmed": True,
    "idnumber": "7",
}
_REFUSED = {"exception": "x", "errorcode": "invalidparameter", "message": "No."}
_WANTED: dict[str, Any] = {"idnumber": "a", "name": "A"}

Ask = Callable[[Client], object]
_QUESTIONS: tuple[tuple[Any, Ask], ...] = (
    ([_COHORT], calls.all_cohorts),
    ([_COHORT], lambda client: calls.cohorts(client, [1])),
    ({"cohorts": [_COHORT], "warnings": []}, calls.system_cohorts),
    ([{"cohortid": 1, "userids": [3, 4]}], lambda client: calls.members(client, [1])),
    ([_USER], lambda client: calls.users(client, "email", ["bob@x.org"])),
    ([_USER], lambda client: calls.shown_accounts(client, "username", ["guest"])),
    ([_COHORT], lambda client: calls.create(client, [_WANTED], _ignored)),
    (None, lambda client: calls.update(client, [_WANTED], _ignored)),
    (
        {"warnings": [{"message": "user id=4 not exists"}]},
        lambda c: calls.add(c, [(1, 4)], _ignored),
    ),
    (None, lambda client: calls.remove(client, [(1, 4)], _ignored)),
    (_REFUSED, lambda client: calls.create(client, [_WANTED, _WANTED], _ignored)),
    ([_COHORT], lambda client: WebServiceSite(client).inspect()),
)
_TYPES = ("application/json", "application/json; charset=utf-8", "text/html", "", "x", "text/plain")
_STATUSES = (200, 200, 200, 200, 200, 200, 301, 403, 404, 429, 500, 503)
_TOKEN = "5ecre7f00d5ecre7f00d5ecre7f00d00"


def _ignored(_wanted: object, _error: object) -> None:
    """A refusal is no failure of a batch."""


def web_answer(_world: World, random: Random) -> None:
    """One call whose answer is spoilt; no error repeats the token."""
    body, ask = random.choice(_QUESTIONS)
    content = _spoilt(body, random)
    kind = _TYPES[0] if random.random() < 0.9 else random.choice(_TYPES)
    status = random.choice(_STATUSES)

    def answer(_request: httpx2.Request) -> httpx2.Response:
        headers = {"content-type": kind, "date": _date(random)}
        return httpx2.Response(status, content=content, headers=headers)

    transport = httpx2.MockTransport(answer)
    client = Client(
        "https://m.example", _TOKEN, timeout=5, transport=transport, pause=lambda _: None
    )
    try:
        ask(client)
    except Exception as error:
        refuse_told(error, _TOKEN)
        raise


def _date(random: Random) -> str:
    return random.choice(
        ("Wed, 25 Nov 2026 20:00:00 GMT", "", "x", "Wed, 99 Nov 99999 99:99:99 GMT")
    )


def _spoilt(body: Any, random: Random) -> bytes:
    text = json.dumps(body)
    match random.randrange(10):
        case 0 | 1 | 2:
            return spoil.spoilt_bytes(text.encode(), random)
        case 3 | 4:
            return spoil.spoilt_tokens(text, random).encode("utf-8", "surrogatepass")
        case 5:
            deep = random.choice((50, 900, 200_000))
            return ("[" * deep + "]" * random.choice((0, deep))).encode()
        case _:
            found = spoil.as_json(spoil.spoilt_structure(body, random))
            return found.encode("utf-8", "surrogatepass")


def web_sync(world: World, random: Random) -> None:
    """A whole sync in which one answer is spoilt: nothing is written that is not due."""
    world.fresh()
    before = world.tables()
    spoilt_call = world.moodle.calls + random.randint(1, 25)
    answer = world.moodle._answer

    def spoiling(request: httpx2.Request) -> httpx2.Response:
        response = answer(request)
        if world.moodle.calls != spoilt_call:
            return response
        content = _spoilt(json.loads(response.text), random)
        return httpx2.Response(200, content=content, headers={"content-type": "application/json"})

    world.moodle._answer = spoiling  # type: ignore[method-assign]
    try:
        ended = driver.sync(world.pair(), state.Scope(), lambda: None, acknowledge=True)
    finally:
        world.moodle._answer = answer  # type: ignore[method-assign]
    world.foreign(before)
    if ended.error:
        raise ended.error


@dataclass
class Says:
    """Implements ``providers.carriers.carrier.Carrier``: answers with these lines."""

    lines: Sequence[bytes]
    words: str = "on this machine"

    def run(
        self, _arguments: Sequence[str], program: bytes, *, silence: float
    ) -> Generator[bytes, None, None]:
        """Lines that start with a blank get the run's nonce in front."""
        assert silence
        nonce = re.search(rb"const NONCE = '(\w+)';", program)
        assert nonce
        for line in self.lines:
            yield nonce[1] + line if line.startswith(b" ") else line

    def holds(self, _path: str) -> bool | None:
        """It cannot tell."""
        return None

    def address(self) -> str | None:
        """It has none."""
        return None


def _lines(documents: Sequence[Any], random: Random) -> list[bytes]:
    """What PHP says, one document or line of it spoilt."""
    found = [f" {json.dumps(document)}\n".encode() for document in documents]
    place = random.randrange(len(found))
    match random.randrange(10):
        case 0:
            found[place] = b" " + spoil.spoilt_bytes(found[place], random)
        case 1:
            told = spoil.spoilt_tokens(json.dumps(documents[place]), random)
            found[place] = f" {told}\n".encode("utf-8", "surrogatepass")
        case 2:
            found[place:place] = [found[random.randrange(len(found))]]
        case 3:
            del found[place]
        case 4:
            del found[place:]
            found.append(random.choice((b"", b" ", b" {", b"Segmentation fault\n", b"\xff\n")))
        case 5:
            found[place:place] = [random.choice((b"PHP Warning: x\n", b"\x00\n", b"a" * 100_000))]
        case _:
            spoilt = spoil.spoilt_structure(documents[place], random)
            found[place] = f" {spoil.as_json(spoilt)}\n".encode("utf-8", "surrogatepass")
    return found


_LOOK: dict[str, Any] = {
    "kind": "look",
    "issuers": [[1, "AVC", "https://avc.example", "sub"]],
    "cohortrole": True,
    "on_removal": "unenrol",
    "idnumber_locked": {"manual": True},
    "writable": True,
    "clock": 7,
}
_MARKED = f"<p>Kept by avc-moodle-sync for AVC {SITE}, guild a (uuid-1).</p>"
_COHORTS = {"kind": "cohorts", "rows": [[7, "AVC - A", "a", _MARKED, True, True, ""]]}
_MOODLE = tuple(_COHORTS if said is moodle_says.COHORT else said for said in moodle_says.WHOLE)
_MOODLE_TASKS: tuple[tuple[Sequence[Any], str], ...] = (
    (_MOODLE, "plan"),
    (_MOODLE, "plan"),
    ((HELLO, _LOOK, {"kind": "trailer", "counts": {"looks": 1}}), "inspect"),
    (
        (
            HELLO,
            {"kind": "enrolments", "rows": [[3, 5, 7]]},
            {"kind": "trailer", "counts": {"enrolments": 1}},
        ),
        "enrolments",
    ),
    (moodle_writes.WHOLE, "write"),
)


def moodle_php_answer(_world: World, random: Random) -> None:
    """A spoilt answer of Moodle's PHP, read, planned from and shown."""
    documents, task = random.choice(_MOODLE_TASKS)
    php = moodle_php(Says(_lines(documents, random)), "ss")
    moodle = CommandLineSite(php, "/srv/moodle")
    match task:
        case "plan":
            _planned(SitePair(_NAMES, FakeAvc(_PEOPLE), moodle, _SETTINGS, MemoryState(), "x"))
        case "inspect":
            moodle.inspect()
        case "enrolments":
            moodle.enrolments(frozenset({3}), frozenset({5}))
        case _:
            list(moodle.write(moodle_writes.STEPS, moodle_writes.RUN))
            moodle.read_back([step.operation for step in moodle_writes.STEPS])


_SCOPES: tuple[Scope, ...] = (
    FullScope(),
    GuildScope(uuid="group-1", name="web"),
    UserScope(uid=2),
)


def drush_answer(_world: World, random: Random) -> None:
    """A spoilt answer of Drush, read, planned from and shown."""
    task = random.choice(("plan", "plan", "look", "record"))
    documents: Sequence[Any] = drush_says.LOOK if task == "look" else drush_says.WHOLE
    if task == "record":
        documents = (drush_says.HELLO, {"kind": "trailer", "counts": {"values": 1}})
    avc = DrushAvc(drush_php(Says(_lines(documents, random)), "avc"))
    match task:
        case "plan":
            pair = SitePair(_NAMES, avc, _moodle(), _SETTINGS, MemoryState(), "x")
            _planned(pair, random.choice(_SCOPES))
        case "look":
            avc.inspect()
            avc.guilds()
        case _:
            avc.record(SyncRecord(full=True, failed=True))


def _planned(pair: SitePair, scope: Scope | None = None) -> None:
    plan = plan_now(pair, scope or FullScope()).plan
    assert from_text(as_text(plan, "plan.json"), "plan.json") == plan
    "\n".join(plan_lines(plan)).encode()


def _moodle() -> FakeMoodle:
    return FakeMoodle({1: account(1), 2: account(2, email="e@x")})


_NAMES = Sites("avc", "ss")
_SETTINGS = SyncSettings(avc_url="https://avc.example")
_GUILD = Guild(id=1, uuid="uuid-1", label="A", alias="a")
_PEOPLE = Community((_GUILD,), (person(3, mail="bob@x.org"),), {1: frozenset({3})})
