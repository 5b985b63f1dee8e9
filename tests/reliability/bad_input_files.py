"""Plan files, nwp.yml and .secrets.yml that somebody spoilt, and what the program makes of them."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from pydantic import ValidationError

from providers.avc.drush.site import DrushAccess
from providers.avc.site import SqlAccess
from providers.moodle.command_line.site import CommandLineAccess
from providers.moodle.site import WebServiceAccess
from reconciler.commands.files import read_plan
from reconciler.config.nwp import VARIABLE
from reconciler.config.secrets import secret
from reconciler.config.sites import Access, describe_pair
from reconciler.models.plan import Plan
from reconciler.operations import operations
from reconciler.plan_file import digest, plan_from
from reconciler.plan_text import as_text, from_text
from reconciler.render.plan import plan_lines
from reconciler.yaml_text import load_plain
from tests.reliability import bad_input_mutations as spoil
from tests.reliability import faults_driver as driver
from tests.reliability import faults_state as state
from tests.reliability.bad_input_world import World

EXAMPLES = Path(__file__).parents[2] / "plans" / "examples"
NWP = """\
recipes:
  avc: &avc
    moodle_integration:
      role_mapping: {guild_admin: manager, guild_mentor: teacher, guild_member: student}
  m: {type: moodle}
sites:
  avc:
    recipe: avc
    access: {via: sql, database: "mysql://u@127.0.0.1:1/avc", prefix: d_}
    moodle_integration:
      enabled: true
      moodle_site: ss
      moodle_url: https://ss.example
      role_sync: true
      sync:
        matching: [link, email]
        trust_idnumber: false
        strangers: keep
        guild_names: {2aaf2f3d-e1c7-4f50-a6f2-a498aceb1ddc: web-dev}
        roles_by: {teacher: course-enrolment}
        allow_privileged_roles: [manager]
        guards: {removals: 20 or 10%, archives: 1, protected_people: [3, ada]}
        hold:
        - {guild: web-dev, user: 5, until: 2099-12-31}
  ss:
    recipe: m
    directory: sites/ss
    access: {via: webservice, url: "https://ss.example", timeout: 5}
    avc_integration: {avc_url: "https://avc.example"}
"""
SECRETS = 'sites:\n  ss: {token: "0123456789abcdef", password: hunter2}\n  avc: {password: "x y"}\n'
MODELS = (SqlAccess, DrushAccess, CommandLineAccess, WebServiceAccess)


@dataclass(frozen=True)
class Example:
    """A good plan file."""

    name: str
    text: str
    document: Any
    plan: Plan


def examples() -> tuple[Example, ...]:
    """Those that people find in plans/examples, each as YAML and as JSON."""
    found = []
    for path in sorted(EXAMPLES.glob("*.*")):
        plan = from_text(path.read_text(encoding="utf-8"), path.name)
        for name in ("plan.yaml", "plan.json"):
            text = as_text(plan, name)
            document = json.loads(text) if name == "plan.json" else load_plain(text, name)
            found.append(Example(name, text, document, plan))
    return tuple(found)


PLANS = examples()


def spoilt(text: str, document: Any, random: Random, *, json_only: bool = False) -> bytes:
    """A file's bytes, spoilt in one of the ways."""
    way = random.randrange(20)
    if way < 6:
        return spoil.spoilt_bytes(text.encode(), random)
    if way < 12:
        return spoil.spoilt_tokens(text, random).encode("utf-8", "surrogatepass")
    if way < 19:
        found = spoil.spoilt_structure(document, random)
        told = spoil.as_json(found) if json_only else spoil.as_yaml(found, random)
        return told.encode("utf-8", "surrogatepass")
    return spoil.bomb(text, random).encode("utf-8", "surrogatepass")


def plan_file(world: World, random: Random) -> None:
    """Read a spoilt plan; one that is believed is the one that was reviewed."""
    json_only = random.random() < 0.65
    example = random.choice([one for one in PLANS if one.name.endswith("json") is json_only])
    file = world.directory / example.name
    file.write_bytes(spoilt(example.text, example.document, random, json_only=json_only))
    plan = read_plan(file)
    assert operations(plan) == operations(example.plan), "a changed plan is believed"


def plan_with_digest(world: World, random: Random) -> None:
    """Apply a plan that somebody changed, digest and all: only what is still due may be done."""
    world.fresh()
    made = driver.plan(world.pair(), state.Scope()).plan
    assert made is not None
    document = json.loads(as_text(made, "plan.json"))
    document["guards"] = []
    if random.random() < 0.2:
        document = spoil.spoilt_structure(document, random)
    else:
        _rewrite(document, random)
    plan = from_text(spoil.as_json(_with_digest(document)), "plan.json")
    list(plan_lines(plan))
    assert from_text(as_text(plan, "plan.yaml"), "plan.yaml") == plan
    world.apply(plan, skip_stale=random.random() < 0.7)


def _rewrite(document: Any, random: Random) -> None:
    """Change what a plan does, so that it stays one: whom, where, what, why."""
    for _ in range(random.randint(1, 3)):
        cohort, other = random.choice(document["cohorts"]), random.choice(document["cohorts"])
        members = cohort["members"]
        match random.randrange(8):
            case 0:
                cohort["cohort"] = random.choice((None, *range(1, 9), 2**40))
            case 1:
                key = random.choice(("uuid", "guild", "cohort", "action", "name", "idnumber"))
                cohort[key] = deepcopy(other[key])
            case 2:
                actions = ("create", "adopt", "update", "archive", "restore", "release", "forget")
                cohort["action"] = random.choice(actions)
            case 3:
                key = random.choice(("name", "idnumber", "description"))
                texts = ("AVC - x", "", "content", "\u202ex", "x" * 300, "<p>", "a\nb", "\x00")
                cohort[key] = {"from": random.choice((None, *texts)), "to": random.choice(texts)}
            case 4:
                cohort["visible"] = {"from": True, "to": random.random() < 0.5}
            case 5 if members:
                member = random.choice(members)
                member["moodle"] = random.choice((1, 2, *range(11, 17), 10**30))
                member["avc"] = random.choice((None, 1, 2, 3, 99))
            case 6 if members:
                random.choice(members)["change"] = random.choice(("add", "remove"))
            case _:
                cohort["members"] = [*members, *deepcopy(other["members"])]


def _with_digest(document: Any) -> Any:
    """With a digest that fits, if it is a plan at all."""
    if not isinstance(document, dict):
        return document
    # The digest of whatever a reader makes of it.
    body = {key: value for key, value in document.items() if key != "digest"}
    try:
        plan_from({**body, "digest": ""}, "plan.json")
    except Exception as error:  # noqa: BLE001 - the reader is asked again, and judged, by the caller
        if "digest" not in str(error):
            return document
    try:
        plan = Plan.model_validate({**_scoped(body)})
    except (ValidationError, ValueError, TypeError):
        return document
    return {**body, "digest": digest(plan)}


def _scoped(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "scope": {"kind": "full"}} if body.get("scope") == "full" else body


def nwp_file(world: World, random: Random) -> None:
    """Read a spoilt nwp.yml, as far as it goes without asking a site."""
    file = world.directory / "nwp.yml"
    file.write_bytes(spoilt(NWP, _NWP, random))
    with _configured(file):
        described = describe_pair("avc", "ss")
        _ = described.known, described.moodle_by_php
        for entry, usual in ((described.avc, SqlAccess), (described.moodle, WebServiceAccess)):
            access = Access(entry, "https://ss.example")
            _ = access.site_directory
            access.options(random.choice((usual, usual, usual, *MODELS)))


def secrets_file(world: World, random: Random) -> None:
    """Read a secret from a spoilt .secrets.yml; no error repeats one."""
    file = world.directory / ".secrets.yml"
    file.write_bytes(spoilt(SECRETS, _SECRETS, random))
    file.chmod(0o600)
    try:
        secret(world.directory, random.choice(("ss", "avc")), random.choice(("token", "password")))
    except Exception as error:
        refuse_told(error, "hunter2", "0123456789abcdef")
        raise


def refuse_told(error: Exception, *secrets: str) -> None:
    """Raise AssertionError when an error repeats a secret."""
    if any(one in str(error) for one in secrets):
        raise AssertionError("a secret is told") from error


@contextmanager
def _configured(file: Path) -> Iterator[None]:
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = str(file)
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


_NWP = load_plain(NWP.replace("2099-12-31", '"2099-12-31"'), "nwp.yml")
_SECRETS = load_plain(SECRETS, ".secrets.yml")
