"""A guild's description without its HTML."""

from html.parser import HTMLParser

_DROPPED = frozenset({"script", "style"})

# Tags that people see no gap for; around any other one, words must not run together.
_INLINE = frozenset(
    {"a", "abbr", "b", "cite", "code", "del", "em", "i", "ins", "mark", "q", "s", "small"}
    | {"span", "strong", "sub", "sup", "u"}
)


def plain_text(html: str) -> str:
    """The text that a reader of the page would see, in one line."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    return " ".join("".join(parser.parts).split())


class _Text(HTMLParser):
    """Collects text in ``parts``; what scripts and styles contain is no text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._dropped: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _DROPPED:
            self._dropped = tag
        self._gap(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._dropped:
            self._dropped = None
        self._gap(tag)

    def handle_data(self, data: str) -> None:
        if self._dropped is None:
            self.parts.append(data)

    def _gap(self, tag: str) -> None:
        if tag not in _INLINE:
            self.parts.append(" ")
