"""An AVC through Drush: what the entry point ``avc.drush`` connects to."""

import re
from functools import cached_property
from typing import Literal

from pydantic import Field

from providers.avc.drush import reading
from providers.avc.drush.conversation import Php, drush_php
from providers.avc.drush.reading import Look
from providers.avc.drush.recording import record as record_run
from providers.carriers.access import CarrierAccess, carrier_for
from reconciler.models.avc import AvcFacts, AvcSnapshot, Claims, Guild, SyncRecord
from reconciler.models.scope import Scope
from reconciler.models.usage import Usage
from reconciler.ports import AvcSite, SiteAccess


class DrushAccess(CarrierAccess):
    """``access:`` of an AVC site in nwp.yml that is reached by Drush, with what carriers take."""

    via: Literal["drush"] = "drush"
    drush: str = Field(
        default="vendor/bin/drush", pattern=re.compile(r"^[\w./][\w./-]*\Z", re.ASCII)
    )
    """Drush, from the site's root. Plain characters only: shells may be on the way."""


class DrushAvc:
    """Implements ``reconciler.ports.AvcSite``."""

    def __init__(self, php: Php) -> None:
        self._php = php

    def inspect(self) -> AvcFacts:
        """See the port: everything that ``AvcFacts`` has. One process tells this and guilds."""
        return self._look.facts

    def address(self) -> str | None:
        """See the port."""
        return self._php.carrier.address()

    def guilds(self) -> tuple[Guild, ...]:
        """See the port. By id, as they were when the site was first looked at."""
        return self._look.guilds

    def read(self, scope: Scope, claims: Claims) -> AvcSnapshot:
        """See the port. One process, and all of it at one moment."""
        return reading.read(self._php, scope, claims)

    def record(self, record: SyncRecord) -> bool:
        """See the port. One process; True once Drupal, read back, shows it."""
        return record_run(self._php, record)

    def usage(self) -> Usage:
        """See the port."""
        return self._php.usage()

    def traffic(self) -> str:
        """See the port."""
        return self._php.traffic()

    @cached_property
    def _look(self) -> Look:
        return reading.look(self._php)


def connect(access: SiteAccess) -> AvcSite:
    """The AVC that the configuration describes; nothing is started yet. Raises ConfigError."""
    options = access.options(DrushAccess)
    carrier = carrier_for(access, options)
    return DrushAvc(drush_php(carrier, access.site, drush=options.drush, silence=options.silence))
