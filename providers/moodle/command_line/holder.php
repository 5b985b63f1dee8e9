<?php
/**
 * Writing: who holds the lock, for whoever else wants to write meanwhile.
 *
 * Moodle functions called: set_config; $DB->get_field.
 */
namespace avc_moodle_sync;

/** Name of the setting, under our component's name. */
const WRITER = 'writer';

/**
 * Leaves word of who writes. Outside of any transaction: others have to see it. Moodle's lock holds
 * without it; that it cannot be left is said, and spoils nothing.
 */
function name_holder(array $run): void
{
    $holder = [
        'by' => $run['by'],
        'host' => (string) gethostname(),
        'pid' => (int) getmypid(),
        'user' => name_of(function_exists('posix_geteuid') ? posix_geteuid() : null),
        'scope' => $run['scope'],
        'since' => time(),
    ];
    try {
        set_config(WRITER, json_encode($holder, JSON_INVALID_UTF8_SUBSTITUTE), COMPONENT);
    } catch (\Throwable $error) {
        say('unrecorded', ['message' => message_of($error)]);
    }
}

/** Takes the word away. What stays when this fails is the next writer's to overwrite. */
function forget_holder(): void
{
    try {
        set_config(WRITER, null, COMPONENT);
    } catch (\Throwable) {
        return;
    }
}

/**
 * The word of who holds the lock; empty where there is none. Only right while the lock cannot be
 * had: who was killed has left it. From the table itself: Moodle's cache may be of a moment ago.
 */
function holder(): string
{
    global $DB;
    $key = ['plugin' => COMPONENT, 'name' => WRITER];
    return (string) $DB->get_field('config_plugins', 'value', $key);
}
