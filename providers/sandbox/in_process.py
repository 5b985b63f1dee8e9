"""The sandbox's Moodle without a network: its web services, called in this process."""

import sqlite3
from pathlib import Path
from typing import Literal

import httpx2

from providers.moodle.client import Client
from providers.moodle.site import WebServiceSite
from providers.sandbox.moodle.store import connect as open_store
from providers.sandbox.moodle.store import read_settings
from providers.sandbox.moodle.wsgi import SandboxMoodle
from reconciler.errors import SiteUnreachable
from reconciler.models.base import Model
from reconciler.ports import SiteAccess


class SandboxAccess(Model):
    """``access:`` of a sandbox's Moodle in nwp.yml."""

    via: Literal["sandbox"]
    file: str
    """The site's SQLite file, from nwp.yml's directory."""


def connect(access: SiteAccess) -> WebServiceSite:
    """The sandbox's Moodle. Raises ConfigError, SiteUnreachable when the file is not there."""
    file = Path(access.directory) / access.options(SandboxAccess).file
    try:
        with open_store(file) as db:
            settings = read_settings(db)
    except FileNotFoundError as error:
        raise SiteUnreachable(
            f"Site {access.site}: there is no sandbox in {file}. Make one: reconciler sandbox"
            " create DIR"
        ) from error
    except sqlite3.Error as error:
        raise SiteUnreachable(
            f"Site {access.site}: {file} is no sandbox ({error}). Make one: reconciler sandbox"
            " create DIR"
        ) from error
    transport = httpx2.WSGITransport(app=SandboxMoodle(file))
    token = access.secret("token") or settings.token
    client = Client(settings.wwwroot, token, timeout=60, transport=transport)
    # A copy of a sandbox has its address.
    return WebServiceSite(client, lock_name=str(file.resolve()))
