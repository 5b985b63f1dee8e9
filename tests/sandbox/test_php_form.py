"""Bodies are read as PHP reads them."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.sandbox.moodle.php_form import PhpArray, parse
from tests.sandbox.asking import form

_PLENTY = 5000
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_KEYS = st.from_regex(r"[a-z_]{1,6}", fullmatch=True)
_NESTED = st.recursive(
    _TEXTS,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(_KEYS, inner, min_size=1, max_size=3)
    ),
    max_leaves=12,
)


def _plain(value: object) -> object:
    """Lists as PHP holds them: dictionaries by position."""
    if isinstance(value, list):
        return {place: _plain(item) for place, item in enumerate(value)}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


@given(st.dictionaries(_KEYS, _NESTED, max_size=4))
def test_nested_values_survive_the_way(params: dict[str, object]) -> None:
    """What is written with PHP's names is read back whole, and in order."""
    read = parse(urlencode(list(form(params))).encode(), _PLENTY)
    assert read == _plain(params)
    assert list(read) == list(params)


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b"", {}),
        (b"a=1&a=2", {"a": "2"}),
        (b"a[]=x&a[]=y&a[7]=z&a[]=w", {"a": {0: "x", 1: "y", 7: "z", 8: "w"}}),
        (b"a[5]=x&a[05]=y&a[-3]=z&a[-0]=w", {"a": {5: "x", "05": "y", -3: "z", "-0": "w"}}),
        (b"a[9999999999999999999]=x", {"a": {"9999999999999999999": "x"}}),
        (b"a=1&a[b]=2", {"a": {"b": "2"}}),
        (b"a[b]=1&a=2", {"a": "2"}),
        (b"a[b]c[d]=1", {"a": {"b": "1"}}),
        (b"a.b+c=1&+d=2", {"a_b_c": "1", "d": "2"}),
        (b"a[b.c]=1", {"a": {"b.c": "1"}}),
        (b"=1&[a]=2&&b", {"b": ""}),
        (b"a%5Bb%5d=%2B+%zz%C3%A9&c=1=2", {"a": {"b": "+ %zzé"}, "c": "1=2"}),
    ],
)
def test_names_are_read_as_php_does(body: bytes, read: dict[str, object]) -> None:
    """Repeated, numbered, odd and empty names mean what they mean to PHP."""
    assert parse(body, _PLENTY) == read


@pytest.mark.parametrize("body", [b"a=%ff", b"a[b=1"])
def test_what_no_recording_shows_is_an_error(body: bytes) -> None:
    """Neither bytes that are no UTF-8 nor open brackets are guessed at."""
    with pytest.raises(ValueError, match=r"utf-8|bracket"):
        parse(body, _PLENTY)


@given(st.integers(1, 40), st.integers(0, 60))
def test_one_more_than_the_limit_arrives(limit: int, sent: int) -> None:
    """The first max_input_vars + 1 variables are there, and no further one."""
    body = urlencode([("values[]", str(number)) for number in range(sent)]).encode()
    values = parse(body, limit).get("values", PhpArray())
    assert isinstance(values, PhpArray)
    assert list(values.values()) == [str(number) for number in range(min(sent, limit + 1))]


def test_empty_variables_count() -> None:
    """A variable without a name uses up a place."""
    assert parse(b"&&&a=1", 3) == {"a": "1"}
    assert parse(b"&&&a=1", 2) == {}
