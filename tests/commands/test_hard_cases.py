"""Communities that are hard on names and sizes, by command line and by web services."""

import pytest

from providers.sandbox.moodle import store
from providers.sandbox.moodle.php_site import write_php_site
from reconciler.models.avc import Guild
from tests.commands.by_command_line import NWP
from tests.sandbox.php import required_php
from tests.two_sites import TwoSites
from tests.world import account, person

LABELS = {
    "a label as long as Drupal lets it be": "l" * 255,
    "markup": "<b>Bold</b> & <script>alert(1)</script>",
    "bidirectional controls": "\u202eevil\u202c \u2066guild\u2069",
    "accents, quotes and emoji": "\u00c9quipe \u201cWeb\u201d \U0001f9d9\u200d\u2642\ufe0f",
    "nothing but marks": "!!!",
}
MANY = 8_000


@pytest.fixture(params=["ss", "ws"], ids=["by command line", "by web services"])
def moodle(request: pytest.FixtureRequest) -> str:
    """The Moodle site in nwp.yml."""
    return str(request.param)


def prepared(sites: TwoSites, guilds: list[Guild], people: int) -> None:
    """Everybody is in every guild; nobody has an account but for the people."""
    required_php()
    everybody = list(range(1, people + 1))
    sites.avc(guilds, [person(uid) for uid in everybody], {g.id: everybody for g in guilds})
    sites.moodle([account(uid) for uid in everybody], "5.1.3")
    sites.configure(text=NWP % "")
    write_php_site(sites.directory / "sites" / "ss", sites.directory / "moodle.sqlite")


@pytest.mark.parametrize("label", LABELS.values(), ids=LABELS)
def test_a_guild_may_be_called_anything(sites: TwoSites, moodle: str, label: str) -> None:
    """Its cohort has the name letter by letter, cut to fit; terminals see no control."""
    guild = Guild(id=1, uuid="00000001-1111-4111-8111-111111111111", label=label)
    prepared(sites, [guild], 2)
    ran = sites.reconciler("sync", "avc", moodle)
    assert (ran.code, ran.err) == (0, "")
    assert not {"\u202e", "\u2066"} & set(ran.out)
    own, *_ = store.dump(sites.directory / "moodle.sqlite")
    assert own["name"] == f"AVC - {label}"[:254].rstrip()
    assert own["members"] == [101, 102]
    assert sites.reconciler("plan", "avc", moodle, "--detailed-exitcode").code == 0


def test_a_guild_of_8000(sites: TwoSites, moodle: str) -> None:
    """Everybody arrives, and one who leaves is the only one who goes."""
    guild = Guild(id=1, uuid="00000001-1111-4111-8111-111111111111", label="Crowd", alias="crowd")
    prepared(sites, [guild], MANY)
    assert sites.reconciler("sync", "avc", moodle).code == 0
    everybody = set(range(101, 101 + MANY))
    assert sites.members()["crowd"] == everybody
    sites.in_avc(
        "DELETE FROM group_relationship_field_data WHERE gid = 1 AND entity_id = 4000"
        " AND plugin_id = 'group_membership'"
    )
    assert sites.reconciler("sync", "avc", moodle).code == 0
    assert sites.members()["crowd"] == everybody - {4100}
