"""Both embedded sites as two projects of DDEV's, with a stand-in for ``ddev`` beside them."""

from pathlib import Path

from providers.sandbox.avc.drupal_site import write_drupal_site
from providers.sandbox.ddev.project import make_project, write_ddev
from providers.sandbox.moodle.php_site import write_php_site

AVC = "sites/avc"
MOODLE = "sites/ss"
PROGRAMS = "bin"
AVC_URL = "https://avc.sandbox.example"

NWP = """\
# A sandbox: two invented sites, as two projects of DDEV's. bin/ddev stands in for DDEV.
# Try: PATH=$PWD/bin:$PATH pl avc-moodle-sync avc ss --full --dry-run
recipes:
  avc:
    webroot: html
    moodle_integration:
      role_mapping: {guild_admin: manager, guild_mentor: teacher, guild_member: student}
  m: {type: moodle, webroot: .}
sites:
  avc:
    recipe: avc
    moodle_integration:
      enabled: true
      moodle_site: ss
      badge_display: false
  ss:
    recipe: m
    avc_integration: {enabled: true, avc_site: avc, avc_url: ""}
"""


def write_projects(place: Path, avc: Path, moodle: Path) -> None:
    """Make ``sites/avc`` and ``sites/ss`` projects around their SQLite files, and ``bin/ddev``.

    Raises FileExistsError rather than write over a site.
    """
    write_drupal_site(place / AVC, f"sqlite:///{avc}")
    make_project(place / AVC, "avc", kind="drupal10", docroot="html", url=AVC_URL)
    write_php_site(place / MOODLE, moodle)
    make_project(place / MOODLE, "ss")
    (place / PROGRAMS).mkdir(exist_ok=True)
    write_ddev(place / PROGRAMS)
