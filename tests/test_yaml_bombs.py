"""Short texts that a YAML parser would never come to the end of, or stumble over."""

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.errors import ConfigError
from reconciler.yaml_text import load, load_plain

LOADERS: list[Callable[[str, str], Any]] = [load, load_plain]


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("text", ["? " * 60, "a: 1\nb: {? [1, 2] : 3}\n", "? {a: 1}\n: 2\n"])
def test_a_key_that_is_no_plain_text(loader: Callable[[str, str], Any], text: str) -> None:
    """A list or a mapping as a key is refused, with its line; sixty in one another, at once."""
    with pytest.raises(ConfigError, match=r"^f:\d+: is no YAML: no plain key"):
        loader(text, "f")


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("text", ['a: ["x\\ud800"]\n', '"\\udc00": 1\n'])
def test_half_a_character(loader: Callable[[str, str], Any], text: str) -> None:
    """Nothing could show or write it: it is refused where it stands."""
    with pytest.raises(ConfigError, match=r"^f:1: is no YAML: half a character"):
        loader(text, "f")


@pytest.mark.parametrize("text", ["a: &a {<<: *a}\n", "<<: &a {<<: *a}\nb: 1\n"])
def test_what_is_merged_into_itself(text: str) -> None:
    """No mapping can be: that is told, and is no defect."""
    with pytest.raises(ConfigError, match="is no YAML"):
        load(text, "f")


@pytest.mark.parametrize("loader", LOADERS)
def test_what_is_nested_too_deeply(loader: Callable[[str, str], Any]) -> None:
    """No file of ours is: that is told."""
    with pytest.raises(ConfigError, match="is no YAML"):
        loader("[" * 3000, "f")


@pytest.mark.parametrize("loader", LOADERS)
def test_an_anchor_that_is_there_twice_betrays_nothing(loader: Callable[[str, str], Any]) -> None:
    """ruamel.yaml would warn, and show the lines: here, as in pytest, a warning is an error."""
    assert loader("a: &token hunter2\nb: &token hunter3\n", "f") == {"a": "hunter2", "b": "hunter3"}


def test_laughs_that_are_kept_small() -> None:
    """A list that is named ten times in each of thirty others takes the room of thirty lists."""
    lines = ["l0: &l0 [x]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 30)]
    found = load_plain("\n".join(lines), "f")
    assert found["l29"][0] is found["l29"][9]
