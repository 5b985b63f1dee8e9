<?php
// $DB on SQLite. Mirrors lib/dml/moodle_database.php as far as the program uses it, and what it
// refuses. Values come as strings, as from MariaDB and PostgreSQL.

const IGNORE_MISSING = 0;
const MUST_EXIST = 2;

class moodle_database {
    use delegated_transactions;

    private SQLite3 $connection;

    public function __construct(string $file) {
        try {
            $this->connection = new SQLite3($file, SQLITE3_OPEN_READWRITE);
        } catch (Exception $error) {
            throw new dml_exception('dbconnectionfailed', debuginfo: $error->getMessage());
        }
        $this->connection->enableExceptions(true);
        $this->connection->busyTimeout(60000);
        $this->connection->exec('PRAGMA synchronous = OFF');
        $this->connection->createFunction('folded', 'folded', 1, SQLITE3_DETERMINISTIC);
        $this->connection->createCollation('folded', 'compared');
    }

    public function get_dbfamily(): string {
        return 'sqlite';
    }

    public function get_records_sql(string $sql, ?array $params = null): array {
        $records = [];
        foreach ($this->rows($sql, $params) as $row) {
            $key = (string) reset($row);
            if (isset($records[$key])) {
                throw new dml_exception('duplicatefieldname', $key); // Moodle loses the row, and debugs.
            }
            $records[$key] = self::as_record($row);
        }
        return $records;
    }

    public function get_records_sql_menu(string $sql, ?array $params = null): array {
        $menu = [];
        foreach ($this->rows($sql, $params) as $row) {
            $record = (array) self::as_record($row);
            $menu[reset($record)] = next($record);
        }
        return $menu;
    }

    public function get_recordset_sql(string $sql, ?array $params = null): moodle_recordset {
        return new moodle_recordset($this->run($sql, $params, dml_read_exception::class));
    }

    public function get_fieldset_sql(string $sql, ?array $params = null): array {
        $values = [];
        foreach ($this->rows($sql, $params) as $row) {
            $record = (array) self::as_record($row);
            $values[] = reset($record);
        }
        return $values;
    }

    public function get_record_sql(
        string $sql,
        ?array $params = null,
        int $strictness = IGNORE_MISSING,
        string $table = '',
    ): stdClass|false {
        $found = $this->rows($sql, $params);
        if (!$found && $strictness === MUST_EXIST) {
            throw new dml_missing_record_exception($table);
        }
        return $found ? self::as_record($found[0]) : false;
    }

    public function get_field_sql(string $sql, ?array $params = null): mixed {
        $found = (array) $this->get_record_sql($sql, $params);
        return reset($found);
    }

    public function count_records_sql(string $sql, ?array $params = null): int {
        return (int) $this->get_field_sql($sql, $params);
    }

    public function record_exists_sql(string $sql, ?array $params = null): bool {
        return $this->rows($sql, $params) !== [];
    }

    public function get_records(
        string $table,
        ?array $conditions = null,
        string $sort = '',
        string $fields = '*',
    ): array {
        [$sql, $params] = $this->select($table, $conditions, $fields, $sort);
        return $this->get_records_sql($sql, $params);
    }

    /** No values, no rows. */
    public function get_records_list(
        string $table,
        string $field,
        array $values,
        string $sort = '',
        string $fields = '*',
    ): array {
        if (!$values) {
            return [];
        }
        [$in, $params] = $this->get_in_or_equal($values);
        $order = $sort === '' ? '' : " ORDER BY $sort";
        return $this->get_records_sql("SELECT $fields FROM {{$table}} WHERE $field $in$order", $params);
    }

    public function get_records_menu(
        string $table,
        ?array $conditions = null,
        string $sort = '',
        string $fields = '*',
    ): array {
        [$sql, $params] = $this->select($table, $conditions, $fields, $sort);
        return $this->get_records_sql_menu($sql, $params);
    }

    public function get_record(
        string $table,
        array $conditions,
        string $fields = '*',
        int $strictness = IGNORE_MISSING,
    ): stdClass|false {
        [$sql, $params] = $this->select($table, $conditions, $fields);
        return $this->get_record_sql($sql, $params, $strictness, $table);
    }

    public function get_field(
        string $table,
        string $field,
        array $conditions,
        int $strictness = IGNORE_MISSING,
    ): mixed {
        $record = $this->get_record($table, $conditions, $field, $strictness);
        return $record ? $record->$field : false;
    }

    public function record_exists(string $table, array $conditions): bool {
        return (bool) $this->get_record($table, $conditions, '1');
    }

    /** The new row's id. Fields that the table does not have are left out, as Moodle does. */
    public function insert_record(string $table, stdClass $record): int {
        $values = $this->known($table, $record);
        $names = implode(', ', array_keys($values));
        $marks = implode(', ', array_fill(0, count($values), '?'));
        $this->execute("INSERT INTO {{$table}} ($names) VALUES ($marks)", array_values($values));
        return $this->connection->lastInsertRowID();
    }

    public function update_record(string $table, stdClass $record): bool {
        $values = $this->known($table, $record);
        $changes = implode(' = ?, ', array_keys($values));
        $params = [...array_values($values), $record->id];
        return $this->execute("UPDATE {{$table}} SET $changes = ? WHERE id = ?", $params);
    }

    public function set_field(string $table, string $field, mixed $value, array $conditions): bool {
        [$where, $params] = $this->where($conditions);
        return $this->execute("UPDATE {{$table}} SET $field = ? $where", [$value, ...$params]);
    }

    public function delete_records(string $table, array $conditions): bool {
        [$where, $params] = $this->where($conditions);
        return $this->execute("DELETE FROM {{$table}} $where", $params);
    }

    public function execute(string $sql, ?array $params = null): bool {
        $this->run($sql, $params, dml_write_exception::class);
        return true;
    }

    /** A condition for IN, and its parameters. */
    public function get_in_or_equal(array $items): array {
        if (!$items) {
            throw new coding_exception('moodle_database::get_in_or_equal() does not accept empty arrays');
        }
        return ['IN (' . implode(',', array_fill(0, count($items), '?')) . ')', array_values($items)];
    }

    public function sql_like(string $field, string $param): string {
        return "$field LIKE $param ESCAPE '\\'";
    }

    public function sql_like_escape(string $text): string {
        return addcslashes($text, '_%\\');
    }

    /** @param array<string, mixed> $row */
    public static function as_record(array $row): stdClass {
        $text = static fn(mixed $value): ?string => $value === null ? null : (string) $value;
        return (object) array_map($text, $row);
    }

    private function select(
        string $table,
        ?array $conditions,
        string $fields,
        string $sort = '',
    ): array {
        [$where, $params] = $this->where($conditions ?? []);
        $order = $sort === '' ? '' : " ORDER BY $sort";
        return ["SELECT $fields FROM {{$table}} $where$order", $params];
    }

    private function where(array $conditions): array {
        $parts = [];
        foreach ($conditions as $name => $value) {
            $parts[] = $value === null ? "$name IS NULL" : "$name = ?";
        }
        $where = $parts ? 'WHERE ' . implode(' AND ', $parts) : '';
        $given = array_filter($conditions, static fn(mixed $value): bool => $value !== null);
        return [$where, array_values($given)];
    }

    /** @return array<string, mixed> */
    private function known(string $table, stdClass $record): array {
        $columns = $this->get_fieldset_sql("SELECT name FROM pragma_table_info('$table')");
        if (!$columns) {
            throw new dml_exception('ddltablenotexist', $table);
        }
        $values = array_intersect_key((array) $record, array_flip($columns));
        unset($values['id']);
        return $values;
    }

    /** @return list<array<string, mixed>> */
    private function rows(string $sql, ?array $params): array {
        $result = $this->run($sql, $params, dml_read_exception::class);
        $rows = [];
        while ($row = $result->fetchArray(SQLITE3_ASSOC)) {
            $rows[] = $row;
        }
        return $rows;
    }

    /** @param class-string<dml_exception> $failure */
    private function run(string $sql, ?array $params, string $failure): SQLite3Result {
        try {
            $statement = $this->connection->prepare(preg_replace('/\{([a-z][a-z0-9_]*)\}/', '$1', $sql));
            $this->bind($statement, $params ?? [], $sql);
            return $statement->execute();
        } catch (coding_exception $error) {
            throw $error;
        } catch (Exception $error) {
            throw new $failure($error->getMessage(), $sql);
        }
    }

    /** Moodle wants every name in a statement once, and as many values as question marks. */
    private function bind(SQLite3Stmt $statement, array $params, string $sql): void {
        $names = preg_match_all('/(?<![:\w]):([a-z][a-z0-9_]*)/', $sql, $found) ? $found[1] : [];
        if (count($names) !== count(array_unique($names)) || array_diff($names, array_keys($params))) {
            throw new coding_exception("a name that is used twice, or has no value: $sql");
        }
        if (!$names && $statement->paramCount() !== count($params)) {
            throw new coding_exception("Incorrect number of query parameters: $sql");
        }
        $used = $names ? array_intersect_key($params, array_flip($names)) : array_values($params);
        foreach ($used as $key => $value) {
            $statement->bindValue(is_int($key) ? $key + 1 : ":$key", is_bool($value) ? (int) $value : $value);
        }
    }
}
