<?php
/**
 * Writing: walks the steps in batches, each a transaction, and says what became of each step.
 *
 * Moodle functions called: \core\lock\lock_config::get_lock_factory, get_lock, release;
 * $DB->start_delegated_transaction, allow_commit, force_transaction_rollback, record_exists.
 * Moodle's files: cohort/lib.php, local/cohortrole/locallib.php.
 */
namespace avc_moodle_sync;

/** Steps in one transaction. */
const BATCH = 300;

/** Seconds to wait for another program that writes. */
const PATIENCE = 3;

/** Does the steps, while nobody else does, and says what the database shows of each in the end. */
function work(array $request): array
{
    global $CFG;
    $lock = \core\lock\lock_config::get_lock_factory(COMPONENT)->get_lock('write', PATIENCE);
    if (!$lock) {
        refuse('locked', ['holder' => holder()]);
    }
    try {
        if ($request['steps']) {
            name_holder($request);
        }
        require_once "$CFG->dirroot/cohort/lib.php";
        if (has_cohortrole()) {
            require_once "$CFG->dirroot/local/cohortrole/locallib.php";
        }
        $run = new Run($request);
        $run->walk();
        $lasting = $run->say_facts();
        record($request, $run->done(), $lasting && $run->fulfilled());
        return ['steps' => count($request['steps'])];
    } finally {
        if ($request['steps']) {
            forget_holder();
        }
        $lock->release();
    }
}

/** One walk through a list of steps. */
final class Run
{
    /** Positions of steps => status. */
    private array $status = [];

    /** Keys of cohorts => ids, of those that were created. */
    private array $created = [];

    private array $steps;

    public function __construct(private array $request)
    {
        $this->steps = $request['steps'];
    }

    /** Tries every step in its order. */
    public function walk(): void
    {
        $batch = $about = [];
        $kind = '';
        foreach ($this->steps as $number => $step) {
            // What became of a step is known when its batch has been read back.
            $waits = array_intersect_key(array_flip($step['needs']), $batch);
            $same = json_encode(array_diff_key($step, ['needs' => []]));
            $full = count($batch) === BATCH;
            if ($full || $waits || isset($about[$same]) || $step['kind'] !== $kind) {
                $this->carry_out($batch);
                $batch = $about = [];
            }
            $kind = $step['kind'];
            $batch[$number] = $step;
            $about[$same] = true;
        }
        $this->carry_out($batch);
    }

    /** Whether the site is as every step wants it. */
    public function fulfilled(): bool
    {
        return !array_diff($this->status, ['done', 'already']);
    }

    /** How many steps of each kind were done. */
    public function done(): array
    {
        $done = array_keys($this->status, 'done', true);
        return array_count_values(array_map(fn ($number) => $this->steps[$number]['kind'], $done));
    }

    /** Says what the database shows of every step; returns whether all is as it was wanted. */
    public function say_facts(): bool
    {
        $lasting = true;
        foreach (array_chunk($this->steps, BATCH, true) as $steps) {
            $steps = array_map($this->placed(...), $steps);
            $sight = new Sight($steps);
            $rows = [];
            foreach ($steps as $number => $step) {
                $facts = $sight->facts($step);
                $lasting = $lasting && $facts === $step['after'];
                $rows[] = [$number, (object) $facts];
            }
            say('facts', ['rows' => $rows]);
        }
        return $lasting;
    }

    /** Tries some steps of a kind together; where Moodle refuses, halves, down to the bad one. */
    private function carry_out(array $batch): void
    {
        if (!$batch) {
            return;
        }
        try {
            $outcomes = $this->attempt($batch);
        } catch (\Throwable $error) {
            $this->undo();
            if (count($batch) === 1) {
                $this->answer(array_key_first($batch), new Outcome('failed', message_of($error)));
                return;
            }
            foreach (array_chunk($batch, intdiv(count($batch) + 1, 2), true) as $half) {
                $this->carry_out($half);
            }
            return;
        }
        foreach ($this->read_back($batch, $outcomes) as $number => $outcome) {
            $this->answer($number, $outcome);
        }
    }

    /** Undoes the whole batch, and what Moodle's observers did for it. */
    private function undo(): void
    {
        global $DB;
        $DB->force_transaction_rollback();
        // A database that is gone would refuse every single step: this throws, and ends the run.
        $DB->record_exists('cohort', ['id' => 0]);
    }

    /** Does what is to be done of some steps; returns their outcomes by position. */
    private function attempt(array $batch): array
    {
        global $DB;
        $outcomes = [];
        $transaction = $DB->start_delegated_transaction();
        $batch = array_map($this->placed(...), $batch);
        $sight = new Sight($batch);
        foreach ($batch as $number => $step) {
            if (!isset($step['account'])) {
                // Cohorts may bear on each other; members do not.
                $sight = new Sight([$step]);
            }
            $outcome = $this->held($step)
                ? new Outcome('held', 'something it depends on was not carried out')
                : judged($step, $sight, $this->request);
            if ($outcome->status === 'done') {
                $outcome->cohort = perform($step, $sight);
            }
            $outcomes[$number] = $outcome;
        }
        $transaction->allow_commit();
        return $outcomes;
    }

    /** Whether something that the step needs is not fulfilled. */
    private function held(array $step): bool
    {
        foreach ($step['needs'] as $need) {
            if (!in_array($this->status[$need], ['done', 'already'], true)) {
                return true;
            }
        }
        return false;
    }

    /** What stays of outcomes, once the database has been asked again. */
    private function read_back(array $batch, array $outcomes): array
    {
        $steps = [];
        foreach (array_filter($outcomes, fn ($one) => $one->status === 'done') as $number => $one) {
            $steps[$number] = ['cohort' => $one->cohort] + $this->placed($batch[$number]);
        }
        $sight = new Sight($steps);
        foreach ($steps as $number => $step) {
            if ($dead = dead($step, $sight)) {
                // Deleted while its batch was written.
                perform(['kind' => OPPOSITE[$step['kind']]] + $step, $sight);
                $outcomes[$number] = new Outcome('stale', $dead, $step['cohort']);
            } elseif ($sight->facts($step) !== $step['after']) {
                $why = 'Moodle took it, and does not show it';
                $outcomes[$number] = new Outcome('failed', $why, $step['cohort']);
            }
        }
        return $outcomes;
    }

    private function answer(int $number, Outcome $outcome): void
    {
        $step = $this->steps[$number];
        $this->status[$number] = $outcome->status;
        if ($step['kind'] === 'create' && $outcome->cohort !== null) {
            $this->created[name_of_key($step['key'])] = $outcome->cohort;
        }
        say('outcome', ['step' => $number] + get_object_vars($outcome));
    }

    /** The step with the id of its cohort, where that was created before it. */
    private function placed(array $step): array
    {
        $created = $this->created[name_of_key($step['key'])] ?? null;
        return ['cohort' => $step['cohort'] ?? $created] + $step;
    }
}

/** What became of a step. */
final class Outcome
{
    public function __construct(
        public string $status,
        public string $reason = '',
        public ?int $cohort = null
    ) {
    }
}

function name_of_key(array $key): string
{
    return "$key[uuid] $key[role]";
}
