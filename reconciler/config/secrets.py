"""Tokens and passwords: from the environment, else from .secrets.yml beside nwp.yml."""

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler.errors import ConfigError
from reconciler.yaml_text import load_plain

FILE = ".secrets.yml"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
"""Of an access list, too: its widest entry shows as the group's bits."""


def variable(site: str, key: str) -> str:
    """The environment variable of a secret: RECONCILER_SS_TOKEN for the token of site ss."""
    return re.sub(r"[^A-Z0-9]", "_", f"RECONCILER_{site}_{key}".upper())


def secret(directory: Path, site: str, key: str) -> str | None:
    """A secret of a site; None where there is none. The file is opened only when the environment
    has no such secret.

    Raises ConfigError for a file that cannot be read, or that others than its owner can.
    """
    given = os.environ.get(variable(site, key))
    if given:
        return given
    file = directory / FILE
    document = _document(file)
    for part in ("sites", site, key):
        if document is None:
            return None
        if not isinstance(document, Mapping):
            raise ConfigError(f"has to hold sites: {site}: {key}: …", str(file))
        document = document.get(part)
    if document is not None and not isinstance(document, str):
        raise ConfigError(f"sites: {site}: {key}: has to be text: put it in quotes", str(file))
    return document


def _document(file: Path) -> Any:
    """What the file holds; None where there is none."""
    try:
        with file.open(encoding="utf-8") as opened:
            # Of what was opened, not of what has its name by now.
            mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
            if mode & _OTHERS:
                raise ConfigError(
                    f"others than its owner may read or write it (mode {mode:04o}), and it holds"
                    f" secrets. Run: chmod 600 {file}",
                    str(file),
                )
            text = opened.read()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        # Not as its cause: it would hold the text.
        raise ConfigError("is no UTF-8 text", str(file)) from None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", str(file)) from error
    return load_plain(text, str(file), secret=True)
