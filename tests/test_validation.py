"""What keeps two sites from being synchronised is said at once; what need not be there, as well."""

import pytest

from reconciler.errors import AccessRefused, ConfigError, NotReady, ReadError, SiteUnreachable
from reconciler.models.avc import AvcFacts
from reconciler.models.moodle import Issuer, MoodleFacts, MoodleSnapshot, RoleState
from reconciler.models.settings import SyncSettings
from reconciler.planner import Sites
from reconciler.reconciliation import SitePair
from reconciler.validation import all_that_is_missing, refuse_without_module, warnings
from tests.fake_moodle import FakeMoodle
from tests.memory_state import MemoryState
from tests.world import SITE, Community, FakeAvc

AVC_DOWN = SiteUnreachable("Site avc is stopped.")
MOODLE_SHUT = AccessRefused("Site ss has no web-service token.")
MODULES = frozenset({"group", "avc_moodle_sync"})
HERE = Issuer(1, "AVC", "https://avc.example", "sub")


class Avc(FakeAvc):
    def __init__(self, modules: frozenset[str] | None, error: ReadError | None = None) -> None:
        super().__init__(Community((), (), {}))
        self._modules, self._error = modules, error

    def inspect(self) -> AvcFacts:
        if self._error:
            raise self._error
        return AvcFacts(site_uuid=SITE, modules=self._modules)


class Moodle(FakeMoodle):
    error: ReadError | None = None

    def inspect(self) -> MoodleFacts:
        if self.error:
            raise self.error
        return super().inspect()


def missing(
    avc: Avc, moodle_error: ReadError | None, found: ReadError, *, required: bool = True
) -> tuple[str, ...]:
    moodle = Moodle({})
    moodle.error = moodle_error
    both = SitePair(Sites("avc", "ss"), avc, moodle, SyncSettings(), MemoryState(), "somebody")
    error = all_that_is_missing(both, found, require_module=required)
    return error.reasons if isinstance(error, NotReady) else (str(error),)


def test_both_sites_are_named_when_both_are_down() -> None:
    """Who mends one does not have to come back for the other."""
    told = missing(Avc(None, AVC_DOWN), MOODLE_SHUT, AVC_DOWN)
    assert told == (str(AVC_DOWN), str(MOODLE_SHUT))


def test_a_missing_module_is_named_beside_a_moodle_that_is_shut() -> None:
    """Drupal answers, without the module; Moodle does not answer."""
    told = missing(Avc(frozenset({"group"})), MOODLE_SHUT, MOODLE_SHUT)
    assert told[0] == str(MOODLE_SHUT)
    assert told[1].startswith("avc_moodle_sync module is not enabled\nRun: ddev drush en -y")


@pytest.mark.parametrize("required", [True, False])
def test_one_thing_alone_stays_the_error_that_it_is(required: bool) -> None:
    """What passed in the meantime is still told, and nothing is invented beside it."""
    modules = MODULES if required else frozenset[str]()
    assert missing(Avc(modules), None, MOODLE_SHUT, required=required) == (str(MOODLE_SHUT),)


def test_the_module_is_demanded() -> None:
    """Where it is off, by the specification's message; what cannot be seen is not called off."""
    with pytest.raises(ConfigError, match=r"not enabled\nRun: ddev drush en -y avc_moodle_sync"):
        refuse_without_module(AvcFacts(site_uuid=SITE, modules=frozenset({"group"})))
    with pytest.raises(ConfigError, match="does not show whether AVC has the module"):
        refuse_without_module(AvcFacts(site_uuid=SITE, modules=None))
    refuse_without_module(AvcFacts(site_uuid=SITE, modules=MODULES))


def snapshot(
    issuers: tuple[Issuer, ...] | None = (HERE,),
    definitions: frozenset[tuple[int, int]] | None = frozenset(),
    *,
    assigns: bool = True,
) -> MoodleSnapshot:
    return MoodleSnapshot(
        url="https://moodle.example",
        cohorts=(),
        members={},
        accounts={},
        issuers=issuers,
        roles=RoleState(roles=(), definitions=definitions, assignments={}, by_plugin=False),
        abilities=frozenset({"assign-roles"} if assigns else ()),
    )


ROLES = SyncSettings(role_sync=True, avc_url="https://avc.example")
PLAIN = SyncSettings(avc_url="https://avc.example")
BY_LINK = SyncSettings(matching=("link",), avc_url="https://avc.example")
NOT_THIS_AVC = "None of Moodle's OAuth2 issuers is known to be this AVC: "
NO_PLUGIN = "local_cohortrole is not installed in Moodle: roles at site level, "
WARNED: list[tuple[str, MoodleSnapshot, SyncSettings, list[str]]] = [
    ("all is there", snapshot(), ROLES, []),
    (
        "no issuer",
        snapshot(()),
        PLAIN,
        ["Moodle has no OAuth2 issuer: people are matched by idnumber, email alone"],
    ),
    (
        "another service's issuer",
        snapshot((Issuer(1, "Other", "https://other.example", "sub"),)),
        PLAIN,
        [NOT_THIS_AVC + "people are matched by idnumber, email alone"],
    ),
    (
        "nothing but links counts",
        snapshot(()),
        BY_LINK,
        ["Moodle has no OAuth2 issuer: nobody is matched"],
    ),
    ("issuers cannot be seen", snapshot(None), PLAIN, []),
    ("links do not count", snapshot(()), SyncSettings(matching=("email",)), []),
    (
        "no plugin",
        snapshot(definitions=None),
        ROLES,
        [NO_PLUGIN + "this program assigns them itself"],
    ),
    (
        "no plugin, and no way to assign",
        snapshot(definitions=None, assigns=False),
        ROLES,
        [NO_PLUGIN + "they cannot be given this way"],
    ),
    ("no plugin, and no roles", snapshot(definitions=None), PLAIN, []),
]


@pytest.mark.parametrize(
    ("moodle", "settings", "told"), [case[1:] for case in WARNED], ids=[case[0] for case in WARNED]
)
def test_what_need_not_be_there_is_a_warning_that_says_what_follows(
    moodle: MoodleSnapshot, settings: SyncSettings, told: list[str]
) -> None:
    """Only where it matters to what was asked for."""
    assert list(warnings(moodle, settings)) == told
