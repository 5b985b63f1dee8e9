"""``hold:`` in nwp.yml: what is left alone for a while."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from reconciler.models.base import Model
from reconciler.models.settings import Hold


def _day(value: object) -> object:
    """A date as YAML has it; not one of the many things that could be counted as one."""
    if isinstance(value, datetime) or not isinstance(value, str | date):
        raise ValueError("has to be a day, as 2026-12-31")  # noqa: TRY004 - pydantic's business
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ValueError(f"{value!r} is no day: write it as 2026-12-31") from error


_DIGITS = re.compile("[0-9]+")


def _number(value: object, info: ValidationInfo) -> object:
    if isinstance(value, str):
        fits, wrong = _DIGITS.fullmatch(value) is not None, f"{value!r} is no number"
    else:
        fits = isinstance(value, int) and not isinstance(value, bool)
        wrong = "has to be a whole number"
    if not fits:
        raise ValueError(f"{wrong}: give {_IDS[str(info.field_name)]}")
    return value


_IDS = {
    "user": "AVC's user id, as plans show it (AVC 15)",
    "account": "Moodle's account id, as plans show it (Moodle 201)",
}
_Id = Annotated[int, Field(gt=0, le=2**63 - 1), BeforeValidator(_number)]


class HoldEntry(Model):
    """One entry of the list."""

    guild: str = Field(min_length=1)
    user: _Id | None = None
    account: _Id | None = None
    until: Annotated[date, BeforeValidator(_day)]

    @model_validator(mode="after")
    def _is_of_one(self) -> "HoldEntry":
        if self.user is not None and self.account is not None:
            raise ValueError("names both a user of AVC and an account of Moodle: give one of them")
        return self


def holding(entries: Iterable[HoldEntry]) -> tuple[Hold, ...]:
    """Those that hold today, on this machine's calendar. The last day counts."""
    today = datetime.now().astimezone().date()
    return tuple(
        Hold.model_validate(entry.model_dump()) for entry in entries if entry.until >= today
    )
