<?php
/**
 * What the program says to whoever sent it: one JSON document a line, told by the run's nonce from
 * whatever else PHP, the site's program and its plugins print.
 *
 * Functions of the site's program called: none.
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
    /** Kind => how many rows of it there were, in whatever many lists. */
    public static array $counts = [];

    private array $waiting = [];

    public function __construct(private string $kind)
    {
        self::$counts[$kind] ??= 0;
    }

    public function add(array $row): void
    {
        self::$counts[$this->kind]++;
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

/** Says the last document; whoever calls this ends the program. */
function conclude(string $kind, array $facts = []): void
{
    Conversation::$ended = true;
    say($kind, $facts);
}

/** The site's state forbids to work with it; Python has the sentence for each reason. */
final class Refusal extends \Exception
{
    public function __construct(public readonly string $why, public readonly array $facts)
    {
        parent::__construct($why);
    }
}

/** Leaves the program because of the site's state. */
function refuse(string $why, array $facts = []): never
{
    throw new Refusal($why, $facts);
}

/** Says what ended PHP when nothing of ours did: exit() in a settings file, a fatal error. */
function say_why_it_stopped(): void
{
    if (Conversation::$ended) {
        return;
    }
    $fatal = E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR;
    $last = error_get_last();
    $message = $last && ($last['type'] & $fatal) ? $last['message'] : '';
    conclude('stopped', ['message' => one_line($message)]);
    exit(1);
}

/** The first line of a text, as JSON can have it. */
function one_line(string $text): string
{
    $line = strtok(trim(strip_tags($text)), "\r\n");
    return $line === false ? '' : mb_strimwidth(mb_scrub($line, 'UTF-8'), 0, 500, '...', 'UTF-8');
}

/** Ids as numbers: database layers give texts. */
function numbers(iterable $values): array
{
    $numbers = [];
    foreach ($values as $value) {
        $numbers[] = (int) $value;
    }
    return $numbers;
}
