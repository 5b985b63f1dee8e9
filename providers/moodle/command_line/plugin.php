<?php
/**
 * The names under which role assignments are ours or local_cohortrole's.
 *
 * Moodle functions called: get_config.
 */
namespace avc_moodle_sync;

const COMPONENT = 'avc_moodle_sync';
const PLUGIN = 'local_cohortrole';

/** Whether local_cohortrole is installed, and its code is still there. */
function has_cohortrole(): bool
{
    global $CFG;
    return get_config(PLUGIN, 'version')
        && is_file("$CFG->dirroot/local/cohortrole/locallib.php")
        && is_file("$CFG->dirroot/local/cohortrole/classes/persistent.php");
}
