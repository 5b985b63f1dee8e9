<?php
/**
 * Reading: how many guilds, people and memberships of a whole site are there by half.
 *
 * Drupal keeps each in two tables, and writes and deletes both halves in one transaction: what is
 * in one alone is what a restore has not got to yet, or has lost. It is counted in every scope, for
 * what is lost elsewhere may be the second person with somebody's address.
 *
 * Drupal functions called: none but by tables.php.
 */
namespace avc_moodle_sync;

/**
 * How many there are in one of their two tables only, or as what they are not. In its second table
 * counts who is there in the original language.
 */
function count_halves(Tables $tables): int
{
    $guild = "type = '" . GROUP_TYPE . "'";
    return count_halves_of($tables->groups, $tables->group_data, 'id', "b.$guild", "r.$guild")
        + count_halves_of($tables->users, $tables->user_data, 'uid', 'b.uid > 0', 'r.uid > 0')
        + count_halves_of_memberships($tables);
}

/**
 * Of what lost its data nobody knows whose it was; else leftovers are none, as in reading. While
 * drupal/group updates itself, memberships have another plugin or none for a time: their bundle
 * still tells what they are.
 */
function count_halves_of_memberships(Tables $tables): int
{
    $known = 'r.entity_id > 0 AND r.gid IN (' . any_guild($tables) . ')
        AND r.entity_id IN (' . anybody($tables) . ')';
    return count_halves_of(
        $tables->relationship_base,
        $tables->relationships,
        'id',
        'b.type IN (:bundles[])',
        "r.type IN (:bundles[]) AND $known",
        "CASE WHEN $tables->membership THEN 0 ELSE 1 END = 1 OR",
        [':bundles[]' => bundles($tables, $known)]
    );
}

/**
 * How many memberships and roles there are of which the rest is nowhere. drupal/group deletes a
 * guild's memberships before the guild (Group::preDelete), and a person's with the person
 * (group_entity_delete); Drupal an entity's fields with it.
 */
function count_leftovers(Tables $tables): int
{
    $guilds = any_guild($tables);
    $people = anybody($tables);
    $known = "r.entity_id > 0 AND r.gid IN ($guilds) AND r.entity_id IN ($people)";
    $memberships = "SELECT DISTINCT r.id FROM $tables->relationships r
        WHERE r.type IN (:bundles[]) AND r.entity_id > 0
              AND (r.gid NOT IN ($guilds) OR r.entity_id NOT IN ($people))";
    $roles = "SELECT DISTINCT s.entity_id FROM $tables->roles s
        WHERE s.deleted = 0 AND s.entity_id NOT IN (SELECT b.id FROM $tables->relationship_base b)";
    return count_rows($memberships, [':bundles[]' => bundles($tables, $known)])
        + count_rows($roles, []);
}

/** The bundle of memberships in guilds: what drupal/group calls it, and what it is called. */
function bundles(Tables $tables, string $known): array
{
    $bundles = [MEMBERSHIP_OF_GUILD => true];
    $called = "SELECT DISTINCT r.type FROM $tables->relationships r
                WHERE $tables->membership AND $known";
    foreach (rows($called) as [$bundle]) {
        $bundles[$bundle] = true;
    }
    return array_keys($bundles);
}

/** Rows of a first table, b, without an original in the second, r, and rows of r without any of b. */
function count_halves_of(
    string $base,
    string $data,
    string $key,
    string $of_base,
    string $of_data,
    string $or = '',
    array $values = []
): int {
    $without_data = "SELECT b.$key FROM $base b WHERE $of_base AND NOT EXISTS
        (SELECT 1 FROM $data r WHERE r.$key = b.$key AND r.default_langcode = 1)";
    $without_base = "SELECT DISTINCT r.$key FROM $data r WHERE $of_data
        AND ($or NOT EXISTS (SELECT 1 FROM $base b WHERE b.$key = r.$key))";
    return count_rows($without_data, $values) + count_rows($without_base, $values);
}
