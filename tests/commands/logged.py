"""What a run says on standard error with ``--log-format json``."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema

from tests.two_sites import Ran

SCHEMA = Path(__file__).parent.parent.parent / "plans" / "log.schema.json"
JSON = "--log-format=json"
SYNC = ("sync", "avc", "ss", JSON)
NAMED = re.compile("zz[a-z]|[.]org")
"""What all names and addresses of people have here, and nothing else does."""


def lines(ran: Ran) -> list[dict[str, Any]]:
    """Every line of standard error, valid and free of names."""
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    found = [json.loads(line) for line in ran.err.splitlines()]
    for line in found:
        validator.validate(line)
    assert not NAMED.search(ran.err)
    assert ran.err.isascii()
    assert [line["step"] for line in found].count("done") == 1
    assert found[-1]["step"] == "done"
    assert found[-1]["exit_code"] == ran.code
    return found
