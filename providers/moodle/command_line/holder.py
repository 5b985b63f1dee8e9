"""Who holds Moodle's lock, by the word that they have left there."""

from datetime import UTC, datetime

from pydantic import Field, ValidationError

from reconciler.models.base import Model

LONGEST = 200
"""Letters of ``Run.by`` that are left at the site."""

_NOBODY_KNOWN = "is being written to by another run of this program. Try again when that is over."


class Holder(Model):
    """A program that writes."""

    by: str = Field(max_length=LONGEST)
    """As it calls itself, where it was started; perhaps empty."""
    host: str = Field(max_length=LONGEST)
    pid: int
    user: str = Field(max_length=LONGEST)
    """Host, number and user of its PHP, which is the one that holds the lock."""
    scope: str
    since: int = Field(ge=0, lt=2**33)
    """Unix time, by the site's clock."""


def being_written(word: str) -> str:
    """What is said of a site whose lock is held, for its sentence: who, since when, the remedy."""
    try:
        holder = Holder.model_validate_json(word)
    except ValidationError:
        return _NOBODY_KNOWN
    since = datetime.fromtimestamp(holder.since, UTC).astimezone().isoformat(timespec="minutes")
    php = f"PHP process {holder.pid} of {holder.user or 'an unknown user'} on {holder.host}"
    who = f"{holder.by} ({php})" if holder.by else php
    return (
        f"is being written to by {who}, since {since}. Try again when that is over; if it hangs,"
        f" end process {holder.pid} on {holder.host}: Moodle's lock ends with it."
    )
