"""Both embedded sites together: what the entry point ``sandbox`` stands for."""

import secrets
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import cast, get_args

from providers.sandbox import projects
from providers.sandbox.avc import changes as avc_changes
from providers.sandbox.avc.community import Community
from providers.sandbox.avc.community import create as create_avc
from providers.sandbox.moodle.answers import Release
from providers.sandbox.moodle.store import connect, read_settings
from providers.sandbox.moodle.store import create as create_moodle
from providers.sandbox.moodle.wsgi import SandboxMoodle
from reconciler.errors import ConfigError

AVC_FILE = "avc.sqlite"
MOODLE_FILE = "moodle.sqlite"
CONFIGURATION = "nwp.yml"
TOKEN = "sandbox"  # noqa: S105 - opens nothing but an invented site on this machine
GUEST_AND_ADMIN = (
    {"id": 1, "username": "guest", "email": "root@localhost"},
    {"id": 2, "username": "moodleadmin", "email": "moodleadmin@example.invalid"},
)

_NWP = """\
# A sandbox: two invented sites. Try: pl avc-moodle-sync avc ss --full --dry-run
recipes:
  avc:
    moodle_integration:
      role_mapping: {guild_admin: manager, guild_mentor: teacher, guild_member: student}
  m: {type: moodle}
sites:
  avc:
    recipe: avc
    access: {via: sql, database: "sqlite:///avc.sqlite"}
    moodle_integration:
      enabled: true
      moodle_site: ss
  ss:
    recipe: m
    access: {via: sandbox, file: moodle.sqlite}
"""

_NO_SANDBOX = "{} holds no sandbox: reconciler sandbox create DIR"


class Sandbox:
    """Implements ``reconciler.ports.SandboxSites``."""

    def create(
        self,
        directory: str,
        *,
        guilds: int,
        users: int,
        members: int,
        seed: int,
        release: str,
        ddev: bool,
    ) -> None:
        """See the port."""
        if release not in get_args(Release):
            known = " and ".join(get_args(Release))
            raise ConfigError(f"no Moodle {release} was recorded: there are {known}")
        recorded = cast("Release", release)
        place = Path(directory)
        avc, moodle = (projects.AVC, projects.MOODLE) if ddev else ("", "")
        avc_file, moodle_file = place / avc / AVC_FILE, place / moodle / MOODLE_FILE
        for file in (avc_file, moodle_file, place / CONFIGURATION):
            if file.exists():
                taken = file.relative_to(place)
                raise ConfigError(f"{directory} has {taken} already: take an empty directory")
            file.parent.mkdir(parents=True, exist_ok=True)
        community = create_avc(avc_file, guilds=guilds, users=users, members=members, seed=seed)
        # What is remembered of a Moodle is kept by its address: each has one of its own.
        url = f"https://ss-{secrets.token_hex(3)}.sandbox.example"
        _create_moodle(moodle_file, community, recorded, url)
        if ddev:
            projects.write_projects(place, avc_file, moodle_file)
        text = projects.NWP if ddev else _NWP
        (place / CONFIGURATION).write_text(text, encoding="utf-8")

    def change(self, directory: str, changes: Sequence[tuple[str, str, str]]) -> tuple[str, ...]:
        """See the port."""
        place = Path(directory)
        for avc, moodle in (("", ""), (projects.AVC, projects.MOODLE)):
            avc_file, moodle_file = place / avc / AVC_FILE, place / moodle / MOODLE_FILE
            if avc_file.exists():
                return avc_changes.change(avc_file, changes, partial(_description, moodle_file))
        raise ConfigError(_NO_SANDBOX.format(directory))

    def serve(self, directory: str, port: int, ready: Callable[[str, str], None]) -> None:
        """See the port."""
        from werkzeug.serving import make_server  # noqa: PLC0415 - only serving pays for it

        file = Path(directory) / MOODLE_FILE
        if not file.exists():
            raise ConfigError(_NO_SANDBOX.format(directory))
        with connect(file) as db:
            token = read_settings(db).token
        try:
            server = make_server("127.0.0.1", port, SandboxMoodle(file), threaded=True)
        except (OSError, SystemExit) as error:
            raise ConfigError(f"port {port} on 127.0.0.1 cannot be had: take another") from error
        ready(f"http://127.0.0.1:{server.server_port}", token)
        try:
            server.serve_forever()
        finally:
            server.server_close()


def _description(file: Path, idnumber: str) -> str:
    """Of the Moodle's cohorts with this idnumber; empty where there is none."""
    try:
        with connect(file) as db:
            rows = db.execute("SELECT description FROM cohort WHERE idnumber = ?", (idnumber,))
            return "".join(description or "" for (description,) in rows)
    except (FileNotFoundError, sqlite3.Error) as error:
        raise ConfigError(f"{file} is no sandbox's Moodle ({error})") from error


def _create_moodle(file: Path, community: Community, release: Release, url: str) -> None:
    """Everybody but AVC's first account has a Moodle account, made when they first logged in."""
    people = (
        {"id": person.uid + 1, "username": person.name, "email": person.mail, "auth": "oauth2"}
        for person in community.people
        if person.uid > 1
    )
    create_moodle(
        file,
        release=release,
        token=TOKEN,
        accounts=[*GUEST_AND_ADMIN, *people],
        wwwroot=url,
    )
