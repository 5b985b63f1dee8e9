<?php
/**
 * What the program says to whoever sent it: one JSON document a line, told by the run's nonce from
 * whatever else PHP, Moodle and its plugins print.
 *
 * Moodle functions called: none.
 */
namespace avc_moodle_sync;

/** Rows in one document. */
const ROWS = 500;

/** Values in one IN (...): below what every database takes as parameters of a query. */
const VALUES = 500;

/** Whether the last document has been said. */
final class Conversation
{
    public static bool $ended = false;
}

/** Rows that are said as they come, some hundreds at a time, and counted. */
final class Rows
{
    private array $waiting = [];

    public function __construct(private string $kind)
    {
    }

    public function add(array $row): void
    {
        $this->waiting[] = $row;
        if (count($this->waiting) === ROWS) {
            $this->flush();
        }
    }

    public function flush(): void
    {
        if ($this->waiting) {
            say($this->kind, ['rows' => $this->waiting]);
        }
        $this->waiting = [];
    }
}

/** Says one document; ends the program when nobody listens. */
function say(string $kind, array $facts = []): void
{
    static $output = null;
    // Not echo: a plugin may have started to buffer output.
    $output ??= fopen('php://stdout', 'w');
    $document = json_encode(['kind' => $kind] + $facts, JSON_THROW_ON_ERROR);
    // The break before it ends the line of whoever printed something without ending it.
    $line = "\n" . NONCE . " $document\n";
    if (@fwrite($output, $line) !== strlen($line)) {
        Conversation::$ended = true;
        exit(1);
    }
}

/** Says the last document and ends the program. */
function end_with(string $kind, array $facts = [], int $code = 0): never
{
    Conversation::$ended = true;
    say($kind, $facts);
    exit($code);
}

/** Ends the program because of the site's state; Python has the sentence for each reason. */
function refuse(string $why, array $facts = []): never
{
    end_with('refused', ['why' => $why] + $facts);
}

/** Says what ended PHP when nothing of ours did: exit() in config.php, a fatal error. */
function say_why_it_stopped(): void
{
    if (Conversation::$ended) {
        return;
    }
    $fatal = E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR;
    $last = error_get_last();
    $message = $last && ($last['type'] & $fatal) ? $last['message'] : '';
    end_with('stopped', ['message' => one_line($message)], 1);
}

/**
 * What went wrong, in a line. Database exceptions of Moodle have the database's own words in
 * ``error`` (lib/dml/dml_exception.php, dml_write_exception), which alone tell what was wrong.
 */
function message_of(\Throwable $error): string
{
    $detail = one_line((string) ($error->error ?? $error->debuginfo ?? ''));
    return one_line($error->getMessage()) . ($detail === '' ? '' : " ($detail)");
}

/** The first line of a text, as JSON can have it. */
function one_line(string $text): string
{
    $line = strtok(trim(strip_tags($text)), "\r\n");
    return $line === false ? '' : mb_strimwidth(mb_scrub($line, 'UTF-8'), 0, 500, '...', 'UTF-8');
}

/** Ids as numbers: Moodle's database layer gives texts. */
function numbers(iterable $values): array
{
    $numbers = [];
    foreach ($values as $value) {
        $numbers[] = (int) $value;
    }
    return $numbers;
}
