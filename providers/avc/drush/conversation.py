"""Drush at one site."""

from providers.avc.drush import errors
from providers.avc.drush.documents import DOCUMENT, Said
from providers.avc.drush.program import program
from providers.carriers.carrier import Carrier
from providers.php.conversation import Language
from providers.php.conversation import Php as AnyPhp

Php = AnyPhp[Said]

_DRUPAL = Language("Drupal", program, DOCUMENT, errors)


def drush_php(
    carrier: Carrier, site: str, *, drush: str = "vendor/bin/drush", silence: float = 300
) -> Php:
    """Drupal's PHP, started by Drush in the site's root."""
    return Php(carrier, site, [drush, "php:script", "-"], _DRUPAL, silence)
