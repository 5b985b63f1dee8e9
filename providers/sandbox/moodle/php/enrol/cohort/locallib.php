<?php
// Enrolment by cohort, without grades and groups. Mirrors enrol/cohort/locallib.php and
// enrol_plugin in lib/enrollib.php.

function enrol_cohort_member_added(stdClass $cohort, int $userid): void {
    global $DB;
    if (!enrol_is_enabled('cohort')) {
        return;
    }
    $wanted = ['enrol' => 'cohort', 'customint1' => $cohort->id, 'status' => ENROL_INSTANCE_ENABLED];
    foreach ($DB->get_records('enrol', $wanted, 'id') as $instance) {
        $key = ['enrolid' => $instance->id, 'userid' => $userid];
        $context = context_course::instance($instance->courseid);
        if ($DB->record_exists('user_enrolments', $key)) {
            $DB->set_field('user_enrolments', 'status', ENROL_USER_ACTIVE, $key);
        } else {
            $DB->insert_record('user_enrolments', (object) $key);
        }
        if ($instance->roleid) {
            role_assign($instance->roleid, $userid, $context->id, 'enrol_cohort', $instance->id);
        }
    }
}

/** Disabled instances, too: Moodle does not ask. */
function enrol_cohort_member_removed(stdClass $cohort, int $userid): void {
    global $DB;
    $action = (int) get_config('enrol_cohort', 'unenrolaction');
    $by = ['enrol' => 'cohort', 'customint1' => $cohort->id];
    foreach ($DB->get_records('enrol', $by, 'id') as $instance) {
        $key = ['enrolid' => $instance->id, 'userid' => $userid];
        $enrolment = $DB->get_record('user_enrolments', $key);
        if (!$enrolment) {
            continue;
        }
        if ($action === ENROL_EXT_REMOVED_UNENROL) {
            enrol_cohort_unenrol_user($instance, $userid);
        } else if ((int) $enrolment->status !== ENROL_USER_SUSPENDED) {
            $DB->set_field('user_enrolments', 'status', ENROL_USER_SUSPENDED, $key);
            if ($action !== ENROL_EXT_REMOVED_SUSPEND) {
                enrol_cohort_unassign($instance, $userid);
            }
        }
    }
}

/** With the last enrolment in the course, of whatever kind and status, go all roles there. */
function enrol_cohort_unenrol_user(stdClass $instance, int $userid): void {
    global $DB;
    enrol_cohort_unassign($instance, $userid);
    $DB->delete_records('user_enrolments', ['enrolid' => $instance->id, 'userid' => $userid]);
    $others = 'SELECT 1 FROM {user_enrolments} ue JOIN {enrol} e ON e.id = ue.enrolid
                WHERE ue.userid = :userid AND e.courseid = :courseid';
    if (!$DB->record_exists_sql($others, ['userid' => $userid, 'courseid' => $instance->courseid])) {
        $context = context_course::instance($instance->courseid);
        role_unassign_all(['userid' => $userid, 'contextid' => $context->id]);
    }
}

function enrol_cohort_unassign(stdClass $instance, int $userid): void {
    role_unassign_all([
        'userid' => $userid,
        'contextid' => context_course::instance($instance->courseid)->id,
        'component' => 'enrol_cohort',
        'itemid' => $instance->id,
    ]);
}
