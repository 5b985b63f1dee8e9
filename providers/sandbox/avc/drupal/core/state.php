<?php
// Stands in for what Drupal keeps of state and of users. Mirrors
// core/lib/Drupal/Core/KeyValueStore/DatabaseStorage.php, State/State.php (without its cache),
// Lock/DatabaseLockBackend.php (acquire, release) and LockBackendAbstract.php (wait), with a file for
// a lock, and core/modules/user/src/UserData.php (get, of all users).

namespace Drupal\Core\KeyValueStore {

    use Drupal\Core\Database\Connection;

    final class DatabaseStorage {
        public function __construct(private Connection $connection, private string $collection) {
        }

        public function getMultiple(array $keys): array {
            $query = 'SELECT name, value FROM {key_value} WHERE name IN (:keys[]) AND collection = :collection';
            $rows = $this->connection->query($query, [':keys[]' => $keys, ':collection' => $this->collection]);
            $values = [];
            while ($row = $rows->fetchAssoc()) {
                $values[$row['name']] = unserialize($row['value']);
            }
            return $values;
        }

        public function setMultiple(array $data): void {
            foreach ($data as $name => $value) {
                $this->connection->delete('key_value')
                    ->condition('collection', $this->collection)
                    ->condition('name', $name)
                    ->execute();
                $this->connection->insert('key_value')
                    ->fields(['collection', 'name', 'value'])
                    ->values([$this->collection, $name, serialize($value)])
                    ->execute();
            }
        }
    }
}

namespace Drupal\Core\State {

    final class State {
        public function __construct(private object $store) {
        }

        public function setMultiple(array $data): void {
            $this->store->setMultiple($data);
        }
    }
}

namespace Drupal\Core\Lock {

    final class DatabaseLockBackend {
        private array $files = [];

        public function acquire(string $name): bool {
            $file = fopen(\Drush\ROOT . "/sites/default/$name.lock", 'c');
            if (!flock($file, LOCK_EX | LOCK_NB)) {
                return false;
            }
            $this->files[$name] = $file;
            return true;
        }

        /** False once the lock may be had. */
        public function wait(string $name, int $delay = 30): bool {
            $delay = \Drupal::$settings['sandbox_lock_delay'] ?? $delay;
            for ($until = microtime(true) + $delay; microtime(true) < $until; usleep(25000)) {
                if ($this->acquire($name)) {
                    $this->release($name);
                    return false;
                }
            }
            return true;
        }

        public function release(string $name): void {
            fclose($this->files[$name]);
            unset($this->files[$name]);
        }
    }
}

namespace Drupal\user {

    use Drupal\Core\Database\Connection;

    final class UserData {
        public function __construct(private Connection $connection) {
        }

        public function get(string $module, ?int $uid, string $name): array {
            $query = 'SELECT uid, value, serialized FROM {users_data} WHERE module = :module AND name = :name';
            $rows = $this->connection->query($query, [':module' => $module, ':name' => $name]);
            $values = [];
            while ($row = $rows->fetchAssoc()) {
                $values[$row['uid']] = $row['serialized'] ? unserialize($row['value']) : $row['value'];
            }
            return $values;
        }
    }
}
