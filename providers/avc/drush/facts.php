<?php
/**
 * Reading: what a look at the site tells, whoever is in it. Drupal may fill its caches meanwhile,
 * so this comes before the transaction, in which nothing can be written.
 *
 * Drupal functions called: config.storage (read, listAll), config, state (getMultiple),
 * file_system (realpath).
 */
namespace avc_moodle_sync;

/** What our values in Drupal's state begin with. */
const STATE = 'avc_moodle_sync.';

/** What of it is told: from_rows.STATE_NAMES. */
const STATE_NAMES = ['last_sync', 'synced_users', 'synced_cohorts', 'failed_syncs', 'scoped_last_sync'];

/** Says the site's facts. */
function say_facts(): void
{
    // The stored values: what settings.php overrides here would be another site's.
    $storage = \Drupal::service('config.storage');
    $site = $storage->read('system.site') ?: [];
    $modules = ($storage->read('core.extension') ?: [])['module'] ?? null;
    // And here the ones in force.
    $oauth = \Drupal::config('simple_oauth.settings');
    say('facts', [
        'uuid' => (string) ($site['uuid'] ?? ''),
        'modules' => is_array($modules) ? array_map('strval', array_keys($modules)) : null,
        'guild_roles' => array_map(
            fn ($name) => substr($name, strlen('group.role.')),
            $storage->listAll('group.role.guild-')
        ),
        'state' => (object) remembered(STATE_NAMES),
        'public_key' => key_file((string) $oauth->get('public_key')),
        'private_key' => key_file((string) $oauth->get('private_key')),
        'token_lifetime' => number_or_null($oauth->get('access_token_expiration')),
        'clock' => time(),
    ]);
}

/** What Drupal's state has under these names, by name; only whole numbers. */
function remembered(array $names): array
{
    $values = \Drupal::state()->getMultiple(array_map(fn ($name) => STATE . $name, $names));
    $numbers = [];
    foreach ($names as $name) {
        $number = number_or_null($values[STATE . $name] ?? null);
        if ($number !== null) {
            $numbers[$name] = $number;
        }
    }
    return $numbers;
}

function number_or_null(mixed $value): ?int
{
    return (is_int($value) || is_string($value)) && ctype_digit((string) $value) ? (int) $value : null;
}

/** A key's path as the settings have it, whether there is such a file, and its permission bits. */
function key_file(string $path): array
{
    // As simple_oauth looks it up; relative paths begin at Drupal's root, where Drush stands.
    $file = $path === '' ? false : \Drupal::service('file_system')->realpath($path);
    $there = $file !== false && is_file($file);
    return ['path' => $path, 'there' => $there, 'mode' => $there ? fileperms($file) & 0777 : null];
}
