<?php
/**
 * Reading: what a look at the site tells, whoever is in it.
 *
 * Drupal functions called: config, keyValue (getMultiple), file_system (realpath).
 */
namespace avc_moodle_sync;

/** What our values in Drupal's state begin with. */
const STATE = 'avc_moodle_sync.';

/** What of it is told: from_rows.STATE_NAMES. */
const STATE_NAMES = ['last_sync', 'synced_users', 'synced_cohorts', 'failed_syncs', 'scoped_last_sync'];

/**
 * What Drupal itself tells. It may fill its caches meanwhile, so this comes before the transaction,
 * in which nothing can be written.
 */
function facts_of_drupal(): array
{
    // The settings in force, whatever settings.php overrides.
    $oauth = \Drupal::config('simple_oauth.settings');
    return [
        'state' => (object) remembered(STATE_NAMES),
        'public_key' => key_file((string) $oauth->get('public_key')),
        'private_key' => key_file((string) $oauth->get('private_key')),
        'token_lifetime' => number_or_null($oauth->get('access_token_expiration')),
        'clock' => time(),
    ];
}

/**
 * Says them, with what the database tells of whose it is. Not what settings.php overrides or a cache
 * has kept: that may be another site's.
 */
function say_facts(array $facts): void
{
    $roles = "SELECT name FROM {config} WHERE collection = '' AND name LIKE 'group.role.guild-%'";
    $names = [];
    foreach (rows($roles) as [$name]) {
        $names[] = substr($name, strlen('group.role.'));
    }
    $modules = stored('core.extension')['module'] ?? null;
    say('facts', $facts + [
        'uuid' => (string) (stored('system.site')['uuid'] ?? ''),
        'modules' => is_array($modules) ? array_map('strval', array_keys($modules)) : null,
        'guild_roles' => $names,
    ]);
}

/** A configuration object as the database has it; empty where there is none. */
function stored(string $name): array
{
    $sql = "SELECT data FROM {config} WHERE collection = '' AND name = :name";
    foreach (rows($sql, [':name' => $name]) as [$data]) {
        $value = @unserialize((string) $data, ['allowed_classes' => false]);
        return is_array($value) ? $value : [];
    }
    return [];
}

/** What Drupal's state has under these names, by name, below its cache; only whole numbers. */
function remembered(array $names): array
{
    $values = \Drupal::keyValue('state')->getMultiple(array_map(fn ($name) => STATE . $name, $names));
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

/**
 * A key's path as the settings have it, whether there is such a file, and its permission bits; null
 * where it would be in a directory that nobody lets us look into.
 */
function key_file(string $path): ?array
{
    // As simple_oauth looks it up; relative paths begin at Drupal's root, where Drush stands.
    $file = $path === '' ? false : \Drupal::service('file_system')->realpath($path);
    if ($file !== false && is_file($file)) {
        return ['path' => $path, 'there' => true, 'mode' => fileperms($file) & 0777];
    }
    return is_hidden($path) ? null : ['path' => $path, 'there' => false, 'mode' => null];
}

/** Whether a file may be there and not be seen. */
function is_hidden(string $path): bool
{
    $directory = dirname($path);
    while (!is_dir($directory) && $directory !== dirname($directory)) {
        $directory = dirname($directory);
    }
    return is_dir($directory) && !is_executable($directory);
}
