<?php
/**
 * Reading: who is in cohorts, and how many they are.
 *
 * Moodle functions called: $DB->get_recordset_sql (close), get_records_sql, get_fieldset_sql.
 */
namespace avc_moodle_sync;

/**
 * Memberships of living accounts. Rows of others are left over: cohort_add_member (cohort/lib.php)
 * takes any number, and only delete_user (lib/moodlelib.php) takes an account out of its cohorts.
 */
const MEMBERSHIPS = '{cohort_members} m JOIN {user} u ON u.id = m.userid WHERE u.deleted = 0';

/** Says the members of these cohorts, an empty list where there are none; returns all their ids. */
function say_members(array $cohorts): array
{
    global $DB;
    $everywhere = [];
    foreach ($cohorts as $cohort) {
        $sql = 'SELECT m.userid FROM ' . MEMBERSHIPS . ' AND m.cohortid = ?';
        $accounts = numbers($DB->get_fieldset_sql($sql, [$cohort]));
        foreach (array_chunk($accounts, 10 * ROWS) ?: [[]] as $some) {
            say('members', ['cohort' => $cohort, 'accounts' => $some]);
        }
        $everywhere += array_fill_keys($accounts, true);
    }
    return array_keys($everywhere);
}

/** Says memberships, as among() narrows them; returns the members' ids. */
function say_memberships(array $memberships): array
{
    global $DB;
    $inside = [];
    foreach ($memberships as [$from, $parameters]) {
        $rows = $DB->get_recordset_sql("SELECT m.cohortid, m.userid FROM $from", $parameters);
        foreach ($rows as $row) {
            $inside[(int) $row->cohortid][] = (int) $row->userid;
        }
        $rows->close();
    }
    foreach ($inside as $cohort => $accounts) {
        say('members', ['cohort' => $cohort, 'accounts' => $accounts]);
    }
    return array_unique(array_merge(...$inside));
}

/** Says how many members each of these cohorts has. */
function say_sizes(array $cohorts, array $memberships): void
{
    global $DB;
    $sizes = array_fill_keys($cohorts, 0);
    foreach ($memberships as [$from, $parameters]) {
        $sql = "SELECT m.cohortid, COUNT(1) AS members FROM $from GROUP BY m.cohortid";
        foreach ($DB->get_records_sql($sql, $parameters) as $row) {
            $sizes[(int) $row->cohortid] = (int) $row->members;
        }
    }
    $said = new Rows('sizes');
    foreach ($sizes as $cohort => $size) {
        $said->add([$cohort, $size]);
    }
    $said->flush();
}
