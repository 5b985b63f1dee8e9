<?php
// What tests can make a site do.

/**
 * Called before a function of Moodle's that writes does anything: `$CFG->sandbox_before` in config.php
 * may then throw, print, end the process, or change the site.
 */
function sandbox_before(string $function, mixed ...$arguments): void {
    global $CFG;
    if (isset($CFG->sandbox_before)) {
        ($CFG->sandbox_before)($function, $arguments);
    }
}
