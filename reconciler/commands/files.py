"""Plan files, as the commands read them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from reconciler.models.plan import Plan

PlanFile = Annotated[Path, typer.Argument(metavar="FILE", help="A plan file, YAML or JSON.")]


def read_plan(file: Path) -> "Plan":
    """The plan in a file. Raises PlanFileError."""
    from reconciler.errors import PlanFileError
    from reconciler.plan_text import from_text

    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise PlanFileError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise PlanFileError(f"{file} is no plan file: it is no UTF-8 text.") from error
    return from_text(text, file.name)


def write_plan(file: Path, plan: "Plan") -> None:
    """Write a plan, JSON to ``*.json``, else YAML, as ``write_text`` does. Raises ConfigError."""
    from reconciler.plan_text import as_text

    write_text(file, as_text(stamped(plan), file.name))


def write_text(file: Path, text: str) -> None:
    """Write a file, in UTF-8, and make the directory if it is not there. Raises ConfigError."""
    from reconciler.errors import ConfigError

    try:
        if not file.parent.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", str(file)) from error


def stamped(plan: "Plan") -> "Plan":
    """The plan with the time of now."""
    from datetime import UTC, datetime

    return plan.model_copy(update={"made": datetime.now(UTC).replace(microsecond=0)})
