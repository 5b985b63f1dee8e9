"""What whole runs leave behind, print, and show of themselves: no secret, and no part of one."""

import json
import shutil
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import make_url
from werkzeug import Response

from providers.sandbox.moodle.php_site import write_php_site
from providers.sandbox.moodle.wsgi import SandboxMoodle
from tests.avc.support import load, rows_of
from tests.carriers.sshd import Far, far
from tests.databases import PASSWORD as THEIRS
from tests.databases import account as database_account
from tests.databases import created
from tests.sandbox.php import required_php
from tests.secrets.told import PASSWORD, TOKEN, tells
from tests.secrets.whole_runs import Echoing, Watched, serving, two_sites
from tests.two_sites import TwoSites

__all__ = ["far"]

_NWP = """\
sites:
  avc:
    recipe: avc
    access: {{via: sql, database: "{database}"}}
    moodle_integration: {{moodle_site: ss}}
  ss:
    recipe: m
    access: {access}
"""
_SQLITE = "sqlite:///avc.sqlite"


@pytest.fixture
def sites(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> TwoSites:
    found = TwoSites(tmp_path, capsys)
    two_sites(found, TOKEN)
    return found


def _configure(sites: TwoSites, access: str, database: str = _SQLITE) -> None:
    sites.configure(text=_NWP.format(database=database, access=access))
    quoted = TOKEN.replace("'", "''")
    file = sites.directory / ".secrets.yml"
    file.touch(mode=0o600)
    file.write_text(f"sites:\n  ss: {{token: '{quoted}'}}\n  avc: {{password: '{PASSWORD}'}}\n")


def _moodle(sites: TwoSites, echo: Callable[[str], Response] = Response) -> Echoing:
    return Echoing(SandboxMoodle(sites.directory / "moodle.sqlite"), echo)


def test_by_web_services(sites: TwoSites, state_path: Path) -> None:
    """Plan, apply, sync and history: in no file, on no terminal, in no list of processes."""
    watched = Watched(sites.directory)
    with serving(_moodle(sites)) as url:
        _configure(sites, f"{{via: webservice, url: '{url}'}}")
        assert watched.run("plan", "avc", "ss", "-o", "plan.yaml", "--debug") == 0
        assert watched.run("apply", "plan.yaml", "--yes", "--debug") == 0
        sites.in_avc("DELETE FROM group_relationship_field_data WHERE entity_id = 3")
        assert watched.run("sync", "avc", "ss", "--debug") in {0, 1}
        assert watched.run("history", "ss") in {0, 1}
    assert "web-service calls" in watched.said
    assert any("reconciler apply plan.yaml" in seen for seen in watched.seen)
    left = watched.left(sites.directory, state_path)
    assert "plan.yaml" in left
    assert tells(watched.said + left + "".join(watched.seen), TOKEN, PASSWORD) == []


def test_by_command_line_over_ssh(sites: TwoSites, state_path: Path, far: Far) -> None:
    """No program that is started at a site hears of secrets, by arguments or otherwise, though they
    are in the environment of this one.
    """
    root = sites.directory / "sites" / "ss"
    write_php_site(root, sites.directory / "moodle.sqlite")
    heard = sites.directory / "heard.txt"
    php = sites.directory / "listening-php"
    php.write_text(
        f"#!/bin/sh\nps -eo args >> {heard}\nenv >> {heard}\n"
        f'tee -a {heard} | exec {required_php()} "$@"\n'
    )
    php.chmod(0o755)
    access = (
        f"{{via: cli, ssh: far, ssh_config: '{far.config}', directory: '{root}', php: '{php}'}}"
    )
    _configure(sites, access)
    watched = Watched(sites.directory)
    secrets = {"RECONCILER_SS_TOKEN": TOKEN, "RECONCILER_AVC_PASSWORD": PASSWORD}
    assert watched.run("plan", "avc", "ss", "-o", "plan.yaml", "--debug", **secrets) == 0
    assert watched.run("apply", "plan.yaml", "--yes", "--debug", **secrets) == 0
    assert any(seen.startswith("ssh ") for seen in watched.seen)
    assert "cohort_add_member" in heard.read_text()
    left = watched.left(sites.directory, state_path)
    assert tells(watched.said + left + "".join(watched.seen), TOKEN, PASSWORD) == []


def _field(sent: str) -> str:
    return dict(parse_qsl(sent))["wstoken"]


_PLAIN = {"content-type": "text/plain"}
_ECHOES: dict[str, Callable[[str], Response]] = {
    "as text": lambda sent: Response(sent, 500, _PLAIN),
    "its field, cut anywhere": lambda sent: Response("x" * 178 + _field(sent), 400, _PLAIN),
    "as a page": lambda sent: Response(escape(sent), 200, content_type="text/html"),
    "as an exception": lambda sent: Response(
        json.dumps({"exception": "e", "errorcode": _field(sent), "message": f"no: {sent}"}),
        content_type="application/json",
    ),
    "as a bad token": lambda sent: Response(
        json.dumps({"exception": "e", "errorcode": "invalidtoken", "message": _field(sent)}),
        content_type="application/json",
    ),
    "as JSON of another shape": lambda sent: Response(
        json.dumps([{"id": _field(sent), "sent": sent}]), content_type="application/json"
    ),
    "as what is no JSON": lambda sent: Response(
        f"Notice: {_field(sent)}", content_type="application/json"
    ),
    "as where to go": lambda sent: Response(
        status=302, headers={"location": f"http://127.0.0.1/{_field(sent)}?{sent}"}
    ),
    "as a content type": lambda sent: Response("no", 200, {"content-type": f"x/{_field(sent)}"}),
    "as the time": lambda sent: Response("no", 500, {"date": _field(sent), **_PLAIN}),
}


@pytest.mark.parametrize("how", _ECHOES)
def test_a_moodle_that_echoes(
    sites: TwoSites, state_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Whichever call it is of, in reading, writing and reading back: the error is told, and the
    traceback shown, without the token.
    """
    monkeypatch.chdir(sites.directory)
    fresh = sites.directory / "fresh.sqlite"
    shutil.copyfile(sites.directory / "moodle.sqlite", fresh)
    failed = at = 0
    while True:
        shutil.copyfile(fresh, sites.directory / "moodle.sqlite")
        app = _moodle(sites, _ECHOES[how])
        app.at = at
        with serving(app) as url:
            _configure(sites, f"{{via: webservice, url: '{url}', timeout: 5}}")
            ran = sites.reconciler("sync", "avc", "ss", "--debug")
        assert "defect" not in ran.err
        assert tells(ran.out + ran.err, TOKEN) == []
        failed += bool(ran.code)
        if app.calls <= at:
            break
        at += 1
    assert at > 6
    assert failed >= at - 2
    assert tells(Watched(sites.directory).left(sites.directory, state_path), TOKEN) == []


@pytest.fixture
def database(mariadb_url: str) -> Iterator[str]:
    """The URL of an empty database on MariaDB."""
    yield from created(mariadb_url)


def _bare(url: str) -> str:
    return url.replace(f":{THEIRS}@", "@")


def test_a_database_password(
    sites: TwoSites, state_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In .secrets.yml, or in nwp.yml, which is not forbidden: it ends up nowhere else."""
    monkeypatch.setenv("RECONCILER_SS_TOKEN", TOKEN)
    load(database, rows_of("avc"))
    watched = Watched(sites.directory)
    moodle = "{via: sandbox, file: moodle.sqlite}"
    with database_account(database) as reader:
        reader.run(f"GRANT SELECT ON {make_url(database).database}.* TO {reader.name}")
        for url, secret in ((_bare(reader.url), THEIRS), (reader.url, "")):
            _configure(sites, moodle, url)
            given = {"RECONCILER_AVC_PASSWORD": secret}
            plan = watched.run("plan", "avc", "ss", "-o", "plan.yaml", "--debug", **given)
            assert plan == 0, watched.said
    (sites.directory / "nwp.yml").unlink()
    left = watched.left(sites.directory, state_path)
    assert "plan.yaml" in left
    assert tells(watched.said + left + "".join(watched.seen), THEIRS, TOKEN) == []


_BROKEN = {
    "another password": "{url}",
    "no such option": "{url}?no_such_option=1",
    "an option that makes no sense": "{url}?connect_timeout=soon",
    "no server": "mysql://me:{password}@127.0.0.1:1/avc",
    "no host": "mysql://me:{password}@nowhere.invalid/avc",
    "no PostgreSQL": "postgresql://me:{password}@127.0.0.1:1/avc",
    "the password as an option": "mysql://127.0.0.1:1/avc?user=me&password={password}",
    "the same of PostgreSQL": "postgresql://127.0.0.1:1/avc?user=me&password={password}",
    "an option for a file": "mysql://me:{password}@127.0.0.1:1/avc?ssl_ca=/nonexistent",
    "no port": "mysql://me:{password}@127.0.0.1:port/avc",
    "no kind": "oracle://me:{password}@127.0.0.1/avc",
    "no URL": "//me:{password}@127.0.0.1",
    "a broken host": "mysql://me:{password}@[::1/avc",
}


@pytest.mark.parametrize("where", ["avc", "ss"])
@pytest.mark.parametrize("case", _BROKEN)
def test_a_database_that_cannot_be_reached(
    sites: TwoSites, database: str, monkeypatch: pytest.MonkeyPatch, case: str, where: str
) -> None:
    """The password of an address that does not work is in no message, and in no traceback."""
    monkeypatch.chdir(sites.directory)
    password = PASSWORD.replace("/", "%2F").replace("@", "%40").replace("#", "%23")
    url = make_url(database).set(username="nobody", password=PASSWORD)
    written = _BROKEN[case].format(
        url=url.render_as_string(hide_password=False).replace("mysql+pymysql", "mysql"),
        password=password,
    )
    if where == "avc":
        _configure(sites, "{via: sandbox, file: moodle.sqlite}", written)
        ran = sites.reconciler("plan", "avc", "ss", "--debug")
    else:
        with serving(_moodle(sites)) as address:
            _configure(sites, f"{{via: webservice, url: '{address}', database: '{written}'}}")
            ran = sites.reconciler("plan", "avc", "ss", "--debug")
    assert ran.code == 1, ran.out + ran.err
    assert "defect" not in ran.err
    assert tells(ran.out + ran.err, PASSWORD, TOKEN) == []
