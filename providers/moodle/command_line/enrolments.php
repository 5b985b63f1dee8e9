<?php
/**
 * Reading: what enrols accounts in courses.
 *
 * Moodle functions called: $DB->get_recordset_sql (close), count_records_sql, get_in_or_equal.
 */
namespace avc_moodle_sync;

/**
 * Says account, course, and the cohort that the enrolment hangs on, 0 for any other way. Whatever
 * their status: enrol_plugin::unenrol_user (lib/enrollib.php) asks only whether a row of
 * user_enrolments is left in the course before it drops grades and groups there.
 */
function work(array $request): array
{
    global $DB;
    $said = new Rows('enrolments');
    $count = 0;
    foreach (array_chunk($request['accounts'], VALUES) as $accounts) {
        foreach (array_chunk($request['courses'], VALUES) as $courses) {
            [$from, $parameters] = enrolments($accounts, $courses);
            $sql = "SELECT ue.id, ue.userid, e.courseid, e.enrol, e.customint1 $from";
            $rows = $DB->get_recordset_sql($sql, $parameters);
            foreach ($rows as $row) {
                $cohort = $row->enrol === 'cohort' ? (int) $row->customint1 : 0;
                $said->add([(int) $row->userid, (int) $row->courseid, $cohort]);
            }
            $rows->close();
            $count += (int) $DB->count_records_sql("SELECT COUNT(1) $from", $parameters);
        }
    }
    $said->flush();
    return ['enrolments' => $count];
}

/** Tables and condition, and their parameters. */
function enrolments(array $accounts, array $courses): array
{
    global $DB;
    [$by, $first] = $DB->get_in_or_equal($accounts);
    [$in, $second] = $DB->get_in_or_equal($courses);
    $from = "FROM {user_enrolments} ue JOIN {enrol} e ON e.id = ue.enrolid
            WHERE ue.userid $by AND e.courseid $in";
    return [$from, array_merge($first, $second)];
}
