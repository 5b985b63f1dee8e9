<?php
/**
 * Starts Moodle, unless its state forbids to work with it, and does what was asked.
 *
 * Moodle functions called: moodle_needs_upgrading, raise_memory_limit, get_admin,
 * \core\session\manager::set_user.
 * Moodle's globals read: $CFG->dirroot, dataroot, wwwroot, release, maintenance_enabled,
 * upgraderunning, dboptions.
 */
namespace avc_moodle_sync;

/**
 * What went wrong, in a line. Database exceptions of Moodle have the database's own words in
 * ``error`` (lib/dml/dml_exception.php, dml_write_exception), which alone tell what was wrong.
 */
function message_of(\Throwable $error): string
{
    $detail = one_line((string) ($error->error ?? $error->debuginfo ?? ''));
    return one_line($error->getMessage()) . ($detail === '' ? '' : " ($detail)");
}

/** Ends the program when PHP would leave files in moodledata that the web server cannot write. */
function refuse_other_owner(bool $any_owner): void
{
    global $CFG;
    $owner = fileowner($CFG->dataroot);
    $user = function_exists('posix_geteuid') ? posix_geteuid() : null;
    if ($user !== $owner && !$any_owner) {
        refuse('owner', ['owner' => name_of($owner), 'user' => name_of($user)]);
    }
}

/** A user's name, or the number where that has none. */
function name_of(?int $user): string
{
    if ($user === null || !function_exists('posix_getpwuid')) {
        return (string) $user;
    }
    return (string) (posix_getpwuid($user)['name'] ?? $user);
}

/**
 * Ends the program in maintenance, and during or before an upgrade. Moodle leaves both to each
 * script of its command line (lib/setup.php, admin/cli/cron.php).
 */
function refuse_while_changing(): void
{
    global $CFG;
    if (file_exists("$CFG->dataroot/climaintenance.html")) {
        refuse('cli-maintenance');
    }
    if (!empty($CFG->maintenance_enabled)) {
        refuse('maintenance');
    }
    // A time in the past is left over from an upgrade that died (lib/setup.php).
    if (!empty($CFG->upgraderunning) && $CFG->upgraderunning >= time()) {
        refuse('upgrade-running');
    }
    // Without the look at the flag "outagelessupgrade", with which it would say no in an upgrade.
    if (moodle_needs_upgrading(false)) {
        refuse('upgrade-pending');
    }
}

define('CLI_SCRIPT', true);
// We tell of a running upgrade ourselves; lib/setup.php would throw.
define('NO_UPGRADE_CHECK', true);
// lib/setup.php comes back after it has read the configuration, before it writes anything.
define('ABORT_AFTER_CONFIG', true);
// PHP leaves these out when the script comes over standard input, and Moodle uses them.
foreach (['STDIN' => 'r', 'STDOUT' => 'w', 'STDERR' => 'w'] as $stream => $mode) {
    defined($stream) || define($stream, fopen('php://' . strtolower($stream), $mode));
}
register_shutdown_function('\avc_moodle_sync\say_why_it_stopped');

try {
    if (!is_file(getcwd() . '/config.php')) {
        refuse('no-config', ['path' => getcwd()]);
    }
    require getcwd() . '/config.php';
    if (!isset($CFG->dirroot, $CFG->dataroot) || !is_file("$CFG->dirroot/lib/setup.php")) {
        refuse('no-moodle', ['path' => getcwd()]);
    }
    refuse_other_owner(ANY_OWNER);
    // Read replicas lag behind, and are outside of our transactions.
    unset($CFG->dboptions['readonly']);
    define('ABORT_AFTER_CONFIG_CANCEL', true);
    // Moodle's own way to go on: theme/styles.php.
    require $CFG->dirroot . '/lib/setup.php';
    refuse_while_changing();
    raise_memory_limit(MEMORY_HUGE);
    // As Moodle's own scripts do; events and the plugins that see them expect somebody.
    \core\session\manager::set_user(get_admin());
    say('hello', ['url' => rtrim($CFG->wwwroot, '/'), 'release' => (string) $CFG->release]);
    $request = json_decode(request(), true, 64, JSON_THROW_ON_ERROR);
    conclude('trailer', ['counts' => work($request)]);
    exit(0);
} catch (Refusal $refusal) {
    conclude('refused', ['why' => $refusal->why] + $refusal->facts);
    exit(0);
} catch (\Throwable $error) {
    conclude('failed', ['message' => message_of($error)]);
    exit(1);
}
