<?php
// Locks between processes: a file beside the database's, which ends with the process as MariaDB's
// GET_LOCK does. Mirrors lib/classes/lock/lock_config.php, mysql_lock_factory.php, lock.php.

namespace core\lock;

final class lock_config {
    public static function get_lock_factory(string $type): lock_factory {
        return new lock_factory($type);
    }
}

final class lock_factory {
    public function __construct(private string $type) {
    }

    /** The lock, or false when somebody else keeps it for all of the timeout, in seconds. */
    public function get_lock(string $resource, int $timeout, int $maxlifetime = 86400): lock|false {
        global $CFG;
        $handle = fopen("{$CFG->dbname}.{$this->type}.{$resource}.lock", 'c');
        $giveup = microtime(true) + $timeout;
        while (!flock($handle, LOCK_EX | LOCK_NB)) {
            if (microtime(true) >= $giveup) {
                return false;
            }
            usleep(10000);
        }
        return new lock($handle);
    }
}

final class lock {
    /** @param resource $handle */
    public function __construct(private mixed $handle) {
    }

    public function release(): bool {
        return flock($this->handle, LOCK_UN);
    }
}
