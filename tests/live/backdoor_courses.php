<?php
/**
 * What the live tests arrange and look at in a Moodle's courses. DirectoryBackdoor sends it to PHP
 * after backdoor.php.
 */

require_once $CFG->dirroot . '/course/lib.php';
require_once $CFG->dirroot . '/enrol/cohort/locallib.php';
require_once $CFG->libdir . '/gradelib.php';

/** The id of a new course that enrols the cohorts, each in its role, and has a grade item. */
function create_course_for(string $name, array $roles): int
{
    $course = create_course((object) [
        'shortname' => $name,
        'fullname' => $name,
        'category' => core_course_category::get_default()->id,
    ]);
    foreach ($roles as [$cohort, $role]) {
        $fields = ['customint1' => $cohort, 'roleid' => role_id($role)];
        enrol_get_plugin('cohort')->add_instance($course, $fields);
    }
    $item = ['courseid' => $course->id, 'itemtype' => 'manual', 'itemname' => 'x'];
    (new grade_item($item, false))->insert();
    return (int) $course->id;
}

function sync_enrolments(int $course): void
{
    enrol_cohort_sync(new null_progress_trace(), $course);
}

/** The cohorts that enrol somebody in the course, 0 for another way; and the roles there. */
function enrolled(int $course, int $account): array
{
    global $DB;
    $ways = $DB->get_records_sql(
        'SELECT ue.id, e.enrol, e.customint1, ue.status
           FROM {user_enrolments} ue JOIN {enrol} e ON e.id = ue.enrolid
          WHERE e.courseid = ? AND ue.userid = ? ORDER BY e.id',
        [$course, $account]
    );
    $roles = get_user_roles(context_course::instance($course), $account, false, 'r.shortname');
    $way = fn ($row) => [$row->enrol === 'cohort' ? (int) $row->customint1 : 0, (int) $row->status];
    return [array_map($way, array_values($ways)), array_column($roles, 'shortname')];
}

function disable_enrolments(int $course): void
{
    global $DB;
    foreach ($DB->get_records('enrol', ['courseid' => $course, 'enrol' => 'cohort']) as $instance) {
        enrol_get_plugin('cohort')->update_status($instance, ENROL_INSTANCE_DISABLED);
    }
}

function enrol_by_hand(int $course, int $account): void
{
    global $DB;
    $manual = ['courseid' => $course, 'enrol' => 'manual'];
    $instance = $DB->get_record('enrol', $manual, '*', MUST_EXIST);
    enrol_get_plugin('manual')->enrol_user($instance, $account);
}

function give_grade(int $course, int $account, float $grade): void
{
    $item = grade_item::fetch(['courseid' => $course, 'itemtype' => 'manual']);
    $item->update_final_grade($account, $grade);
}

function grade(int $course, int $account): ?float
{
    $item = grade_item::fetch(['courseid' => $course, 'itemtype' => 'manual']);
    $grade = $item->get_grade($account, false);
    return $grade->finalgrade === null ? null : (float) $grade->finalgrade;
}

function delete_courses(string $prefix): void
{
    foreach (starting_with('course', 'shortname', $prefix) as $course) {
        delete_course($course->id, false);
    }
}
