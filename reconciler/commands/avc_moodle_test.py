"""``pl avc-moodle-test``: whether the integration of two sites can work."""

from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.commands.options import AvcName, Debug, MoodleName

if TYPE_CHECKING:
    from reconciler.models.checks import Configured
    from reconciler.models.integration import Seen


def avc_moodle_test(
    avc_site: AvcName,
    moodle_site: MoodleName,
    debug: Debug = False,  # noqa: ARG001 - the runner looks at it
) -> int:
    """Test the integration of an AVC site and a Moodle site. Writes nothing.

    Exit code 0 only if every check that ran has passed.
    """
    from reconciler.checks import all_checks, tally
    from reconciler.config.nwp import refuse_bad_name
    from reconciler.render.checks import check_lines, heading
    from reconciler.render.terminal import Terminal

    for name in (avc_site, moodle_site):
        refuse_bad_name(name)
    terminal = Terminal()
    terminal.lines(heading(avc_site, moodle_site))
    configured = _configured(avc_site, moodle_site)
    checks = all_checks(_seen(avc_site, moodle_site, configured), configured)
    terminal.lines(check_lines(checks))
    found = tally(checks)
    return int(found.failed > 0 or not found.passed)


def _configured(avc_site: str, moodle_site: str) -> "Configured":
    """What is wrong with nwp.yml, and with which part of it."""
    from reconciler.config.nwp import find_file
    from reconciler.errors import ConfigError
    from reconciler.inspection import sentence
    from reconciler.models.checks import Configured

    try:
        file = find_file(Path.cwd())
        file.open(encoding="utf-8").close()
    except ConfigError as error:
        return Configured(file=sentence(error))
    except OSError as error:
        return Configured(file=f"{file} cannot be read: {error.strerror}")
    found = _missing(file, avc_site, moodle_site)
    return found if found != Configured() else _wrong(avc_site, moodle_site)


def _missing(file: Path, avc_site: str, moodle_site: str) -> "Configured":
    """Which of the two has no entry."""
    from reconciler.config.nwp import site_entry
    from reconciler.errors import ConfigError
    from reconciler.inspection import sentence
    from reconciler.models.checks import Configured

    errors = {}
    for site in (avc_site, moodle_site):
        try:
            site_entry(file, site)
        except ConfigError as error:
            errors[site] = sentence(error)
    avc, moodle = (errors.get(site, "") for site in (avc_site, moodle_site))
    # Of a file that makes no sense, both say the same.
    return Configured(file=avc) if avc and avc == moodle else Configured(avc=avc, moodle=moodle)


def _wrong(avc_site: str, moodle_site: str) -> "Configured":
    """Which of the two entries is another kind of site's, or has a setting that makes no sense."""
    from reconciler.config.sites import describe_pair
    from reconciler.errors import NotReady, ReconcilerError
    from reconciler.models.checks import Configured

    try:
        describe_pair(avc_site, moodle_site)
    except NotReady as error:
        reasons = error.reasons
    except ReconcilerError as error:
        reasons = (str(error),)
    else:
        return Configured()
    of_moodle = (f": sites.{moodle_site}.", f"Site '{moodle_site}' ")
    moodle = [reason for reason in reasons if any(words in reason for words in of_moodle)]
    avc = [reason for reason in reasons if reason not in moodle]
    return Configured(avc=" ".join(avc), moodle=" ".join(moodle))


def _seen(avc_site: str, moodle_site: str, configured: "Configured") -> "Seen":
    """A look at both sites; where nwp.yml does not lead to them, nobody looks."""
    import time

    from reconciler.commands.avc_moodle_status import the_web, ways_to
    from reconciler.config.sites import describe_pair
    from reconciler.inspection import look
    from reconciler.models.checks import Configured
    from reconciler.models.integration import Seen, SeenAvc, SeenMoodle

    if configured != Configured():
        return Seen(SeenAvc(avc_site), SeenMoodle(moodle_site))
    described = describe_pair(avc_site, moodle_site)
    return look(ways_to(described, avc_site, moodle_site), the_web(), time.time)
