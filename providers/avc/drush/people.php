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
        foreach (paged(...$this->everybody()) as $row) {
            $this->rows->add(self::person($row));
        }
        $this->rows->flush();
    }

    /** What to page through. */
    private function everybody(): array
    {
        return [$this->select, "{$this->tables->users} u", 'u.uid', 'u.uid > 0', []];
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
        $this->say_alike([$claims['uuids'], $claims['names'], $claims['mails']]);
    }

    /** Says whoever may have the address or the name of somebody who has been said. */
    public function say_lookalikes(): void
    {
        $this->say_alike([[], array_column($this->said, 1), array_column($this->said, 0)]);
    }

    /**
     * Says people of whom a text is one of these but for case; UUIDs, names and addresses. The table
     * of small letters that Python sent decides.
     */
    private function say_alike(array $texts): void
    {
        $wanted = array_map($this->folded(...), $texts);
        if (array_sum(array_map(cost(...), $wanted)) > DEAR) {
            $this->say_alike_of(paged(...$this->everybody()), $wanted);
        } else {
            foreach (['u.uuid', 'p.name', 'p.mail'] as $which => $column) {
                foreach (array_chunk(texts($wanted[$which]), VALUES) as $some) {
                    [$condition, $values] = may_equal($column, $some);
                    $this->say_alike_of(rows("$this->select AND ($condition)", $values), $wanted);
                }
            }
        }
        $this->rows->flush();
    }

    /** Says those people of some rows. */
    private function say_alike_of(iterable $rows, array $wanted): void
    {
        say('alive');
        $seen = 0;
        foreach ($rows as $row) {
            if (++$seen % PAGE === 0) {
                say('alive');
            }
            foreach ($wanted as $which => $texts) {
                if ($texts && isset($texts[$this->fold((string) $row[$which + 1])])) {
                    $this->keep($row);
                }
            }
        }
    }

    /** Texts as keys, folded; an empty one is nobody's. */
    private function folded(array $texts): array
    {
        return array_fill_keys(array_map($this->fold(...), array_filter($texts, 'strlen')), true);
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
        if (is_plain($text)) {
            return strtolower($text);
        }
        $folded = '';
        // Not strtr, which looks through its whole table each time.
        foreach (mb_str_split($text, 1, 'UTF-8') as $letter) {
            $folded .= $this->small_letters[$letter] ?? $letter;
        }
        return str_replace("\u{3C2}", "\u{3C3}", $folded);
    }

    private static function person(array $row): array
    {
        [$uid, $uuid, $name, $mail, $status] = $row;
        return legible('user', [(int) $uid, $uuid, $name, $mail, number($status)]);
    }
}

/**
 * Texts to be compared for which it is cheaper to go through everybody once: a query for each
 * portion of them goes through everybody as well, and has more to do there.
 */
const DEAR = 1000;

/** What a pattern costs, in texts: it is held against every row, and those are looked up. */
const PATTERN = 20;

/** What it costs to ask for these keys. */
function cost(array $wanted): int
{
    $plain = count(array_filter(texts($wanted), is_plain(...)));
    return $plain + PATTERN * (count($wanted) - $plain);
}

/** Keys as texts: of numbers in texts PHP makes integers. */
function texts(array $wanted): array
{
    return array_map('strval', array_keys($wanted));
}

function is_plain(string $text): bool
{
    return !preg_match('/[^\x00-\x7f]/', $text);
}

/**
 * A condition that holds for every text that is one of these folded ones in small letters, and for
 * few others; and its values. No two databases fold case alike: they are asked for all that may be
 * the same, with ASCII letters folded and anything else a wildcard.
 */
function may_equal(string $column, array $folded): array
{
    $text = ascii_lower($column);
    $plain = array_filter($folded, is_plain(...));
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
