"""What every PHP program of ours says, a JSON document a line; each has more kinds of its own."""

from typing import Literal

from reconciler.models.base import Model


class Refused(Model):
    """Instead of anything else: the site's state forbids it.

    Each program has its own, which names its reasons.
    """

    kind: Literal["refused"]
    why: str


class Stopped(Model):
    """The last document, when something went wrong: an exception, a fatal error, an exit()."""

    kind: Literal["failed", "stopped"]
    message: str


class Hello(Model):
    """The first document: the site is up, and nothing forbids to work with it."""

    kind: Literal["hello"]


class Trailer(Model):
    """The last document of an answer that is whole: rows of each kind, counted at the site."""

    kind: Literal["trailer"]
    counts: dict[str, int]
