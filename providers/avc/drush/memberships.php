<?php
/**
 * Reading: who is in which guild, as what.
 *
 * Drupal keeps a row for each translation in all of its field data tables, with default_langcode 1
 * in the original: only that one counts, or people would count more than once. A field's own table
 * has the original's values under the original's language code
 * (SqlContentEntityStorage::loadFromDedicatedTables).
 *
 * Drupal functions called: none but by tables.php.
 */
namespace avc_moodle_sync;

/** The memberships of a scope: a condition on r, and its values. */
final class Memberships
{
    public function __construct(
        private Tables $tables,
        public readonly string $which = '1 = 1',
        private array $values = []
    ) {
    }

    /** Says guild and uid of each membership. */
    public function say_members(): void
    {
        $said = new Rows('members');
        $sql = 'SELECT r.gid, r.entity_id FROM ' . $this->from() . " WHERE {$this->counts_as_one()}";
        foreach ($this->pages($sql) as $row) {
            $said->add(numbers($row));
        }
        $said->flush();
    }

    /** Says guild, role and uid of each role that a member holds. */
    public function say_roles(): void
    {
        $said = new Rows('roles');
        foreach ($this->pages($this->held()) as [$guild, $role, $uid]) {
            $said->add(legible('a role in guild', [(int) $guild, $role, (int) $uid]));
        }
        $said->flush();
    }

    /** The uids of those whom say_members says. */
    public function uids(): array
    {
        $sql = 'SELECT r.entity_id FROM ' . $this->from() . " WHERE {$this->counts_as_one()}";
        return $this->distinct($this->pages($sql));
    }

    /** The uids of everybody whose memberships are counted. */
    public function counted_uids(): array
    {
        return $this->distinct(rows($this->counted('r.entity_id'), $this->values));
    }

    /**
     * Memberships of people in guilds, whatever half of either can be read. A translation, an
     * original that lost its mark, a person without data: what cannot be said is counted here, so
     * that the two differ and nothing is planned.
     */
    public function count_members(): int
    {
        return count_rows($this->counted('r.gid, r.entity_id'), $this->values);
    }

    /** Roles held in guilds. That halves are missing, the count of memberships shows. */
    public function count_roles(): int
    {
        $held = "SELECT DISTINCT gid, role, entity_id FROM ({$this->held()}) held";
        return count_rows($held, $this->values);
    }

    private function counted(string $columns): string
    {
        $tables = $this->tables;
        return "SELECT DISTINCT $columns FROM $tables->relationships r
                 WHERE $tables->membership AND r.entity_id > 0 AND $this->which
                       AND r.gid IN (" . any_guild($tables) . ")
                       AND r.entity_id IN (" . anybody($tables) . ')';
    }

    private function held(): string
    {
        return "SELECT r.gid, s.group_roles_target_id AS role, r.entity_id FROM {$this->from()}
                  JOIN {$this->tables->roles} s
                       ON s.entity_id = r.id AND s.langcode = r.langcode AND s.deleted = 0
                 WHERE {$this->counts_as_one()}";
    }

    /**
     * A row whose guild or user has no row of its own is no membership: deleting a guild or a user
     * deletes its memberships, so such a row is a leftover that Drupal itself cannot load.
     */
    private function from(): string
    {
        return "{$this->tables->guilds}
            JOIN {$this->tables->relationships} r ON r.gid = g.id
            JOIN ({$this->tables->people}) ON u.uid = r.entity_id";
    }

    private function counts_as_one(): string
    {
        return "g.type = '" . GROUP_TYPE . "' AND {$this->tables->membership}
            AND r.default_langcode = 1 AND r.entity_id > 0 AND $this->which";
    }

    private function pages(string $sql): iterable
    {
        $table = "{$this->tables->relationships} r";
        return paged($sql, $table, 'r.id', $this->which, $this->values);
    }

    private function distinct(iterable $rows): array
    {
        $uids = [];
        foreach ($rows as [$uid]) {
            $uids[(int) $uid] = true;
        }
        return array_keys($uids);
    }
}
