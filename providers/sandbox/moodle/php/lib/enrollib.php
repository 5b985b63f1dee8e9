<?php
// What every enrolment plugin uses. Mirrors lib/enrollib.php.

const ENROL_INSTANCE_ENABLED = 0;
const ENROL_INSTANCE_DISABLED = 1;
const ENROL_USER_ACTIVE = 0;
const ENROL_USER_SUSPENDED = 1;
const ENROL_EXT_REMOVED_UNENROL = 0;
const ENROL_EXT_REMOVED_SUSPEND = 2;
const ENROL_EXT_REMOVED_SUSPENDNOROLES = 3;

function enrol_is_enabled(string $plugin): bool {
    global $CFG;
    return in_array($plugin, explode(',', $CFG->enrol_plugins_enabled), true);
}
