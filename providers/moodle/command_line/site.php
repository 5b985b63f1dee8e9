<?php
/**
 * Reading: roles and what gives them, enrolments by cohort, OAuth2 issuers, administrators.
 *
 * Moodle functions called: context_system::instance, get_config, enrol_is_enabled;
 * $DB->get_records_sql, get_recordset_sql (close), get_fieldset_sql, get_in_or_equal,
 * record_exists.
 * Moodle's globals and constants: $CFG->siteadmins; CONTEXT_SYSTEM, CAP_ALLOW,
 * ENROL_INSTANCE_ENABLED, ENROL_EXT_REMOVED_UNENROL.
 */
namespace avc_moodle_sync;

/** Says what a site is like, whoever is in it. */
function say_site(): void
{
    global $CFG;
    $definitions = definitions();
    say('site', [
        'administrators' => numbers(array_filter(explode(',', (string) $CFG->siteadmins))),
        'issuers' => issuers(),
        'roles' => roles(),
        'definitions' => $definitions,
        'by_plugin' => is_given_by_plugin(),
        'courses' => courses(),
        'on_removal' => on_removal(),
        'abilities' => array_merge(
            $definitions === null ? [] : ['define-roles'],
            ['assign-roles', 'lock-cohorts', 'record-syncs']
        ),
    ]);
}

/** Enabled OAuth2 issuers, and the claim that is the user name of who logs in through one. */
function issuers(): array
{
    global $DB;
    $rows = $DB->get_records_sql(
        "SELECT i.id, i.name, i.baseurl, m.externalfield
           FROM {oauth2_issuer} i
      LEFT JOIN {oauth2_user_field_mapping} m ON m.issuerid = i.id AND m.internalfield = 'username'
          WHERE i.enabled = 1 ORDER BY i.id"
    );
    $said = [];
    foreach ($rows as $row) {
        $claim = (string) $row->externalfield;
        $said[] = [(int) $row->id, $row->name, (string) $row->baseurl, $claim];
    }
    return $said;
}

/**
 * Every role: id, short name, whether it may be given in the system context, whether it rules the
 * site. Permissions count where the role is defined, which is the system context.
 */
function roles(): array
{
    global $DB;
    $rows = $DB->get_records_sql(
        "SELECT r.id, r.shortname, r.archetype,
                (SELECT COUNT(1) FROM {role_context_levels} l
                  WHERE l.roleid = r.id AND l.contextlevel = :level) AS insystem,
                (SELECT COUNT(1) FROM {role_capabilities} c
                  WHERE c.roleid = r.id AND c.contextid = :system AND c.permission = :allowed
                        AND c.capability IN (:config, :assign)) AS powers
           FROM {role} r ORDER BY r.id",
        [
            'level' => CONTEXT_SYSTEM,
            'system' => \context_system::instance()->id,
            'allowed' => CAP_ALLOW,
            'config' => 'moodle/site:config',
            'assign' => 'moodle/role:assign',
        ]
    );
    $said = [];
    foreach ($rows as $row) {
        $rules = $row->powers > 0 || in_array('manager', [$row->shortname, $row->archetype], true);
        $said[] = [(int) $row->id, $row->shortname, $row->insystem > 0, $rules];
    }
    return $said;
}

/** What local_cohortrole keeps in step, as cohort and role; null when it is not installed. */
function definitions(): ?array
{
    global $DB;
    if (!has_cohortrole()) {
        return null;
    }
    $said = [];
    foreach ($DB->get_records_sql('SELECT id, cohortid, roleid FROM {local_cohortrole}') as $row) {
        $said[] = [(int) $row->cohortid, (int) $row->roleid];
    }
    return $said;
}

/** Says role assignments, as assignments() gives them. */
function say_assignments(array $assignments): void
{
    global $DB;
    $said = new Rows('assignments');
    foreach ($assignments as [$from, $parameters]) {
        $sql = "SELECT id, itemid, roleid, component, userid FROM $from ORDER BY id";
        $rows = $DB->get_recordset_sql($sql, $parameters);
        foreach ($rows as $row) {
            $role = (int) $row->roleid;
            $said->add([(int) $row->itemid, $role, $row->component, (int) $row->userid]);
        }
        $rows->close();
    }
    $said->flush();
}

/**
 * Role assignments in the system context by our component or by local_cohortrole, that hang on one
 * of these cohorts and are of one of these accounts (of all for null), as among() gives them.
 */
function assignments(?array $cohorts, ?array $accounts): array
{
    global $DB;
    [$in, $parameters] = $DB->get_in_or_equal([COMPONENT, PLUGIN]);
    $from = "{role_assignments} WHERE component $in AND contextid = ?";
    $all = [[$from, [...$parameters, \context_system::instance()->id]]];
    return among(among($all, 'itemid', $cohorts), 'userid', $accounts);
}

/** Whether anybody has a role in the system context by local_cohortrole, installed or not. */
function is_given_by_plugin(): bool
{
    global $DB;
    $system = \context_system::instance()->id;
    $theirs = ['component' => PLUGIN, 'contextid' => $system];
    return $DB->record_exists('role_assignments', $theirs);
}

/** Ids of the accounts that have these role assignments. */
function holders(array $assignments): array
{
    global $DB;
    $holders = [];
    foreach ($assignments as [$from, $parameters]) {
        $found = numbers($DB->get_fieldset_sql("SELECT userid FROM $from", $parameters));
        $holders += array_fill_keys($found, true);
    }
    return array_keys($holders);
}

/**
 * Courses by cohort, and whether who joins is enrolled there. Who leaves is unenrolled by instances
 * that are switched off, too (enrol/cohort/locallib.php, member_added and member_removed).
 */
function courses(): array
{
    global $DB;
    $enabled = enrol_is_enabled('cohort');
    $said = [];
    $rows = $DB->get_records_sql(
        "SELECT id, customint1 AS cohortid, courseid, status FROM {enrol}
          WHERE enrol = 'cohort' AND customint1 > 0 ORDER BY id"
    );
    foreach ($rows as $row) {
        $joins = $enabled && $row->status == ENROL_INSTANCE_ENABLED;
        $said[] = [(int) $row->cohortid, (int) $row->courseid, $joins];
    }
    return $said;
}

/** enrol_cohort_handler::member_removed unenrols for one value of the setting, else suspends. */
function on_removal(): string
{
    $action = get_config('enrol_cohort', 'unenrolaction');
    $unenrols = $action === false || $action == ENROL_EXT_REMOVED_UNENROL;
    return $unenrols ? 'unenrol' : 'suspend';
}
