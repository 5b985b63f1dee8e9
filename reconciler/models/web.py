from reconciler.models.base import Model


class Probe(Model):
    """What came of asking for a page."""

    url: str
    code: int | None = None
    """The HTTP status; None: no answer."""
    seconds: float = 0.0
    error: str = ""
    """Why there was no answer, in a few words."""
