<?php
// A definition, cohort → role. Mirrors local_cohortrole 5.1, classes/persistent.php, and what of
// lib/classes/persistent.php it inherits.

namespace local_cohortrole;

use moodle_exception;
use stdClass;

class persistent {
    public function __construct(private int $id = 0, private ?stdClass $record = null) {
        global $DB;
        if ($id) {
            $this->record = $DB->get_record('local_cohortrole', ['id' => $id], '*', MUST_EXIST);
        }
    }

    /** @return self[] */
    public static function get_records(array $filters = []): array {
        global $DB;
        $rows = $DB->get_records('local_cohortrole', $filters, 'id');
        return array_map(static fn(stdClass $row): self => new self((int) $row->id), array_values($rows));
    }

    public function get(string $property): mixed {
        return $this->record->$property ?? null;
    }

    public function create(): static {
        global $DB;
        sandbox_before('local_cohortrole\persistent::create', $this->record);
        $cohort = ['id' => $this->get('cohortid'), 'contextid' => SYSCONTEXTID];
        $role = ['id' => $this->get('roleid')];
        if (!$DB->record_exists('cohort', $cohort) || !$DB->record_exists('role', $role)) {
            throw new moodle_exception('invalidpersistenterror');
        }
        $this->id = $DB->insert_record('local_cohortrole', $this->record);
        return $this;
    }

    public function delete(): bool {
        global $DB;
        sandbox_before('local_cohortrole\persistent::delete', $this->record);
        return $DB->delete_records('local_cohortrole', ['id' => $this->id]);
    }
}
