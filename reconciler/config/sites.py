"""The pair of sites that a command works on."""

import os
from dataclasses import dataclass
from getpass import getuser
from importlib.metadata import entry_points
from pathlib import Path
from socket import gethostname
from time import monotonic
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ConfigDict

from reconciler.config.declared import declared
from reconciler.config.integration import MoodleIntegration
from reconciler.config.joining import with_joining
from reconciler.config.misplaced import refuse_misplaced
from reconciler.config.nwp import SiteEntry, find_file, refuse_bad_name, site_entry
from reconciler.config.recipes import Kind, refuse_other_kind
from reconciler.config.secrets import secret
from reconciler.errors import ConfigError, NotReady
from reconciler.inspection import Known
from reconciler.metered import metered
from reconciler.models.integration import Declared
from reconciler.planner import Sites
from reconciler.ports import AvcSite, MoodleSite
from reconciler.reconciliation import SitePair
from reconciler.state import state_directory

GROUP = "reconciler.providers"
_DEFAULT_VIA: dict[Kind, str] = {"avc": "drush", "moodle": "cli"}
"""What needs nothing but the sites themselves."""

M = TypeVar("M", bound=BaseModel)


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
                f"there is no such home directory: {named}", "directory"
            ) from error
        if "\0" in str(place):
            raise self.entry.refuse("no path has a NUL in it", "directory")
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
        return entry_of(file, name, kind)
    except ConfigError as error:
        return error


def entry_of(file: Path, name: str, kind: Kind) -> SiteEntry:
    """The entry of a site of this kind. Raises ConfigError for another kind's, and for a setting
    that nothing reads.
    """
    entry = site_entry(file, name)
    refuse_other_kind(entry, kind, Access(entry, None).site_directory)
    refuse_misplaced(entry, kind)
    return entry


def _connect(kind: Kind, access: Access) -> Any:
    via = access.entry.part("access", Via).via or _DEFAULT_VIA[kind]
    offered = {point.name: point for point in entry_points(group=GROUP)}
    point = offered.get(f"{kind}.{via}")
    if point is None:
        known = ", ".join(sorted(n.partition(".")[2] for n in offered if n.startswith(f"{kind}.")))
        raise access.entry.refuse(f"via: {via} is not known; there is: {known}", "access")
    return point.load()(access)
