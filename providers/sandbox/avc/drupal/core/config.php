<?php
// Stands in for Drupal's configuration. Mirrors core/lib/Drupal/Core/Config/DatabaseStorage.php
// (read: without a table there is no configuration), CachedStorage.php (read: the cache comes first,
// here one that a test fills) and Config.php (get, of a first level).

namespace Drupal\Core\Config;

use Drupal\Core\Database\Connection;

final class DatabaseStorage {
    public function __construct(private Connection $connection) {
    }

    public function read(string $name): array|false {
        $query = "SELECT data FROM {config} WHERE collection = '' AND name = :name";
        try {
            $raw = $this->connection->query($query, [':name' => $name])->fetchField();
        } catch (\Exception) {
            return false;
        }
        $data = is_string($raw) ? @unserialize($raw, ['allowed_classes' => false]) : false;
        return is_array($data) ? $data : false;
    }
}

final class CachedStorage {
    public function __construct(private DatabaseStorage $storage, private array $cache) {
    }

    public function read(string $name): array|false {
        return $this->cache[$name] ?? $this->storage->read($name);
    }
}

final class Config {
    public function __construct(private array $data) {
    }

    public function get(string $key): mixed {
        return $this->data[$key] ?? null;
    }
}
