<?php
// Stands in for Drupal's database layer. Mirrors core/lib/Drupal/Core/Database/Database.php,
// Connection.php and StatementInterface.php, and what open() of the three drivers in core/modules/
// (mysql, pgsql, sqlite: src/Driver/Database/*/Connection.php) sets, as far as our programs can tell.

namespace Drupal\Core\Database;

class ConnectionNotDefinedException extends \RuntimeException {
}

interface DatabaseException {
}

class DatabaseExceptionWrapper extends \RuntimeException implements DatabaseException {
}

class DatabaseConnectionRefusedException extends \RuntimeException {
}

final class Database {
    public static array $info = [];
    private static ?Connection $connection = null;

    public static function getConnection(): Connection {
        if (!isset(self::$info['default']['default'])) {
            throw new ConnectionNotDefinedException('The specified database connection is not defined: default');
        }
        return self::$connection ??= new Connection(self::$info['default']['default']);
    }
}

final class Connection {
    private \PDO $pdo;
    public readonly string $prefix;
    private string $driver;

    public function __construct(array $options) {
        $this->driver = $options['driver'];
        $this->prefix = $options['prefix'];
        $this->pdo = match ($this->driver) {
            'sqlite' => $this->open("sqlite:$options[database]", $options),
            default => $this->open("$this->driver:host=$options[host];port=$options[port];dbname=$options[database]"
                . ($this->driver === 'mysql' ? ';charset=utf8mb4' : ''), $options),
        };
        $this->prepare($options);
    }

    private function open(string $dsn, array $options): \PDO {
        $settings = [\PDO::ATTR_ERRMODE => \PDO::ERRMODE_EXCEPTION, \PDO::ATTR_STRINGIFY_FETCHES => true];
        if ($this->driver !== 'sqlite') {
            $settings[\PDO::ATTR_EMULATE_PREPARES] = true;
        }
        try {
            return new \PDO($dsn, $options['username'] ?? null, $options['password'] ?? null, $settings);
        } catch (\PDOException $error) {
            $tip = $error->getCode() === 2002 ? ' [Tip: This message normally means that there is no server.] ' : '';
            throw new DatabaseConnectionRefusedException($error->getMessage() . $tip, 0, $error);
        }
    }

    private function prepare(array $options): void {
        match ($this->driver) {
            'mysql' => array_map($this->pdo->exec(...), [
                "SET sql_mode = 'ANSI,TRADITIONAL'",
                'SET SESSION TRANSACTION ISOLATION LEVEL ' . ($options['isolation_level'] ?? 'REPEATABLE READ'),
            ]),
            'sqlite' => $this->prepare_sqlite(),
            'pgsql' => null,
        };
    }

    private function prepare_sqlite(): void {
        $this->pdo->exec('PRAGMA journal_mode=WAL');
        $this->pdo->sqliteCreateFunction('length', 'strlen', 1);
        $this->pdo->sqliteCreateCollation(
            'NOCASE_UTF8',
            static fn (string $a, string $b): int => strcmp(mb_strtolower($a), mb_strtolower($b))
        );
    }

    public function databaseType(): string {
        return $this->driver;
    }

    public function schema(): Schema {
        return new Schema($this);
    }

    public function query(string $query, array $args = []): Statement {
        // Not Drupal's: what a test wants to happen before this query.
        if (isset(\Drupal::$settings['sandbox_before_query'])) {
            \Drupal::$settings['sandbox_before_query']($query);
        }
        foreach ($args as $key => $values) {
            if (str_ends_with($key, '[]')) {
                $names = [];
                foreach (array_values($values) as $number => $value) {
                    $names[] = $name = substr($key, 0, -2) . "__$number";
                    $args[$name] = $value;
                }
                unset($args[$key]);
                $query = str_replace($key, implode(', ', $names), $query);
            }
        }
        $query = strtr($query, ['{' => "\"$this->prefix", '}' => '"', '[' => '"', ']' => '"']);
        try {
            $statement = $this->pdo->prepare($query);
            $statement->execute($args);
        } catch (\PDOException $error) {
            $shown = $error->getMessage() . ": $query; " . print_r($args, true);
            throw new DatabaseExceptionWrapper($shown, 0, $error);
        }
        return new Statement($statement);
    }

    public function queryRange(string $query, int $from, int $count, array $args = []): Statement {
        return $this->query("$query LIMIT $count OFFSET $from", $args);
    }

    public function startTransaction(): Transaction {
        return new Transaction($this->pdo);
    }

    public function insert(string $table): Insert {
        return new Insert($this, $table);
    }

    public function delete(string $table): Delete {
        return new Delete($this, $table);
    }
}

final class Statement {
    public function __construct(private \PDOStatement $statement) {
    }

    public function fetchAssoc(): array|false {
        return $this->statement->fetch(\PDO::FETCH_ASSOC);
    }

    public function fetchField(): mixed {
        return $this->statement->fetchColumn();
    }

    public function fetchCol(): array {
        return $this->statement->fetchAll(\PDO::FETCH_COLUMN);
    }
}
