"""Whether a text tells a secret, or a good part of one."""

from html import escape
from json import dumps
from urllib.parse import quote, quote_plus

TOKEN = "5ecr3t+t0ken/with=0dd&<letters>\"'%24f7c1e9"
"""Of letters that are written otherwise in forms, addresses, HTML and JSON."""
PASSWORD = "pa55+w0rd/0f:4@d4t4b4se#1b8e"
_PIECE = 8


def tells(text: str, *secrets: str) -> list[str]:
    """The pieces of secrets that are in the text, as they are or as other formats write them."""
    return sorted({piece for secret in secrets for piece in _pieces(secret) if piece in text})


def _pieces(secret: str) -> set[str]:
    ways = (secret, quote(secret), quote_plus(secret), escape(secret), dumps(secret)[1:-1])
    return {way[start : start + _PIECE] for way in ways for start in range(len(way) - _PIECE + 1)}
