<?php
// Settings of the site and of plugins. Mirrors lib/moodlelib.php, lib/setuplib.php, lib/weblib.php.

const FORMAT_HTML = '1';
const MEMORY_HUGE = -4;
const DAYSECS = 86400;

/** What config.php says goes before what the table says. */
function initialise_cfg(): void {
    global $CFG, $DB;
    foreach ($DB->get_records_menu('config', [], '', 'name, value') as $name => $value) {
        $CFG->$name ??= $value;
    }
}

/** A plugin's setting; false where there is none. */
function get_config(string $plugin, string $name): string|false {
    global $DB;
    return $DB->get_field('config_plugins', 'value', ['plugin' => $plugin, 'name' => $name]);
}

/** Null takes the setting away. Without a plugin: the site's. */
function set_config(string $name, mixed $value, ?string $plugin = null): bool {
    global $CFG, $DB;
    sandbox_before('set_config', $name, $value, $plugin);
    $table = $plugin === null ? 'config' : 'config_plugins';
    $key = $plugin === null ? ['name' => $name] : ['plugin' => $plugin, 'name' => $name];
    $DB->delete_records($table, $key);
    if ($value !== null) {
        $DB->insert_record($table, (object) [...$key, 'value' => (string) $value]);
    }
    if ($plugin === null) {
        $CFG->$name = $value;
    }
    return true;
}

/** Whether the files are of another version than the database. */
function moodle_needs_upgrading(bool $checkupgradeflag = true): bool {
    global $CFG;
    require($CFG->dirroot . '/version.php');
    return (string) $version !== (string) $CFG->version;
}

/** Moodle gives itself more memory here; tests keep the limit that they set. */
function raise_memory_limit(int|string $limit): bool {
    return true;
}
