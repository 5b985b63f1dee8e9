"""The pair of sites that a command works on."""

import os
import re
from dataclasses import dataclass
from getpass import getuser
from importlib.metadata import entry_points
from pathlib import Path
from socket import gethostname
from time import monotonic
from typing import Any, Literal, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from reconciler.config.declared import declared
from reconciler.config.holds import HoldEntry, holding
from reconciler.config.joining import with_joining
from reconciler.config.nwp import SiteEntry, find_file, refuse_bad_name, site_entry
from reconciler.config.recipes import Kind, refuse_other_kind
from reconciler.config.secrets import secret
from reconciler.errors import ConfigError, NotReady
from reconciler.inspection import Known
from reconciler.machine_names import MACHINE_NAME
from reconciler.metered import metered
from reconciler.models.base import Model
from reconciler.models.guards import GuardSettings
from reconciler.models.integration import Declared
from reconciler.models.moodle import Rule
from reconciler.models.plan import Way
from reconciler.models.settings import SyncSettings
from reconciler.planner import Sites
from reconciler.ports import AvcSite, MoodleSite
from reconciler.reconciliation import SitePair
from reconciler.state import state_directory

GROUP = "reconciler.providers"
_ROLE = re.compile(r"[A-Za-z0-9_-]+")
"""Moodle's own rule for short names of roles: ``PARAM_ALPHANUMEXT`` in its form for roles."""
_DEFAULT_VIA: dict[Kind, str] = {"avc": "drush", "moodle": "cli"}
"""What needs nothing but the sites themselves."""

M = TypeVar("M", bound=BaseModel)


class SyncPart(Model):
    """``moodle_integration.sync``: this program's own settings; a typing error is an error."""

    matching: tuple[Rule, ...] = SyncSettings().matching
    trust_idnumber: bool = False
    strangers: Literal["keep", "remove"] = "keep"
    names: bool = True
    guild_names: dict[str, str] = Field(default_factory=dict)
    roles_by: dict[str, Way] = Field(default_factory=dict)
    allow_privileged_roles: tuple[str, ...] = ()
    lock_cohorts: bool = False
    oauth2_issuer: str | None = None
    require_module: bool = True
    guards: GuardSettings = GuardSettings()
    hold: tuple[HoldEntry, ...] = ()

    @model_validator(mode="after")
    def _names_fit(self) -> "SyncPart":
        names = [name.casefold() for name in self.guild_names.values()]
        if len(set(names)) < len(names):
            raise ValueError("guild_names gives two guilds the same name")
        for name in self.guild_names.values():
            if not MACHINE_NAME.fullmatch(name) or name.isdecimal():
                raise ValueError(
                    f"guild_names: '{name}' is no machine name: letters, digits, '.', '_', '~' and"
                    " '-' make one, and not digits alone"
                )
        return self


class MoodleIntegration(BaseModel):
    """``moodle_integration`` of an AVC site; keys of other tools are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    moodle_url: str | None = None
    role_sync: bool = False
    role_mapping: dict[str, str] = Field(default_factory=dict)
    sync: SyncPart = SyncPart()

    @field_validator("sync", mode="before")
    @classmethod
    def _empty_is_default(cls, found: object) -> object:
        return {} if found is None else found

    @field_validator("role_mapping")
    @classmethod
    def _roles_have_short_names(cls, mapping: dict[str, str]) -> dict[str, str]:
        for role in mapping.values():
            if not _ROLE.fullmatch(role):
                raise ValueError(
                    f"{role!r} is no short name of a Moodle role: letters, digits, '_' and '-' make"
                    " one, as in editingteacher"
                )
        return mapping

    @model_validator(mode="after")
    def _one_role_for_members(self) -> "MoodleIntegration":
        roles = normalised(self.role_mapping)
        if self.role_sync and not roles:
            raise ValueError("role_sync is on, and role_mapping is empty: say which roles to give")
        member, default = roles.get("guild_member"), roles.get("default")
        if member and default and member != default:
            raise ValueError(
                f"role_mapping gives ordinary members two roles: guild_member: {member} and"
                f" default: {default}"
            )
        return self

    def settings(self, avc_url: str | None) -> SyncSettings:
        """As the core takes them; ``avc_url`` is where people find this AVC, if that is known."""
        names = {uuid.lower(): name for uuid, name in self.sync.guild_names.items()}
        return SyncSettings(
            **self.sync.model_dump(exclude={"require_module", "guild_names", "hold"}),
            guild_names=names,
            hold=holding(self.sync.hold),
            role_sync=self.role_sync,
            role_mapping=normalised(self.role_mapping),
            avc_url=avc_url,
        )


class AvcIntegration(BaseModel):
    """``avc_integration`` of a Moodle site; keys of other tools are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    avc_url: str | None = None


class Via(BaseModel):
    """What of ``access:`` names the provider; the rest is the provider's."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    via: str | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """Implements ``reconciler.ports.SiteAccess``."""

    entry: SiteEntry
    url: str | None

    @property
    def site(self) -> str:
        """See the port."""
        return self.entry.name

    @property
    def directory(self) -> str:
        """See the port."""
        return str(self.entry.file.parent)

    @property
    def site_directory(self) -> str:
        """See the port."""
        named = self.entry.own.get("directory")
        try:
            place = Path(str(named)).expanduser() if named else Path("sites") / self.entry.name
        except RuntimeError as error:
            raise self.entry.refuse(
                "directory", f"there is no such home directory: {named}"
            ) from error
        if "\0" in str(place):
            raise self.entry.refuse("directory", "no path has a NUL in it")
        return str(self.entry.file.parent / place)

    def options(self, model: type[M]) -> M:
        """See the port."""
        return self.entry.part("access", model)

    def secret(self, key: str) -> str | None:
        """See the port."""
        return secret(self.entry.file.parent, self.entry.name, key)


@dataclass(frozen=True, slots=True)
class Connected:
    """Two sites, ready to be talked to."""

    pair: SitePair
    known: Known


@dataclass(frozen=True, slots=True)
class Described:
    """Two sites as nwp.yml describes them; nothing is asked of either yet."""

    avc: SiteEntry
    moodle: SiteEntry
    integration: MoodleIntegration
    declared: Declared

    @property
    def known(self) -> Known:
        """What of it does not hang on how the sites are reached."""
        settings = self.integration.settings(self.declared.avc_url)
        settings = with_joining(settings, self.avc, self.moodle, self.declared)
        return Known(self.declared, settings, self.integration.sync.require_module)

    @property
    def moodle_by_php(self) -> bool:
        """Whether the Moodle is reached by its own PHP, in the site's directory."""
        via = self.moodle.part("access", Via).via or _DEFAULT_VIA["moodle"]
        return via == "cli"

    def connect_avc(self) -> AvcSite:
        """The AVC. Raises ConfigError, ReadError."""
        return cast("AvcSite", _connect("avc", Access(self.avc, None)))

    def connect_moodle(self) -> MoodleSite:
        """The Moodle. Raises ConfigError, ReadError."""
        url = self.integration.moodle_url or None
        return cast("MoodleSite", _connect("moodle", Access(self.moodle, url)))


def connect_pair(avc_name: str, moodle_name: str) -> Connected:
    """The two sites that nwp.yml describes under these names. Raises ConfigError, ReadError."""
    described = describe_pair(avc_name, moodle_name)
    known = described.known
    pair = joined_pair(
        Sites(avc_name, moodle_name), described.connect_avc(), described.connect_moodle(), known
    )
    return Connected(pair, known)


def joined_pair(names: Sites, avc: AvcSite, moodle: MoodleSite, known: Known) -> SitePair:
    """Two sites that are connected, with what this machine keeps of them."""
    pair = SitePair(names, avc, moodle, known.settings, state_directory(), _writer())
    return metered(pair, monotonic)


def _writer() -> str:
    try:
        user = getuser()
    except (KeyError, OSError):
        # A number that has no name, as in many containers.
        user = str(os.getuid())
    return f"{user}@{gethostname()}, process {os.getpid()}"


def describe_pair(avc_name: str, moodle_name: str) -> Described:
    """What nwp.yml says of the two sites, in so far as it makes sense. Raises ConfigError."""
    # Before nwp.yml is even looked for: a bad name is wrong everywhere.
    for name in (avc_name, moodle_name):
        refuse_bad_name(name)
    file = find_file(Path.cwd())
    avc, moodle = _entries(file, avc_name, moodle_name)
    integration = avc.part("moodle_integration", MoodleIntegration)
    # An address has to be one: this program acts on it.
    moodle.part("avc_integration", AvcIntegration)
    return Described(avc, moodle, integration, declared(avc, moodle))


def _entries(file: Path, avc_name: str, moodle_name: str) -> tuple[SiteEntry, SiteEntry]:
    """Both sites' entries, each of the right kind. What is wrong with either is said at once."""
    sites: tuple[tuple[str, Kind], ...] = ((avc_name, "avc"), (moodle_name, "moodle"))
    found = [_entry(file, name, kind) for name, kind in sites]
    match found:
        case SiteEntry() as avc, SiteEntry() as moodle:
            return avc, moodle
        case ConfigError() as first, ConfigError() as second if str(first) != str(second):
            raise NotReady((str(first), str(second)))
        case _:
            raise next(one for one in found if isinstance(one, ConfigError))


def _entry(file: Path, name: str, kind: Kind) -> SiteEntry | ConfigError:
    try:
        entry = site_entry(file, name)
        refuse_other_kind(entry, kind, Access(entry, None).site_directory)
    except ConfigError as error:
        return error
    return entry


def normalised(mapping: dict[str, str]) -> dict[str, str]:
    """A role mapping with ``_`` for ``-``; raises ValueError where that makes one key of two."""
    found: dict[str, str] = {}
    for key, role in mapping.items():
        name = key.replace("-", "_")
        if found.setdefault(name, role) != role:
            raise ValueError(f"role_mapping has {name} twice, with '-' and '_'")
    return found


def _connect(kind: Kind, access: Access) -> Any:
    via = access.entry.part("access", Via).via or _DEFAULT_VIA[kind]
    offered = {point.name: point for point in entry_points(group=GROUP)}
    point = offered.get(f"{kind}.{via}")
    if point is None:
        known = ", ".join(sorted(n.partition(".")[2] for n in offered if n.startswith(f"{kind}.")))
        raise access.entry.refuse("access", f"via: {via} is not known; there is: {known}")
    return point.load()(access)
