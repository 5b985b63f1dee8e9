<?php
// Stands in for Drupal's query builders. Mirrors core/lib/Drupal/Core/Database/Transaction.php,
// Query/Insert.php (many rows in one statement), Query/Delete.php (conditions joined by AND) and
// Schema.php (tableExists, fieldExists).

namespace Drupal\Core\Database;

/** Commits when the last reference to it goes, as Drupal's do. */
final class Transaction {
    private bool $open;

    public function __construct(private \PDO $pdo) {
        $this->open = $pdo->beginTransaction();
    }

    public function rollBack(): void {
        $this->pdo->rollBack();
        $this->open = false;
    }

    public function __destruct() {
        if ($this->open) {
            $this->pdo->commit();
        }
    }
}

final class Insert {
    private array $fields = [];
    private array $rows = [];

    public function __construct(private Connection $connection, private string $table) {
    }

    public function fields(array $fields): static {
        $this->fields = $fields;
        return $this;
    }

    public function values(array $values): static {
        $this->rows[] = array_values($values);
        return $this;
    }

    public function execute(): void {
        $args = $tuples = [];
        foreach ($this->rows as $number => $row) {
            $names = [];
            foreach ($row as $place => $value) {
                $names[] = $name = ":v{$number}_$place";
                $args[$name] = $value;
            }
            $tuples[] = '(' . implode(', ', $names) . ')';
        }
        $columns = implode(', ', array_map(static fn ($field) => "[$field]", $this->fields));
        $this->connection->query("INSERT INTO {{$this->table}} ($columns) VALUES " . implode(', ', $tuples), $args);
    }
}

final class Delete {
    private array $conditions = ['1 = 1'];
    private array $args = [];

    public function __construct(private Connection $connection, private string $table) {
    }

    public function condition(string $field, mixed $value, string $operator = '='): static {
        $name = ':c' . count($this->conditions);
        $this->conditions[] = $operator === 'IN' ? "[$field] IN ({$name}[])" : "[$field] = $name";
        $this->args[$operator === 'IN' ? "{$name}[]" : $name] = $value;
        return $this;
    }

    public function execute(): void {
        $which = implode(' AND ', $this->conditions);
        $this->connection->query("DELETE FROM {{$this->table}} WHERE $which", $this->args);
    }
}

final class Schema {
    public function __construct(private Connection $connection) {
    }

    public function tableExists(string $table): bool {
        return $this->columns($table) !== [];
    }

    public function fieldExists(string $table, string $column): bool {
        return in_array($column, $this->columns($table), true);
    }

    private function columns(string $table): array {
        $name = [':name' => $this->connection->prefix . $table];
        $where = 'FROM information_schema.columns WHERE table_name = :name AND table_schema';
        return $this->connection->query(match ($this->connection->databaseType()) {
            'sqlite' => 'SELECT name FROM pragma_table_info(:name)',
            'mysql' => "SELECT column_name $where = DATABASE()",
            'pgsql' => "SELECT column_name $where = current_schema()",
        }, $name)->fetchCol();
    }
}
