<?php
/**
 * Writing: what the database shows of steps.
 *
 * Moodle functions called: context_system::instance;
 * $DB->get_records, get_records_list, get_records_sql, get_in_or_equal, record_exists,
 * record_exists_sql.
 * Moodle's globals read: $CFG->siteguest.
 */
namespace avc_moodle_sync;

/** What the database shows of some steps at one moment, in few queries however many they are. */
final class Sight
{
    /** By id: records of cohorts and of accounts. */
    private array $cohorts;
    private array $accounts;

    /** Short name => id. */
    private array $roles = [];

    /** Cohort and account => whether it is a member; grants => whether that assignment is there. */
    private array $members = [];
    private array $grants = [];

    public function __construct(array $steps)
    {
        global $DB;
        $cohorts = array_unique(array_filter(array_column($steps, 'cohort')));
        $accounts = array_unique(array_column($steps, 'account'));
        $this->cohorts = $DB->get_records_list('cohort', 'id', $cohorts);
        $columns = 'id, username, deleted, confirmed';
        $this->accounts = $DB->get_records_list('user', 'id', $accounts, '', $columns);
        if (array_column($steps, 'role')) {
            foreach ($DB->get_records('role', null, '', 'id, shortname') as $row) {
                $this->roles[$row->shortname] = (int) $row->id;
            }
        }
        if ($cohorts && $accounts) {
            $this->look($cohorts, $accounts);
        }
    }

    /** Memberships, and role assignments by our component or local_cohortrole. */
    private function look(array $cohorts, array $accounts): void
    {
        global $DB;
        [$in, $first] = $DB->get_in_or_equal($cohorts);
        [$of, $second] = $DB->get_in_or_equal($accounts);
        $sql = "SELECT id, cohortid, userid FROM {cohort_members}
                 WHERE cohortid $in AND userid $of";
        foreach ($DB->get_records_sql($sql, [...$first, ...$second]) as $row) {
            $this->members["$row->cohortid $row->userid"] = true;
        }
        if (!$this->roles) {
            return;
        }
        $sql = "SELECT id, itemid, userid, roleid, component FROM {role_assignments}
                 WHERE itemid $in AND userid $of AND contextid = ?";
        $system = \context_system::instance()->id;
        foreach ($DB->get_records_sql($sql, [...$first, ...$second, $system]) as $row) {
            $this->grants["$row->itemid $row->userid $row->roleid $row->component"] = true;
        }
    }

    public function cohort(?int $id): ?object
    {
        return $id === null ? null : $this->cohorts[$id] ?? null;
    }

    public function account(int $id): ?object
    {
        return $this->accounts[$id] ?? null;
    }

    /** The id of the role that the step names; 0 when there is none. */
    public function role(array $step): int
    {
        return $this->roles[$step['role']] ?? 0;
    }

    public function is_member(array $step): bool
    {
        return isset($this->members["$step[cohort] $step[account]"]);
    }

    /** What is there of a step: the same keys as in 'after', none without its cohort. */
    public function facts(array $step): array
    {
        $creates = $step['kind'] === 'create';
        $cohort = $creates ? $this->created($step) : $this->cohort($step['cohort']);
        // An assignment outlives the cohort that it hangs on.
        if ($cohort === null && $step['kind'] !== 'unassign') {
            return [];
        }
        return match ($step['kind']) {
            'create', 'change' => fields($cohort, $step['after']),
            'add', 'remove' => ['member' => $this->is_member($step)],
            'assign', 'unassign' => ['assigned' => $this->is_assigned($step)],
            'define' => ['defined' => is_defined($step, $this->role($step))
                && !members_without_role($step, $this->role($step))],
            'undefine' => ['defined' => is_defined($step, $this->role($step))
                || is_left_over($step, $this->role($step))],
        };
    }

    /** The cohort that a creation made, or that is already what it would make. */
    public function created(array $step): ?object
    {
        global $DB;
        if ($step['cohort'] !== null) {
            return $this->cohort($step['cohort']);
        }
        $system = \context_system::instance()->id;
        $like = ['idnumber' => $step['after']['idnumber'], 'contextid' => $system, 'visible' => 1];
        foreach ($DB->get_records('cohort', $like, 'id') as $row) {
            if (fields($row, $step['after']) === $step['after']) {
                return $row;
            }
        }
        return null;
    }

    private function is_assigned(array $step): bool
    {
        $role = $this->role($step);
        return isset($this->grants["$step[cohort] $step[account] $role $step[component]"]);
    }
}

/** Those fields of a cohort that are named, typed as Python has them. */
function fields(object $cohort, array $named): array
{
    $fields = [];
    foreach ($named as $field => $value) {
        $fields[$field] = is_bool($value) ? (bool) $cohort->$field : (string) $cohort->$field;
    }
    return $fields;
}

function is_defined(array $step, int $role): bool
{
    global $DB;
    $row = ['cohortid' => $step['cohort'], 'roleid' => $role];
    return has_cohortrole() && $DB->record_exists('local_cohortrole', $row);
}

/**
 * Whether members whom local_cohortrole would give the role do not have it. It gives roles to
 * all but deleted accounts and the guest (its locallib.php, local_cohortrole_role_assign).
 */
function members_without_role(array $step, int $role): bool
{
    global $CFG, $DB;
    $system = \context_system::instance()->id;
    return $DB->record_exists_sql(
        'SELECT m.id
           FROM {cohort_members} m
           JOIN {user} u ON u.id = m.userid AND u.deleted = 0 AND u.id <> ?
      LEFT JOIN {role_assignments} a ON a.userid = u.id AND a.itemid = m.cohortid
                AND a.roleid = ? AND a.contextid = ? AND a.component = ?
          WHERE m.cohortid = ? AND a.id IS NULL',
        [(int) $CFG->siteguest, $role, $system, PLUGIN, $step['cohort']]
    );
}

/** Whether anybody has the role by local_cohortrole, whatever it defines. */
function is_left_over(array $step, int $role): bool
{
    global $DB;
    return $DB->record_exists('role_assignments', [
        'roleid' => $role,
        'contextid' => \context_system::instance()->id,
        'component' => PLUGIN,
        'itemid' => $step['cohort'],
    ]);
}
