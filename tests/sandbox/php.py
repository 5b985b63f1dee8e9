"""PHP for the tests: what is needed of it, and small programs run in a stand-in."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

_NEEDED = {"intl", "mbstring", "posix", "sqlite3"}
_START = "<?php define('CLI_SCRIPT', true); require getcwd() . '/config.php';\n"


def required_php() -> str:
    """The PHP program. Without one that does: the test is skipped, in CI it fails."""
    program = shutil.which("php")
    missing = _NEEDED - _modules(program) if program else {"php"}
    if program and not missing:
        return program
    message = f"{', '.join(sorted(missing))} is not installed: .ci/run installs PHP's packages"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def _modules(program: str) -> set[str]:
    listed = subprocess.run([program, "-m"], capture_output=True, text=True, check=True)
    return set(listed.stdout.lower().split())


def run(program: str, code: str, directory: Path) -> "subprocess.CompletedProcess[str]":
    """PHP code, run over standard input as our program is."""
    return subprocess.run(
        [program], input=code, capture_output=True, text=True, check=False, cwd=directory
    )


def told(program: str, code: str, directory: Path) -> Any:
    """What PHP code returns after the bootstrap of a Moodle's root, by way of JSON."""
    wrapped = f"echo json_encode((static function () {{ global $CFG, $DB; {code} }})());"
    ran = run(program, _START + wrapped, directory)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads(ran.stdout)
