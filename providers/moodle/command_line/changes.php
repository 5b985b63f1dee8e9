<?php
/**
 * Reading: what Moodle's own log tells of cohorts, and of whoever changed them.
 *
 * Moodle functions called: get_log_manager, get_readers, get_events_select (an enabled
 * \core\log\sql_reader); get_data, get_logextra (\core\event\base);
 * $DB->get_recordset_sql (close), get_in_or_equal.
 */
namespace avc_moodle_sync;

const STANDARD_LOG = 'logstore_standard';

/**
 * Says the newest events of each some hundred cohorts, or that there is no log to be read. The count
 * is of what was said: the log goes on meanwhile, and an event that is missing proves nothing.
 */
function work(array $request): array
{
    $rows = new Rows('changes');
    $names = new Rows('names');
    try {
        $found = logged($request);
    } catch (\Throwable $error) {
        $found = null;
    }
    if ($found === null) {
        say('no-log');
        return Rows::$counts;
    }
    array_map($rows->add(...), $found);
    $rows->flush();
    foreach (array_chunk(array_unique(array_column($found, 4)), VALUES) as $accounts) {
        say_names($names, $accounts);
    }
    return Rows::$counts;
}

/** Rows of id, cohort, account, event, who did it, Unix time, origin; null without a log. */
function logged(array $request): ?array
{
    global $DB;
    $readers = get_log_manager()->get_readers('\core\log\sql_reader');
    $reader = $readers[STANDARD_LOG] ?? reset($readers);
    if (!$reader) {
        return null;
    }
    [$named, $events] = $DB->get_in_or_equal($request['events']);
    $found = [];
    foreach (array_chunk($request['cohorts'], VALUES) as $cohorts) {
        [$about, $ids] = $DB->get_in_or_equal($cohorts);
        // Cohorts are in no course; course, anonymity and time are an index of the log.
        $where = "courseid = 0 AND anonymous = 0 AND timecreated >= ?
              AND eventname $named AND objectid $about";
        $since = time() - DAYSECS * $request['days'];
        $values = [$since, ...$events, ...$ids];
        $sort = 'timecreated DESC';
        $logged = $reader->get_events_select($where, $values, $sort, 0, $request['most']);
        foreach ($logged as $id => $event) {
            $found[] = row_of((int) $id, $event->get_data(), $event->get_logextra());
        }
    }
    return $found;
}

/** Who has logged in as somebody else is who did it. */
function row_of(int $id, array $event, array $extra): array
{
    $account = $event['relateduserid'];
    return [
        $id,
        (int) $event['objectid'],
        $account === null ? null : (int) $account,
        (string) $event['eventname'],
        (int) ($extra['realuserid'] ?? $event['userid']),
        (int) $event['timecreated'],
        (string) $extra['origin'],
    ];
}

/** Accounts and their user names, of those that are still there. */
function say_names(Rows $said, array $accounts): void
{
    global $DB;
    [$by, $values] = $DB->get_in_or_equal($accounts);
    $sql = "SELECT id, username FROM {user} WHERE deleted = 0 AND id $by";
    $rows = $DB->get_recordset_sql($sql, $values);
    foreach ($rows as $row) {
        $said->add([(int) $row->id, (string) $row->username]);
    }
    $rows->close();
    $said->flush();
}
