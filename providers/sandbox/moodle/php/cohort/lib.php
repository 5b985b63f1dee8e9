<?php
// Cohorts, and what hangs on their events. Mirrors cohort/lib.php.

defined('MOODLE_INTERNAL') || die();

function cohort_add_cohort(stdClass $cohort): int {
    global $DB;
    sandbox_before('cohort_add_cohort', $cohort);
    if (!isset($cohort->name)) {
        throw new coding_exception('Missing cohort name in cohort_add_cohort().');
    }
    $cohort->idnumber ??= null;
    $cohort->description ??= '';
    $cohort->descriptionformat ??= FORMAT_HTML;
    $cohort->visible ??= 1;
    $cohort->component ??= '';
    $cohort->timecreated ??= time();
    $cohort->timemodified ??= $cohort->timecreated;
    $cohort->id = $DB->insert_record('cohort', $cohort);
    sandbox_log('cohort_created', $cohort);
    return $cohort->id;
}

function cohort_update_cohort(stdClass $cohort): void {
    global $DB;
    sandbox_before('cohort_update_cohort', $cohort);
    $cohort->timemodified = time();
    $DB->update_record('cohort', $cohort);
    // Moodle's event needs the context: who leaves it out is told so.
    sandbox_log('cohort_updated', $cohort);
}

/** Checks neither the account nor, before it has written, the cohort: Moodle does not, either. */
function cohort_add_member(int|string $cohortid, int|string $userid): void {
    global $DB;
    sandbox_before('cohort_add_member', $cohortid, $userid);
    $membership = ['cohortid' => $cohortid, 'userid' => $userid];
    if ($DB->record_exists('cohort_members', $membership)) {
        return;
    }
    $DB->insert_record('cohort_members', (object) $membership);
    $cohort = $DB->get_record('cohort', ['id' => $cohortid], '*', MUST_EXIST);
    sandbox_log('cohort_member_added', $cohort, (int) $userid);
    sandbox_tell_observers('member_added', $cohort, (int) $userid);
}

function cohort_remove_member(int|string $cohortid, int|string $userid): void {
    global $DB;
    sandbox_before('cohort_remove_member', $cohortid, $userid);
    $DB->delete_records('cohort_members', ['cohortid' => $cohortid, 'userid' => $userid]);
    $cohort = $DB->get_record('cohort', ['id' => $cohortid], '*', MUST_EXIST);
    sandbox_log('cohort_member_removed', $cohort, (int) $userid);
    sandbox_tell_observers('member_removed', $cohort, (int) $userid);
}

/** In place of Moodle's events; an observer's exception ends there (core\event\manager). */
function sandbox_tell_observers(string $event, stdClass $cohort, int $userid): void {
    global $CFG;
    require_once($CFG->dirroot . '/enrol/cohort/locallib.php');
    $observers = ["enrol_cohort_$event"];
    if (is_file($CFG->dirroot . '/local/cohortrole/locallib.php')) {
        require_once($CFG->dirroot . '/local/cohortrole/locallib.php');
        $observers[] = "local_cohortrole_$event";
    }
    foreach ($observers as $observer) {
        try {
            $observer($cohort, $userid);
        } catch (Exception $ignored) {
            continue;
        }
    }
}
