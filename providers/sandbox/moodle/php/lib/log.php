<?php
// The standard log. Mirrors admin/tool/log (manager, store/standard), as far as it concerns cohorts.
// Moodle writes events after their transaction; here they are part of it, and undone with it.

namespace core\log;

interface sql_reader {
    public function get_events_select(
        string $selectwhere,
        array $params,
        string $sort,
        int $limitfrom,
        int $limitnum,
    ): array;
}

final class standard_store implements sql_reader {
    /** Events by their id; rows of one second in the order of their ids. */
    public function get_events_select($selectwhere, $params, $sort, $limitfrom, $limitnum): array {
        global $DB;
        $order = stripos($sort, 'timecreated DESC') === false ? 'id ASC' : 'id DESC';
        $sql = "SELECT * FROM {logstore_standard_log} WHERE $selectwhere ORDER BY $sort, $order
                 LIMIT $limitnum OFFSET $limitfrom";
        return array_map(static fn(\stdClass $row): event => new event($row), $DB->get_records_sql($sql, $params));
    }

    /** What an event about a cohort looks like there. */
    public static function write(string $event, \stdClass $cohort, ?int $userid): void {
        global $DB, $USER;
        [$target, $action] = [substr($event, 0, strrpos($event, '_')), substr(strrchr($event, '_'), 1)];
        $DB->insert_record('logstore_standard_log', (object) [
            'eventname' => "\\core\\event\\$event",
            'component' => 'core',
            'action' => $action,
            'target' => $target,
            'objecttable' => 'cohort',
            'objectid' => $cohort->id,
            'crud' => ['created' => 'c', 'added' => 'c', 'updated' => 'u'][$action] ?? 'd',
            'contextid' => $cohort->contextid,
            'userid' => $USER->id,
            'courseid' => 0,
            'relateduserid' => $userid,
            'anonymous' => 0,
            'other' => 'null',
            'timecreated' => time(),
            'origin' => 'cli',
        ]);
    }
}

/** In place of \core\event\base: an event that was read from the log. */
final class event {
    private const EXTRA = ['origin', 'ip', 'realuserid'];

    public function __construct(private \stdClass $row) {
    }

    public function get_data(): array {
        return array_diff_key((array) $this->row, array_flip(['id', ...self::EXTRA]));
    }

    public function get_logextra(): array {
        return array_intersect_key((array) $this->row, array_flip(self::EXTRA));
    }
}

final class manager {
    /** Enabled stores that are of the interface. */
    public function get_readers(string $interface): array {
        $enabled = explode(',', (string) get_config('tool_log', 'enabled_stores'));
        $stores = in_array('logstore_standard', $enabled, true)
            ? ['logstore_standard' => new standard_store()]
            : [];
        return array_filter($stores, static fn(object $store): bool => $store instanceof $interface);
    }
}
