<?php
// The plugin that gives a cohort's members a role. Mirrors local_cohortrole 5.1:
// locallib.php, classes/observers.php.

function local_cohortrole_role_assign(
    int|string $cohortid,
    int|string $roleid,
    array $userids,
): void {
    foreach ($userids as $userid) {
        $user = core_user::get_user($userid, '*', MUST_EXIST);
        if (empty($user->deleted) && !isguestuser($user)) {
            role_assign($roleid, $userid, SYSCONTEXTID, 'local_cohortrole', $cohortid);
        }
    }
}

function local_cohortrole_synchronize(int|string $cohortid, int|string $roleid): void {
    global $DB;
    sandbox_before('local_cohortrole_synchronize', $cohortid, $roleid);
    $members = $DB->get_records_menu('cohort_members', ['cohortid' => $cohortid], '', 'id, userid');
    local_cohortrole_role_assign($cohortid, $roleid, $members);
}

function local_cohortrole_unsynchronize(
    int|string $cohortid,
    int|string|null $roleid = null,
): void {
    sandbox_before('local_cohortrole_unsynchronize', $cohortid, $roleid);
    $roles = $roleid === null ? local_cohortrole_get_cohort_roles($cohortid) : [$roleid];
    foreach ($roles as $role) {
        role_unassign_all([
            'contextid' => SYSCONTEXTID,
            'component' => 'local_cohortrole',
            'itemid' => $cohortid,
            'roleid' => $role,
        ]);
    }
}

function local_cohortrole_get_cohort_roles(int|string $cohortid): array {
    global $DB;
    return $DB->get_records_menu('local_cohortrole', ['cohortid' => $cohortid], '', 'id, roleid');
}

function local_cohortrole_member_added(stdClass $cohort, int $userid): void {
    foreach (local_cohortrole_defined($cohort) as $roleid) {
        local_cohortrole_role_assign($cohort->id, $roleid, [$userid]);
    }
}

function local_cohortrole_member_removed(stdClass $cohort, int $userid): void {
    foreach (local_cohortrole_defined($cohort) as $roleid) {
        core_user::get_user($userid, '*', MUST_EXIST);
        role_unassign($roleid, $userid, SYSCONTEXTID, 'local_cohortrole', $cohort->id);
    }
}

/** Only cohorts of the system context give roles. */
function local_cohortrole_defined(stdClass $cohort): array {
    return (int) $cohort->contextid === SYSCONTEXTID ? local_cohortrole_get_cohort_roles($cohort->id) : [];
}
