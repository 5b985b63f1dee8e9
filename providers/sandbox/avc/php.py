"""Writing PHP's ``serialize`` format, in which Drupal keeps its configuration."""

from collections.abc import Mapping

Plain = None | bool | int | float | str | Mapping[str, "Plain"]


def serialize(value: Plain) -> bytes:
    """The value as PHP writes it; mappings as arrays."""
    match value:
        case None:
            return b"N;"
        case bool():
            return b"b:%d;" % value
        case int():
            return b"i:%d;" % value
        case float():
            return b"d:%s;" % repr(value).replace("e", "E").replace("inf", "INF").encode()
        case str():
            text = value.encode()
            return b's:%d:"%s";' % (len(text), text)
        case _:
            inside = b"".join(serialize(key) + serialize(each) for key, each in value.items())
            return b"a:%d:{%s}" % (len(value), inside)
