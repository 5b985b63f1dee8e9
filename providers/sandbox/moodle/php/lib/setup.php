<?php
// The stand-in's bootstrap: what Moodle's own lib/setup.php leaves behind, as far as this
// project's program needs it. Mirrors lib/setup.php of Moodle 4.5.6 and 5.1.3; it proves nothing
// about Moodle. Included twice by who aborts after config.php: no functions in here.

defined('CLI_SCRIPT') || die("Command line only.\n");

$CFG->dataroot = realpath($CFG->dataroot);
if ($CFG->dataroot === false || !is_writable($CFG->dataroot)) {
    echo "Fatal error: \$CFG->dataroot is not configured properly, or not writable! Exiting.\n";
    exit(1);
}

if (defined('ABORT_AFTER_CONFIG') && !defined('ABORT_AFTER_CONFIG_CANCEL')) {
    return; // Source: lib/setup.php, for scripts that need neither libraries nor database.
}
defined('MOODLE_INTERNAL') || define('MOODLE_INTERNAL', true);

require_once(__DIR__ . '/exceptions.php');
set_exception_handler(static function (Throwable $error): void {
    // Source: core_renderer_cli::fatal_error(), called by default_exception_handler().
    echo "!!! {$error->getMessage()} !!!\n";
    exit(1);
});
require_once(__DIR__ . '/testing.php');
require_once(__DIR__ . '/folded.php');
require_once(__DIR__ . '/transaction.php');
require_once(__DIR__ . '/recordset.php');
require_once(__DIR__ . '/database.php');
require_once(__DIR__ . '/settings.php');
require_once(__DIR__ . '/accesslib.php');
require_once(__DIR__ . '/roles.php');
require_once(__DIR__ . '/enrollib.php');
require_once(__DIR__ . '/lock.php');
require_once(__DIR__ . '/log.php');
require_once(__DIR__ . '/logging.php');
require_once(__DIR__ . '/session.php');

global $DB, $USER;
$DB = new moodle_database($CFG->dbname);
$USER = (object) ['id' => 0];
initialise_cfg();

spl_autoload_register(static function (string $class): void {
    global $CFG;
    if ($class === 'local_cohortrole\persistent') {
        include_once($CFG->dirroot . '/local/cohortrole/classes/persistent.php');
    }
});
