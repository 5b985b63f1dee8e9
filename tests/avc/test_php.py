"""PHP's serialize format, read as PHP wrote it."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.avc.php import unserialize
from providers.sandbox.avc.php import serialize
from tests.avc.support import SITE_UUID, rows_of

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
)
VALUES = st.recursive(
    SCALARS,
    lambda inside: st.dictionaries(st.text(max_size=9) | st.integers(), inside, max_size=5),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_written_is_read(value: Any) -> None:
    """Every value comes back as it was, arrays in their order."""
    back = unserialize(serialize(value))
    assert back == value
    assert repr(back) == repr(value)


@given(VALUES)
def test_cut_off_input_is_refused(value: Any) -> None:
    """No part of a value passes for a value."""
    data = serialize(value)
    for end in range(len(data)):
        with pytest.raises(ValueError, match=r"PHP|codec"):
            unserialize(data[:end])


@given(st.binary(max_size=40))
def test_noise_is_refused_or_read(data: bytes) -> None:
    """Whatever comes, the answer is a value or ValueError."""
    with suppress(ValueError):
        unserialize(data)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"d:1.0E+25;", 1e25),
        (b"d:-0.5;", -0.5),
        (b"d:INF;", float("inf")),
        (b"d:-INF;", float("-inf")),
        (b's:5:"\xc3\xa9";"";', 'é";"'),
        (b's:0:"";', ""),
        (b'a:2:{i:0;s:1:"a";s:1:"k";a:0:{}}', {0: "a", "k": {}}),
    ],
)
def test_known_values(data: bytes, value: Any) -> None:
    """Values as PHP 8 prints them; a string's length counts bytes."""
    assert unserialize(data) == value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'O:8:"stdClass":0:{}',
        b'C:1:"X":0:{}',
        b'E:3:"A:B";',
        b"a:1:{i:0;r:1;}",
        b"a:1:{i:0;R:1;}",
        b'S:1:"a";',
        b"i:1;i:2;",
        b"i:1; ",
        b"b:2;",
        b"i:x;",
        b"i:1.5;",
        b"d:1.2.3;",
        b's:2:"a";',
        b's:-1:"a";',
        b's:1:"\xff";',
        b"a:1:{i:0;i:1;i:2;}",
        b"a:2:{i:0;i:1;}",
        b"a:1:{b:1;i:1;}",
        b"a:1:{N;i:1;}",
        b"a:1:{a:0:{}i:1;}",
        b"a:1:{i:0;" * 5000,
    ],
)
def test_refused(data: bytes) -> None:
    """Objects, references, damage and arrays without end are refused."""
    with pytest.raises(ValueError, match=r"PHP|codec|float"):
        unserialize(data)


def test_real_configuration() -> None:
    """Drupal's own rows are read to the last byte, and what they hold written back as it was."""
    data = {row["name"]: row["data"].encode() for row in rows_of("avc")["config"]}
    site: Any = unserialize(data["system.site"])
    assert site["uuid"] == SITE_UUID
    assert site["admin_compact_mode"] is False
    assert site["page"] == {403: "", 404: "", "front": "/user/login"}
    for text in data.values():
        written: Any = unserialize(text)
        assert serialize(written) == text
