<?php
/**
 * Writing: what each kind of step needs, and what it does, by Moodle's own functions.
 *
 * Moodle functions called: context_system::instance, isguestuser, cohort_add_cohort,
 * cohort_update_cohort, cohort_add_member, cohort_remove_member, role_assign, role_unassign,
 * local_cohortrole_synchronize, local_cohortrole_unsynchronize, \local_cohortrole\persistent
 * (constructor, create, get_records, delete); $DB->get_records.
 * Moodle's constants: FORMAT_HTML.
 */
namespace avc_moodle_sync;

/** What takes back a step that gives something to an account. */
const OPPOSITE = ['add' => 'remove', 'assign' => 'unassign'];

/** What becomes of a step: 'done' when it is to be carried out. */
function judged(array $step, Sight $sight, array $request): Outcome
{
    $dead = dead($step, $sight);
    if ($dead === '' && $sight->facts($step) === $step['after']) {
        return new Outcome('already', '', $step['cohort'] ?? (int) $sight->created($step)->id);
    }
    $why = $dead ?: unfit($step, $sight, $request);
    return $why === '' ? new Outcome('done') : new Outcome('stale', $why, $step['cohort']);
}

/**
 * Why an account cannot be given anything; empty when it can, or is not to be. Moodle's functions
 * would take any number (cohort/lib.php, cohort_add_member).
 */
function dead(array $step, Sight $sight): string
{
    if (!isset(OPPOSITE[$step['kind']])) {
        return '';
    }
    $account = $sight->account($step['account']);
    $why = match (true) {
        !$account, (bool) $account->deleted => 'was deleted',
        !$account->confirmed => 'is not confirmed',
        isguestuser($account) => 'is the guest',
        default => '',
    };
    return $why === '' ? '' : "account $step[account] $why";
}

/** Which precondition of a step does not hold: what was expected, what was found; else empty. */
function unfit(array $step, Sight $sight, array $request): string
{
    return match ($step['kind']) {
        'create' => taken($step['after']['idnumber'], null),
        'change' => changed($step, $sight, $request),
        'add', 'remove', 'unassign' => foreign($step, $sight, $request),
        'assign' => foreign($step, $sight, $request) ?: unassignable($step, $sight),
        'define', 'undefine' => foreign($step, $sight, $request) ?: undefinable($step, $sight),
    };
}

/** The cohort that has the idnumber, as the database compares, if that is another than this one. */
function taken(string $idnumber, ?int $own): string
{
    global $DB;
    foreach ($DB->get_records('cohort', ['idnumber' => $idnumber], 'id', 'id') as $row) {
        if ($row->id != $own) {
            return "idnumber '$idnumber' was free, and cohort $row->id has it";
        }
    }
    return '';
}

/** What differs from what a change expects of its cohort. */
function changed(array $step, Sight $sight, array $request): string
{
    $id = $step['cohort'];
    $row = $sight->cohort($id);
    foreach ($row ? fields($row, $step['after']) : [] as $field => $value) {
        $before = $step['before'][$field];
        if ($value !== ($before ?? '')) {
            return "the $field of cohort $id was " . quoted($before) . ', and is ' . quoted($value);
        }
    }
    // Any number of cohorts may have none.
    $new = $step['after']['idnumber'] ?? '';
    return foreign($step, $sight, $request) ?: ($new === '' ? '' : taken($new, $id));
}

/** Why a cohort is not ours to touch: gone, moved, or without its mark. */
function foreign(array $step, Sight $sight, array $request): string
{
    $id = $step['cohort'];
    $row = $sight->cohort($id);
    if ($step['kind'] === 'unassign' && $step['key']['uuid'] === '') {
        return $row ? somebodys($row, $request) : '';
    }
    if (!$row) {
        return 'cohort ' . ($id ?? 'to be created') . ' is not there';
    }
    if ($row->contextid != \context_system::instance()->id) {
        return "cohort $id was in the system context, and is in another";
    }
    // Who gives it a description gives it a mark, or takes it away.
    $remarks = $step['kind'] === 'change' && isset($step['after']['description']);
    foreach ($remarks ? [] : mark($step['key'], $request) as $text) {
        if (!str_contains((string) $row->description, $text)) {
            return "cohort $id bore our mark, and its description lacks '$text'";
        }
    }
    return '';
}

/** Why what a cohort gave while it was ours is not left over: it bears a mark, whoever's. */
function somebodys(object $cohort, array $request): string
{
    $marked = str_contains((string) $cohort->description, $request['signature']);
    return $marked ? "cohort $cohort->id bore no mark, and its description has one" : '';
}

/** What the description of a cohort with the mark of this key contains. */
function mark(array $key, array $request): array
{
    $texts = [$request['signature'], $request['avc'], $key['uuid']];
    return $key['role'] === null ? $texts : [...$texts, $key['role']];
}

function unassignable(array $step, Sight $sight): string
{
    if (!$sight->role($step)) {
        return "there is no role '$step[role]'";
    }
    $member = $sight->is_member($step);
    return $member ? '' : "account $step[account] is no member of cohort $step[cohort]";
}

function undefinable(array $step, Sight $sight): string
{
    if (!has_cohortrole()) {
        return 'local_cohortrole is not installed';
    }
    return $sight->role($step) ? '' : "there is no role '$step[role]'";
}

/** A value of a cohort's field, for a sentence. */
function quoted(mixed $value): string
{
    $readable = JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES;
    return json_encode($value, $readable | JSON_THROW_ON_ERROR);
}

/** Carries out a step; returns the id of its cohort. */
function perform(array $step, Sight $sight): int
{
    $cohort = $step['cohort'];
    match ($step['kind']) {
        'create' => $cohort = create($step),
        'change' => change($step),
        'add' => cohort_add_member($cohort, $step['account']),
        'remove' => cohort_remove_member($cohort, $step['account']),
        'assign' => role_assign(...assignment($step, $sight)),
        'unassign' => role_unassign(...assignment($step, $sight)),
        'define' => define_role($cohort, $sight->role($step)),
        'undefine' => undefine_role($cohort, $sight->role($step)),
    };
    return $cohort;
}

function create(array $step): int
{
    return cohort_add_cohort((object) ($step['after'] + [
        'contextid' => \context_system::instance()->id,
        'descriptionformat' => FORMAT_HTML,
        'visible' => 1,
    ]));
}

/** Only what changes: cohort_update_cohort leaves alone what it is not given. */
function change(array $step): void
{
    $row = ['id' => $step['cohort'], 'contextid' => \context_system::instance()->id];
    foreach ($step['after'] as $field => $value) {
        $row[$field] = is_bool($value) ? (int) $value : $value;
    }
    $described = isset($row['description']) ? ['descriptionformat' => FORMAT_HTML] : [];
    cohort_update_cohort((object) ($row + $described));
}

/** The arguments of role_assign and role_unassign. */
function assignment(array $step, Sight $sight): array
{
    $system = \context_system::instance()->id;
    return [$sight->role($step), $step['account'], $system, $step['component'], $step['cohort']];
}

/** As local_cohortrole's edit.php does. */
function define_role(int $cohort, int $role): void
{
    $row = ['cohortid' => $cohort, 'roleid' => $role];
    if (!\local_cohortrole\persistent::get_records($row)) {
        (new \local_cohortrole\persistent(0, (object) $row))->create();
    }
    local_cohortrole_synchronize($cohort, $role);
}

/** As local_cohortrole's edit.php does. */
function undefine_role(int $cohort, int $role): void
{
    local_cohortrole_unsynchronize($cohort, $role);
    $row = ['cohortid' => $cohort, 'roleid' => $role];
    foreach (\local_cohortrole\persistent::get_records($row) as $definition) {
        $definition->delete();
    }
}
