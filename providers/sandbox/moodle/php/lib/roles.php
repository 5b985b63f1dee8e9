<?php
// Giving and taking roles. Mirrors lib/accesslib.php.

function role_assign(
    int|string $roleid,
    int|string $userid,
    int|string $contextid,
    string $component = '',
    int|string $itemid = 0,
): int {
    global $DB;
    sandbox_before('role_assign', $roleid, $userid, $contextid, $component, $itemid);
    sandbox_check_component($component, $itemid);
    if (!$DB->record_exists('user', ['id' => $userid, 'deleted' => 0])) {
        throw new coding_exception('User ID does not exist or is deleted!', "userid:$userid");
    }
    $assignment = [
        'roleid' => $roleid,
        'contextid' => context::instance_by_id($contextid)->id,
        'userid' => $userid,
        'component' => $component,
        'itemid' => $itemid,
    ];
    $there = $DB->get_field('role_assignments', 'id', $assignment);
    return (int) ($there ?: $DB->insert_record('role_assignments', (object) $assignment));
}

function role_unassign(
    int|string $roleid,
    int|string $userid,
    int|string $contextid,
    string $component = '',
    int|string $itemid = 0,
): void {
    sandbox_before('role_unassign', $roleid, $userid, $contextid, $component, $itemid);
    sandbox_check_component($component, $itemid);
    role_unassign_all([
        'roleid' => $roleid,
        'userid' => $userid,
        'contextid' => $contextid,
        'component' => $component,
        'itemid' => $itemid,
    ]);
}

function role_unassign_all(array $params): void {
    global $DB;
    $DB->delete_records('role_assignments', $params);
}

function sandbox_check_component(string $component, int|string $itemid): void {
    if (($itemid || $component !== '') && !str_contains($component, '_')) {
        throw new coding_exception('Invalid call to role_assign(), invalid component string', "component:$component");
    }
}
