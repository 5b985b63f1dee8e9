<?php
// Rows one by one. Mirrors lib/dml/moodle_recordset.php; keys are the first column's values.

class moodle_recordset implements IteratorAggregate {
    public function __construct(private ?SQLite3Result $result) {
    }

    public function getIterator(): Iterator {
        while ($this->result && $row = $this->result->fetchArray(SQLITE3_ASSOC)) {
            $record = moodle_database::as_record($row);
            yield reset($row) => $record;
        }
    }

    public function close(): void {
        $this->result = null;
    }
}
