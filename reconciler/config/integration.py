"""``moodle_integration`` of an AVC site, as this program reads it."""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from reconciler.config.holds import HoldEntry, holding
from reconciler.machine_names import MACHINE_NAME
from reconciler.models.base import Model
from reconciler.models.guards import GuardSettings
from reconciler.models.moodle import Rule
from reconciler.models.plan import Way
from reconciler.models.settings import SyncSettings

_ROLE = re.compile(r"[A-Za-z0-9_-]+")
"""Moodle's own rule for short names of roles: ``PARAM_ALPHANUMEXT`` in its form for roles."""


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


def normalised(mapping: dict[str, str]) -> dict[str, str]:
    """A role mapping with ``_`` for ``-``; raises ValueError where that makes one key of two."""
    found: dict[str, str] = {}
    for key, role in mapping.items():
        name = key.replace("-", "_")
        if found.setdefault(name, role) != role:
            raise ValueError(f"role_mapping has {name} twice, with '-' and '_'")
    return found
