<?php
/**
 * Writing: what Moodle remembers of a run, under our component's name.
 *
 * Moodle functions called: set_config, get_config, context_system::instance;
 * $DB->count_records_sql, sql_like, sql_like_escape.
 */
namespace avc_moodle_sync;

/**
 * Records a run whose every step is fulfilled, under keys of its own for other scopes than full;
 * of any other run, only that there was one. What cannot be recorded is said, and spoils nothing.
 */
function record(array $run, array $done, bool $fulfilled): void
{
    // Without a plan there was no synchronisation: a cohort was let go.
    if ($run['digest'] === '') {
        return;
    }
    try {
        if (!$fulfilled) {
            set_config('failed_syncs', 1 + (int) get_config(COMPONENT, 'failed_syncs'), COMPONENT);
            return;
        }
        $prefix = $run['scope'] === 'full' ? '' : 'scoped_';
        foreach (recorded($run, $done) as $name => $value) {
            set_config($prefix . $name, (string) $value, COMPONENT);
        }
    } catch (\Throwable $error) {
        say('unrecorded', ['message' => message_of($error)]);
    }
}

/** What is recorded, by name. */
function recorded(array $run, array $done): array
{
    return [
        'last_sync' => time(),
        'avc' => $run['avc'],
        'scope' => $run['scope'],
        'digest' => $run['digest'],
        'cohorts' => count_ours('{cohort} c', $run),
        'members' => count_ours(
            '{cohort} c JOIN {cohort_members} m ON m.cohortid = c.id
                        JOIN {user} u ON u.id = m.userid AND u.deleted = 0',
            $run
        ),
        'cohorts_created' => $done['create'] ?? 0,
        'cohorts_changed' => $done['change'] ?? 0,
        'members_added' => $done['add'] ?? 0,
        'members_removed' => $done['remove'] ?? 0,
        'roles_assigned' => ($done['assign'] ?? 0) + ($done['define'] ?? 0),
        'roles_unassigned' => ($done['unassign'] ?? 0) + ($done['undefine'] ?? 0),
    ];
}

/** Rows that belong to cohorts with a mark of this AVC. */
function count_ours(string $from, array $run): int
{
    global $DB;
    $signed = $DB->sql_like('c.description', '?');
    $whose = $DB->sql_like('c.description', '?');
    $like = fn ($text) => '%' . $DB->sql_like_escape($text) . '%';
    return (int) $DB->count_records_sql(
        "SELECT COUNT(1) FROM $from WHERE c.contextid = ? AND $signed AND $whose",
        [\context_system::instance()->id, $like($run['signature']), $like($run['avc'])]
    );
}
