"""A directory that looks like a Moodle's root, for PHP programs: the sandbox by command line.

Its PHP files, in ``php/``, stand in for the functions of Moodle that this project's program calls,
and for what other parts of Moodle do when they are called. They keep the site in the sandbox's
SQLite file. Tests on it are tests of the program and of its protocol, and say nothing about Moodle.
"""

import shutil
from pathlib import Path

from providers.sandbox.moodle.schema import RELEASES
from providers.sandbox.moodle.store import connect, read_settings

_FILES = Path(__file__).parent / "php"

_CONFIG = """\
<?php
unset($CFG);
global $CFG;
$CFG = new stdClass();
$CFG->dbtype = 'sqlite';
$CFG->dbname = '{database}';
$CFG->prefix = '';
$CFG->dboptions = [];
$CFG->wwwroot = '{wwwroot}';
$CFG->dataroot = __DIR__ . '/moodledata';
$CFG->root = __DIR__;
$CFG->dirroot = __DIR__ . '{docroot}';
$CFG->libdir = $CFG->dirroot . '/lib';

require_once($CFG->libdir . '/setup.php');
"""
_VERSION = """\
<?php
$version = {version};
$release = '{release}';
"""


def write_php_site(directory: Path, database: Path) -> None:
    """Make the directory: config.php, Moodle's files where its release has them, and moodledata.

    ``database`` is a file of store.create. Raises FileExistsError, FileNotFoundError.
    """
    with connect(database) as db:
        settings = read_settings(db)
    docroot = "/public" if settings.release.startswith("5.") else ""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "moodledata").mkdir()
    files = directory / docroot.strip("/")
    shutil.copytree(_FILES, files, dirs_exist_ok=True)
    release, version = RELEASES[settings.release]
    (files / "version.php").write_text(_VERSION.format(version=version, release=release))
    (directory / "config.php").write_text(
        _CONFIG.format(
            database=_quoted(str(database.resolve())),
            wwwroot=_quoted(settings.wwwroot),
            docroot=docroot,
        ),
        encoding="utf-8",
    )


def _quoted(text: str) -> str:
    """Between PHP's single quotes."""
    return text.replace("\\", "\\\\").replace("'", "\\'")
