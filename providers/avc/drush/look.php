<?php
/**
 * Reading: what kind of site this is, and its guilds.
 *
 * Drupal functions called: none but by the other pieces.
 */
namespace avc_moodle_sync;

/** Says facts and guilds; returns how many rows of each kind were said. */
function work(array $request): array
{
    $facts = facts_of_drupal();
    $tables = new Tables();
    stop_time();
    say_facts($facts);
    say_guilds($tables);
    say('counts', ['guilds' => count_rows(any_guild($tables))]);
    let_time_pass();
    return Rows::$counts;
}
