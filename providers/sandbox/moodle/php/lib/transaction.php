<?php
// Delegated transactions: nested ones, of which the outermost is real; a rollback at any level
// rolls everything back. Mirrors lib/dml/moodle_transaction.php.

class moodle_transaction {
    private ?moodle_database $database;

    public function __construct(moodle_database $database) {
        $this->database = $database;
    }

    public function dispose(): void {
        $this->database = null;
    }

    public function allow_commit(): void {
        $this->living()->commit_delegated_transaction($this);
    }

    /** Always throws what it is given. */
    public function rollback(Throwable $error): void {
        $this->living()->rollback_delegated_transaction($this, $error);
    }

    private function living(): moodle_database {
        return $this->database ?? throw new dml_transaction_exception('Transactions already disposed');
    }
}

trait delegated_transactions {
    /** @var moodle_transaction[] */
    private array $transactions = [];
    private bool $forcerollback = false;

    public function start_delegated_transaction(): moodle_transaction {
        $this->transactions[] = $transaction = new moodle_transaction($this);
        if (count($this->transactions) === 1) {
            // Not deferred: SQLite refuses to write after a read when others have written between.
            $this->connection->exec('BEGIN IMMEDIATE');
        }
        return $transaction;
    }

    public function commit_delegated_transaction(moodle_transaction $transaction): void {
        $transaction->dispose();
        if ($this->forcerollback) {
            throw new dml_transaction_exception('Tried to commit transaction after lower level rollback');
        }
        if ($transaction !== end($this->transactions)) {
            $this->forcerollback = true;
            throw new dml_transaction_exception('Invalid transaction commit attempt');
        }
        if (count($this->transactions) === 1) {
            $this->connection->exec('COMMIT');
        }
        array_pop($this->transactions);
    }

    public function rollback_delegated_transaction(
        moodle_transaction $transaction,
        Throwable $error,
    ): void {
        $transaction->dispose();
        $this->forcerollback = true;
        if ($transaction === end($this->transactions)) {
            if (count($this->transactions) === 1) {
                $this->force_transaction_rollback();
            } else {
                array_pop($this->transactions);
            }
        }
        throw $error;
    }

    public function force_transaction_rollback(): void {
        if ($this->transactions) {
            $this->connection->exec('ROLLBACK');
        }
        $this->transactions = [];
        $this->forcerollback = false;
    }
}
