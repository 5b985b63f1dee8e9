"""The import contracts name every module: a new one cannot slip past them."""

import re
import tomllib
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parent.parent
SHARED = {"models", "ports", "errors"}
"""What providers may import."""
IMPURE = {
    "cli",
    "commands",
    "config",
    "erasure",
    "journal",
    "journal_reading",
    "lock",
    "next_pl",
    "pl",
    "plan_lines",
    "plan_lint",
    "plan_text",
    "private_files",
    "render",
    "running",
    "state",
    "yaml_text",
}


def contract(name: str) -> dict[str, list[str]]:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    return next(c for c in contracts if c["id"] == name)


def modules() -> set[str]:
    found = {path.stem for path in (ROOT / "reconciler").iterdir() if path.suffix in {"", ".py"}}
    return found - {"__init__", "__main__", "__pycache__", "py"}


def test_providers_see_models_ports_and_errors_only() -> None:
    """Every other module of the core is forbidden to providers."""
    forbidden = contract("providers-see-models-ports-errors")["forbidden_modules"]
    assert {name.removeprefix("reconciler.") for name in forbidden} == modules() - SHARED


def test_every_module_is_pure_or_known_to_do_io() -> None:
    """The core's contract covers all modules but those that talk to the world."""
    pure = contract("core-is-pure")["source_modules"]
    assert {name.removeprefix("reconciler.") for name in pure} == modules() - IMPURE


def test_every_function_that_the_lifecycle_names_exists() -> None:
    """docs/lifecycle.md leads the next engineer to functions that are there."""
    text = (ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8")
    names = set(re.findall(r"`((?:reconciler|providers)(?:\.\w+)+)`", text))
    assert len(names) > 25
    for name in names:
        module, _, rest = name.partition(".")
        found = import_module(module)
        for part in rest.split("."):
            found = getattr(found, part, None) or import_module(f"{found.__name__}.{part}")
