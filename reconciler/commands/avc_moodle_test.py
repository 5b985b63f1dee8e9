"""``pl avc-moodle-test``: whether the integration of two sites can work."""

from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.commands.options import AvcName, Debug, MoodleName

if TYPE_CHECKING:
    from reconciler.config.recipes import Kind
    from reconciler.models.checks import Configured
    from reconciler.models.integration import Seen


def avc_moodle_test(
    avc_site: AvcName,
    moodle_site: MoodleName,
    debug: Debug = False,  # noqa: ARG001 - the runner looks at it
) -> int:
    """Test the integration of an AVC site and a Moodle site. Writes nothing.

    Examples:
      pl avc-moodle-test avc ss

    Exit codes: 0 only if every check that ran has passed, else 1.
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
    avc, moodle = _refused(file, avc_site, "avc"), _refused(file, moodle_site, "moodle")
    # Of a file that makes no sense, both say the same; of anything else, each names its site.
    return Configured(file=avc) if avc and avc == moodle else Configured(avc=avc, moodle=moodle)


def _refused(file: Path, site: str, kind: "Kind") -> str:
    """Why this entry leads to no such site: it is missing, another kind's, or makes no sense."""
    from reconciler.config.integration import MoodleIntegration
    from reconciler.config.sites import AvcIntegration, Via, entry_of
    from reconciler.errors import ConfigError
    from reconciler.inspection import sentence

    try:
        entry = entry_of(file, site, kind)
        entry.part("access", Via)
        if kind == "avc":
            entry.part("moodle_integration", MoodleIntegration)
        else:
            entry.part("avc_integration", AvcIntegration)
    except ConfigError as error:
        return sentence(error)
    return ""


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
