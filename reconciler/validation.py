"""What keeps two sites from being synchronised, and what people should know before they are."""

from collections.abc import Iterator

from reconciler.errors import ConfigError, NotReady, ReadError
from reconciler.identity import issuer_of_avc
from reconciler.models.avc import AvcFacts
from reconciler.models.moodle import MoodleSnapshot
from reconciler.models.settings import SyncSettings
from reconciler.reconciliation import SitePair

MODULE = "avc_moodle_sync"
"""The Drupal module that the specification of ``pl avc-moodle-sync`` demands."""


def refuse_without_module(facts: AvcFacts) -> None:
    """Raise ConfigError unless AVC has the module enabled, and shows that."""
    if facts.modules is None:
        raise ConfigError(
            f"This access does not show whether AVC has the module {MODULE} enabled: let it read"
            " Drupal's table config, or set moodle_integration: sync: require_module: false in"
            " nwp.yml."
        )
    if MODULE not in facts.modules:
        raise ConfigError(
            f"{MODULE} module is not enabled\nRun: ddev drush en -y {MODULE}\n(or set"
            " moodle_integration: sync: require_module: false in nwp.yml)"
        )


def all_that_is_missing(
    pair: SitePair, found: ReadError, *, require_module: bool
) -> ReadError | NotReady:
    """The error to raise in place of the first one that was met: with whatever else is missing."""
    reasons = [*_of_avc(pair, require_module=require_module), *_of_moodle(pair)]
    others = [reason for reason in reasons if reason != str(found)]
    return NotReady((str(found), *others)) if others else found


def _of_avc(pair: SitePair, *, require_module: bool) -> Iterator[str]:
    try:
        facts = pair.avc.inspect()
        if require_module:
            refuse_without_module(facts)
    except (ReadError, ConfigError) as error:
        yield str(error)


def _of_moodle(pair: SitePair) -> Iterator[str]:
    try:
        pair.moodle.inspect()
    except ReadError as error:
        yield str(error)


def warnings(moodle: MoodleSnapshot, settings: SyncSettings) -> Iterator[str]:
    """What is not there and need not be, and what follows from that."""
    issuers = moodle.issuers
    if issuers is not None and "link" in settings.matching:
        others = [rule for rule in settings.matching if rule != "link"]
        by = f"people are matched by {', '.join(others)} alone" if others else "nobody is matched"
        if not issuers:
            yield f"Moodle has no OAuth2 issuer: {by}"
        elif issuer_of_avc(issuers, settings) is None:
            yield f"None of Moodle's OAuth2 issuers is known to be this AVC: {by}"
    if settings.role_sync and moodle.roles is not None and moodle.roles.definitions is None:
        way = (
            "this program assigns them itself"
            if "assign-roles" in moodle.abilities
            else "they cannot be given this way"
        )
        yield f"local_cohortrole is not installed in Moodle: roles at site level, {way}"
