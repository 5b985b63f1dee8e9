"""Whatever is wrong, people get one clear line and exit code 1, never a traceback."""

import socket

import pytest

from reconciler.models.avc import Guild
from tests.two_sites import NWP, TwoSites
from tests.world import account, person

GOOD = NWP % ""
WEBSERVICE = GOOD.replace(
    "{via: sandbox, file: moodle.sqlite}", "{via: webservice, url: 'http://127.0.0.1:%d'}"
)


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def ready(sites: TwoSites) -> TwoSites:
    """Two good sites without an nwp.yml."""
    guild = Guild(
        id=1, uuid="00000001-1111-4111-8111-111111111111", label="Web Dev", alias="web-dev"
    )
    sites.avc([guild], [person(1)], {1: [1]})
    sites.moodle([account(1)])
    return sites


CONFIGURATIONS: list[tuple[str, str, str]] = [
    ("no YAML", "sites: [avc", "nwp.yml:1: is no YAML"),
    ("a tab", "sites:\n\tavc: {}\n", "nwp.yml:2: is no YAML"),
    ("a list", "- avc\n", "is no configuration"),
    ("empty file", "", "is no configuration"),
    ("empty sites", "sites:\n", "sites: is empty"),
    ("sites as text", "sites: avc\n", "has to be a mapping of site names"),
    ("a key twice", "sites: {}\nsites: {}\n", "nwp.yml"),
    ("unknown site", "sites: {other: {}, ss: {}}\n", "Site 'avc' not found in"),
    ("wrong recipe", GOOD.replace("recipe: avc", "recipe: m"), "Site 'avc' is not an AVC site"),
    ("the other one", GOOD.replace("recipe: m\n", "recipe: d\n"), "Site 'ss' is not a Moodle site"),
    (
        "no access",
        GOOD.replace('database: "sqlite:///avc.sqlite"', ""),
        "sites.avc.access.database",
    ),
    (
        "a database that is no address",
        GOOD.replace("sqlite:///avc.sqlite", "avc.sqlite"),
        "nwp.yml:4: sites.avc.access.database",
    ),
    (
        "a password with an @ in it",
        GOOD.replace("sqlite:///avc.sqlite", "mysql://u:hunt@er2@127.0.0.1:1/avc"),
        "the password has an @ in it",
    ),
    (
        "a machine name that no mark can hold",
        GOOD.replace("guild_names: {", "guild_names: {x: a<b"),
        "'a<b' is no machine name",
    ),
    ("an unknown way", GOOD.replace("via: sql", "via: telepathy"), "via: telepathy is not known"),
    (
        "a setting with a typing error",
        GOOD.replace("sync: {", "sync: {stranger: remove, "),
        "nwp.yml:7: sites.avc.moodle_integration.sync.stranger: is not known here; there are:",
    ),
    (
        "a setting with a wrong value",
        GOOD.replace("sync: {", "sync: {strangers: eject, "),
        "nwp.yml:7: sites.avc.moodle_integration.sync.strangers",
    ),
    (
        "two roles for ordinary members",
        GOOD.replace("sync: {", "role_mapping: {guild_member: a, default: b}\n      sync: {"),
        "role_mapping gives ordinary members two roles",
    ),
    *(
        (
            f"roles are to be synchronised, and {what}",
            GOOD.replace("sync: {", f"role_sync: true{mapping}\n      sync: {{"),
            "nwp.yml:5: sites.avc.moodle_integration: role_sync is on, and role_mapping is empty",
        )
        for what, mapping in (
            ("none is mapped", ""),
            ("the mapping is empty", "\n      role_mapping: {}"),
        )
    ),
    (
        "a mapping with both spellings",
        GOOD.replace("sync: {", "role_mapping: {guild-admin: a, guild_admin: b}\n      sync: {"),
        "role_mapping has guild_admin twice",
    ),
    ("no AVC file", GOOD.replace("avc.sqlite", "nowhere.sqlite"), "nowhere.sqlite"),
    ("no Moodle file", GOOD.replace("moodle.sqlite", "nowhere.sqlite"), "there is no sandbox in"),
    (
        "a password in an address",
        (WEBSERVICE % 1).replace("http://", "http://me:pw@"),
        "has a user name or a password in it",
    ),
    ("no token", WEBSERVICE % 1, "has no web-service token"),
    (
        "neither access nor a directory",
        GOOD.replace("{via: sandbox, file: moodle.sqlite}", "{}"),
        "Site ss has no directory",
    ),
]


def failing(sites: TwoSites, says: str, *arguments: str) -> None:
    """Each command that reads sites fails alike: one sentence, exit 1; --debug tells more."""
    for run in (sites.pl, lambda *given: sites.reconciler("plan", *given)):
        ran = run(*arguments)
        assert ran.code == 1
        assert says in ran.err
        assert ran.err.startswith("Error: ")
        assert "Traceback" not in ran.err + ran.out
        assert len(ran.err.strip().splitlines()) == 1
        assert "Traceback" in run(*arguments, "--debug").err


def test_what_is_wrong_with_both_sites_is_said_at_once(ready: TwoSites) -> None:
    """Who mends one entry does not come back for the other."""
    ready.configure(text="sites: {other: {}, ss: {recipe: avc}}\n")
    ran = ready.pl("avc", "ss")
    first, *reasons = ran.err.splitlines()
    assert (ran.code, first) == (1, "Error: The sites are not ready; 2 things are missing:")
    assert [reason.split(" in /")[0] for reason in reasons] == [
        "  - Site 'avc' not found",
        "  - Site 'ss' is not a Moodle site: its recipe is avc, and m would be one",
    ]


@pytest.mark.parametrize(
    ("text", "says"), [case[1:] for case in CONFIGURATIONS], ids=[c[0] for c in CONFIGURATIONS]
)
def test_a_bad_configuration(ready: TwoSites, text: str, says: str) -> None:
    """The sentence names the file, and the line and key where there is one."""
    ready.configure(text=text)
    failing(ready, says, "avc", "ss")
    assert ready.writes() == 0


def test_no_configuration_at_all(ready: TwoSites) -> None:
    """Without an nwp.yml here or above, the sentence says where to go."""
    failing(ready, "no nwp.yml here or in any directory above", "avc", "ss")


def test_a_configuration_that_may_not_be_read(ready: TwoSites) -> None:
    """A directory in its place, or bytes that are no text, cannot be read."""
    ready.configure()
    (ready.directory / "nwp.yml").write_bytes(b"sites: \xff\xfe")
    failing(ready, "is no UTF-8 text", "avc", "ss")


def test_a_configuration_named_by_the_environment(
    ready: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RECONCILER_CONFIG names the file; one that is not there is named."""
    monkeypatch.setenv("RECONCILER_CONFIG", "/nowhere/nwp.yml")
    failing(ready, "/nowhere/nwp.yml: cannot be read: No such file or directory", "avc", "ss")


@pytest.mark.parametrize("name", ["../avc", "a..b", "", "/etc", "a b", "a;b", "a\nb"])
def test_bad_site_names(ready: TwoSites, name: str) -> None:
    """A name that could lead somewhere else is refused, on either side."""
    ready.configure()
    failing(ready, "is no site name", name, "ss")
    failing(ready, "is no site name", "avc", name)


def test_a_wrong_token(ready: TwoSites, monkeypatch: pytest.MonkeyPatch) -> None:
    """Moodle's refusal is told, the token is not."""
    ready.configure()
    monkeypatch.setenv("RECONCILER_SS_TOKEN", "0badc0de")
    failing(ready, "does not accept the token", "avc", "ss")
    assert "0badc0de" not in ready.pl("avc", "ss", "--debug").err


def test_a_host_that_does_not_answer(ready: TwoSites, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address where nobody listens is named, with what to check."""
    monkeypatch.setattr("providers.moodle.client.sleep", lambda _seconds: None)
    monkeypatch.setenv("RECONCILER_SS_TOKEN", "0badc0de")
    ready.configure(text=WEBSERVICE % closed_port())
    failing(ready, "cannot be reached", "avc", "ss")


def test_a_database_that_does_not_answer(ready: TwoSites) -> None:
    """An AVC database where nobody listens is named."""
    url = f"mysql://avc@127.0.0.1:{closed_port()}/avc"
    ready.configure(text=GOOD.replace("sqlite:///avc.sqlite", url))
    failing(ready, "avc: ", "avc", "ss")


@pytest.mark.parametrize(
    "modes",
    [["--full", "--guild=x"], ["--full", "--user=1"], ["--guild=x", "--user=1"]],
)
def test_contradictory_modes(ready: TwoSites, modes: list[str]) -> None:
    """Two modes at once are an error, not a choice."""
    ready.configure()
    failing(ready, "contradict each other", "avc", "ss", *modes)


@pytest.mark.parametrize(
    "arguments",
    [
        ["avc"],
        ["avc", "ss", "extra"],
        ["avc", "ss", "--user=x"],
        ["avc", "ss", "--user=99999999999999999999"],
        ["avc", "ss", "--no"],
    ],
)
def test_a_command_line_that_makes_no_sense(ready: TwoSites, arguments: list[str]) -> None:
    """Wrong arguments exit with 1: 2 would mean that there are changes."""
    failing(ready, "(--help tells more)", *arguments)


def test_no_arguments_at_all_show_help(ready: TwoSites) -> None:
    """Bare commands explain themselves, without an error."""
    ran = ready.reconciler()
    assert "Usage: " in ran.out
    assert (ran.code, ran.err) == (0, "")


def test_a_user_that_is_not_there(ready: TwoSites) -> None:
    """The message of the specification's troubleshooting part."""
    ready.configure()
    failing(ready, "Error: User ID 123 not found in AVC", "avc", "ss", "--user=123")


def test_a_guild_that_is_not_there(ready: TwoSites) -> None:
    """The message of the specification's troubleshooting part."""
    ready.configure()
    failing(ready, "Error: Guild 'web' not found", "avc", "ss", "--guild=web")


def test_a_guild_name_that_fits_two(ready: TwoSites) -> None:
    """A cohort's old name that is another guild's alias now: refused, with both UUIDs."""
    ready.configure()
    assert ready.pl("avc", "ss").code == 0
    ready.in_avc(
        "UPDATE path_alias SET alias = '/group/new' WHERE path = '/group/1'",
        "INSERT INTO groups SELECT 2, 2, type, '00000002-1111-4111-8111-111111111111', langcode"
        " FROM groups WHERE id = 1",
        "INSERT INTO groups_field_data (id, revision_id, type, langcode, status, uid, label,"
        " created, changed, default_langcode) SELECT 2, 2, type, langcode, status, uid, 'Second',"
        " created, changed, default_langcode FROM groups_field_data WHERE id = 1",
        "INSERT INTO path_alias (id, uuid, path, alias, langcode, status)"
        " VALUES (99, 'x', '/group/2', '/group/web-dev', 'en', 1)",
    )
    failing(ready, "'web-dev' fits more than one guild", "avc", "ss", "--guild=web-dev")
    assert ready.pl("avc", "ss", "--guild=00000002-1111-4111-8111-111111111111").code == 0


def test_a_module_that_is_not_enabled(ready: TwoSites) -> None:
    """The specification's two lines, and exit 1, unless the configuration does without it."""
    ready.configure()
    ready.in_avc("UPDATE config SET data = 'a:1:{s:6:\"module\";a:0:{}}' WHERE name LIKE 'core%'")
    ran = ready.pl("avc", "ss")
    assert ran.code == 1
    assert "avc_moodle_sync module is not enabled\nRun: ddev drush en -y avc_moodle_sync" in ran.err
    ready.configure(text=GOOD.replace("sync: {", "sync: {require_module: false, "))
    assert ready.pl("avc", "ss").code == 0


def test_an_empty_community_is_refused(ready: TwoSites) -> None:
    """An AVC without members holds everything back, and nothing is touched."""
    ready.configure()
    assert ready.pl("avc", "ss").code == 0
    members = ready.members()
    ready.in_avc("DELETE FROM group_relationship_field_data")
    ready.reconciler("plan", "avc", "ss", "-o", "plan.yaml")
    ran = ready.reconciler("apply", "plan.yaml")
    assert ran.code == 3
    assert "empty-avc: 1 guild and 0 memberships" in ran.err
    for ran in (ready.reconciler("sync", "avc", "ss"), ready.pl("avc", "ss")):
        assert ran.code == 1
        assert "An empty community would empty every cohort" in ran.out
    assert ready.members() == members


def test_a_defect_of_ours_is_a_sentence_too(
    ready: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What no one foresaw is told as a defect, without a traceback unless it is asked for."""

    def broken(*_arguments: object) -> None:
        raise ZeroDivisionError("oops")

    ready.configure()
    monkeypatch.setattr("reconciler.reconciliation.make_plan", broken)
    failing(ready, "this is a defect of this program: ZeroDivisionError: oops", "avc", "ss")
