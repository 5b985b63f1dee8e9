"""PHP at one Moodle."""

from functools import partial

from providers.carriers.carrier import Carrier
from providers.moodle.command_line import errors
from providers.moodle.command_line.documents import DOCUMENT, Said
from providers.moodle.command_line.program import program
from providers.php.conversation import Language
from providers.php.conversation import Php as AnyPhp

Php = AnyPhp[Said]


def moodle_php(
    carrier: Carrier,
    site: str,
    *,
    executable: str = "php",
    silence: float = 300,
    any_owner: bool = False,
) -> Php:
    """PHP, started in the directory where Moodle's config.php is."""
    language = Language("Moodle", partial(program, any_owner=any_owner), DOCUMENT, errors)
    return Php(carrier, site, [executable], language, silence)
