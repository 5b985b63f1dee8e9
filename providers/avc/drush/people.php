<?php
/**
 * Reading: who has an account, and who may claim to be the same as somebody.
 *
 * Drupal functions called: database (databaseType, query; fetchCol).
 */
namespace avc_moodle_sync;

/** Said people, by uid, so that nobody is said twice. */
final class People
{
    /** uid => [address, name], both folded. */
    public array $said = [];

    private Rows $rows;
    private string $select;

    public function __construct(private Tables $tables, private array $small_letters)
    {
        $this->rows = new Rows('people');
        $this->select = "SELECT u.uid, u.uuid, p.name, p.mail, p.status
                           FROM $tables->people WHERE u.uid > 0";
    }

    /** Says everybody, without keeping who it was. */
    public function say_everybody(): void
    {
        $pages = paged($this->select, "{$this->tables->users} u", 'u.uid', 'u.uid > 0', []);
        foreach ($pages as $row) {
            $this->rows->add(self::person($row));
        }
        $this->rows->flush();
    }

    /** Says those of these uids that there are. */
    public function say_these(array $uids): void
    {
        foreach (array_chunk($uids, VALUES) as $some) {
            foreach (rows("$this->select AND u.uid IN (:uids[])", [':uids[]' => $some]) as $row) {
                $this->keep($row);
            }
        }
        $this->rows->flush();
    }

    /** Says whoever may make one of these claims: Python decides whether they do. */
    public function say_claimants(array $claims): void
    {
        $this->say_these($claims['uids']);
        $this->say_alike('p.mail', 3, $claims['mails']);
        $this->say_alike('p.name', 2, $claims['names']);
        $this->say_alike('u.uuid', 1, $claims['uuids']);
    }

    /** Says whoever may have the address or the name of somebody who has been said. */
    public function say_lookalikes(): void
    {
        $mails = array_column($this->said, 0);
        $names = array_column($this->said, 1);
        $this->say_alike('p.mail', 3, $mails);
        $this->say_alike('p.name', 2, $names);
    }

    /**
     * Says people whose text in a column is one of these but for case. No two databases fold case
     * alike: they are asked for all that may be the same, with ASCII letters folded and anything
     * else a wildcard, and the table of small letters that Python sent decides.
     */
    private function say_alike(string $column, int $place, array $texts): void
    {
        // As keys, numbers in texts become integers.
        $wanted = array_fill_keys(array_map($this->fold(...), array_filter($texts, 'strlen')), true);
        foreach (array_chunk(array_map('strval', array_keys($wanted)), VALUES) as $some) {
            [$condition, $values] = may_equal($column, $some);
            foreach (rows("$this->select AND ($condition)", $values) as $row) {
                if (isset($wanted[$this->fold((string) $row[$place])])) {
                    $this->keep($row);
                }
            }
        }
        $this->rows->flush();
    }

    private function keep(array $row): void
    {
        $uid = (int) $row[0];
        if (!isset($this->said[$uid])) {
            $this->said[$uid] = [$this->fold((string) $row[3]), $this->fold((string) $row[2])];
            $this->rows->add(self::person($row));
        }
    }

    /** Small letters; with one sigma, for which of the two it is depends on what stands beside. */
    private function fold(string $text): string
    {
        return str_replace("\u{3C2}", "\u{3C3}", strtr($text, $this->small_letters));
    }

    private static function person(array $row): array
    {
        [$uid, $uuid, $name, $mail, $status] = $row;
        return [(int) $uid, $uuid, $name, $mail, number($status)];
    }
}

/**
 * A condition that holds for every text that is one of these folded ones in small letters, and for
 * few others; and its values.
 */
function may_equal(string $column, array $folded): array
{
    $text = ascii_lower($column);
    $plain = array_filter($folded, fn ($one) => !preg_match('/[^\x00-\x7f]/', $one));
    $conditions = $plain ? ["$text IN (:plain[])"] : [];
    $values = [':kelvin' => KELVIN] + ($plain ? [':plain[]' => array_values($plain)] : []);
    foreach (array_values(array_diff($folded, $plain)) as $number => $one) {
        $conditions[] = "$text LIKE :like$number ESCAPE '/'";
        $values[":like$number"] = pattern($one);
    }
    return [implode(' OR ', $conditions), $values];
}

/** The one character outside ASCII whose small letter is an ASCII one, a k. */
const KELVIN = "\u{212A}";

/** In collations that are everywhere and know no language: in Turkish, I is not the i's capital. */
function ascii_lower(string $column): string
{
    $text = match (\Drupal::database()->databaseType()) {
        'pgsql' => "$column COLLATE \"C\"",
        'mysql' => "CAST($column AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_bin",
        default => $column,
    };
    return "LOWER(REPLACE($text, :kelvin, 'k'))";
}

/** With anything that some database may fold in a way of its own a wildcard. */
function pattern(string $folded): string
{
    // "i" and a dot above are the small letter of one character.
    $escaped = preg_replace('~[/%_]~', '/$0', $folded);
    return preg_replace('/i\x{307}|[^\x00-\x7f]/u', '%', $escaped);
}

/**
 * The uids of everybody who is in one of the two tables of an account, but for uid 0, with a
 * condition. Who is only in one cannot be read; counted here, they are missed, and not taken for
 * gone.
 */
function anybody(Tables $tables, string $which = ''): string
{
    return "SELECT uid FROM $tables->users WHERE uid > 0 $which
        UNION SELECT uid FROM $tables->user_data WHERE uid > 0 $which";
}

/** How many of these accounts there are, in either of their tables. */
function count_these(Tables $tables, array $uids): int
{
    $count = 0;
    foreach (array_chunk($uids, VALUES) as $some) {
        $count += count_rows(anybody($tables, 'AND uid IN (:uids[])'), [':uids[]' => $some]);
    }
    return $count;
}
