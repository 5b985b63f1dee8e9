"""Tokens and passwords: from the environment, else from .secrets.yml beside nwp.yml."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from reconciler.errors import ConfigError
from reconciler.yaml_text import load_plain

FILE = ".secrets.yml"


def variable(site: str, key: str) -> str:
    """The environment variable of a secret: RECONCILER_SS_TOKEN for the token of site ss."""
    return re.sub(r"[^A-Z0-9]", "_", f"RECONCILER_{site}_{key}".upper())


def secret(directory: Path, site: str, key: str) -> str | None:
    """A secret of a site; None where there is none. Raises ConfigError for an unreadable file."""
    given = os.environ.get(variable(site, key))
    if given:
        return given
    file = directory / FILE
    if not file.exists():
        return None
    try:
        document = load_plain(file.read_text(encoding="utf-8"), str(file), secret=True)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("cannot be read", str(file)) from error
    for part in ("sites", site, key):
        if not isinstance(document, Mapping):
            raise ConfigError(f"has to hold sites: {site}: {key}: …", str(file))
        document = document.get(part)
        if document is None:
            return None
    if not isinstance(document, str):
        raise ConfigError(f"sites: {site}: {key}: has to be text: put it in quotes", str(file))
    return document
