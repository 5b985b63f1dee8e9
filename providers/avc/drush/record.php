<?php
/**
 * Writing: what AVC is to remember of a run. By Drupal's state, which it caches, and in the table
 * of its user data, many people at once.
 *
 * Drupal functions called: state (setMultiple), keyValue (getMultiple), user.data (get), lock
 * (acquire, wait, release), database (startTransaction, query, delete, insert; condition, fields, values, execute, rollBack).
 */
namespace avc_moodle_sync;

const MODULE = 'avc_moodle_sync';

/** Writes the record; returns how much of it Drupal shows afterwards. */
function work(array $record): array
{
    if ($record['failed']) {
        return ['values' => count_failure(), 'people' => 0];
    }
    $now = time();
    $people = stamp($record['people'], $now);
    $prefix = $record['full'] ? '' : 'scoped_';
    $values = remember([
        "{$prefix}last_sync" => $now,
        "{$prefix}synced_users" => $record['users'],
        "{$prefix}synced_cohorts" => $record['cohorts'],
    ]);
    return ['values' => $values, 'people' => $people];
}

/** Counts one more failed run, while nobody else does. */
function count_failure(): int
{
    $name = MODULE . '.failed_syncs';
    $lock = \Drupal::lock();
    while (!$lock->acquire($name)) {
        // Half a minute at most; it says true when there was nothing but waiting.
        if ($lock->wait($name)) {
            throw new \RuntimeException("Drupal's lock $name is held by somebody else for long");
        }
    }
    try {
        $failed = (int) (\Drupal::keyValue('state')->getMultiple([$name])[$name] ?? 0);
        return remember(['failed_syncs' => $failed + 1]);
    } finally {
        $lock->release($name);
    }
}

/** Writes values into Drupal's state, and reads them from below its cache. */
function remember(array $named): int
{
    $values = [];
    foreach ($named as $name => $value) {
        $values[MODULE . ".$name"] = $value;
    }
    \Drupal::state()->setMultiple($values);
    $kept = \Drupal::keyValue('state')->getMultiple(array_keys($values));
    foreach ($values as $name => $value) {
        if (($kept[$name] ?? null) !== $value) {
            throw new \RuntimeException("Drupal took the state $name, and does not show it");
        }
    }
    return count($values);
}

/** Gives each of these people the time, and reads it again; returns how many of them there are. */
function stamp(array $uids, int $now): int
{
    $database = \Drupal::database();
    $transaction = $database->startTransaction();
    try {
        $there = [];
        foreach (array_chunk($uids, VALUES) as $some) {
            $there = array_merge($there, stamp_some($some, $now));
        }
    } catch (\Throwable $error) {
        $transaction->rollBack();
        throw $error;
    }
    unset($transaction);
    $kept = $there ? \Drupal::service('user.data')->get(MODULE, null, 'last_sync') : [];
    foreach ($there as $uid) {
        if ((int) ($kept[$uid] ?? 0) !== $now) {
            throw new \RuntimeException("Drupal took the time of user $uid, and does not show it");
        }
    }
    return count($there);
}

/**
 * As UserData::set (user/src/UserData.php) stores a number, but for many at once: its merge query
 * would be one for each person. Returns the uids that there are.
 */
function stamp_some(array $uids, int $now): array
{
    $database = \Drupal::database();
    $sql = 'SELECT uid FROM {users} WHERE uid > 0 AND uid IN (:uids[])';
    $there = numbers($database->query($sql, [':uids[]' => $uids])->fetchCol());
    if (!$there) {
        return [];
    }
    $database->delete('users_data')
        ->condition('module', MODULE)
        ->condition('name', 'last_sync')
        ->condition('uid', $there, 'IN')
        ->execute();
    $rows = $database->insert('users_data')
        ->fields(['uid', 'module', 'name', 'value', 'serialized']);
    foreach ($there as $uid) {
        $rows->values([$uid, MODULE, 'last_sync', $now, 0]);
    }
    $rows->execute();
    return $there;
}
