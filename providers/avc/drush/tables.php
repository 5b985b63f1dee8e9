<?php
/**
 * Reading: where this site keeps what is read, by Drupal's own knowledge of its tables, and the
 * one moment at which they are read.
 *
 * Drupal functions called: entityTypeManager (hasDefinition, getStorage), storages' getBaseTable,
 * getDataTable, getTableMapping (getFieldTableName), load; database (schema: fieldExists,
 * tableExists; databaseType, query, queryRange), and what statements give: fetchField, fetchAssoc, fetchCol.
 */
namespace avc_moodle_sync;

const GROUP_TYPE = 'guild';

/**
 * What drupal/group calls the bundle of memberships in guilds. It hashes names of over 32
 * characters, which this one is not.
 */
const MEMBERSHIP_OF_GUILD = 'guild-group_membership';

/** Rows that are fetched at once, as a database driver may keep them all in memory. */
const PAGE = 10000;

/** Tables, and conditions on them. Ends the program where there are no guilds to speak of. */
final class Tables
{
    public readonly string $groups;
    public readonly string $group_data;
    public readonly string $users;
    public readonly string $user_data;
    public readonly string $relationship_base;
    public readonly string $relationships;
    public readonly string $roles;

    /** A guild with the data of its original language, as g and d. */
    public readonly string $guilds;

    /** A person with the data of the original language, as u and p. */
    public readonly string $people;

    /** True for a relationship, r, that makes its user a member: no request, no invitation. */
    public readonly string $membership;

    /** The status of a guild: not every release of Group 1 can unpublish one. */
    public readonly string $status;

    public readonly bool $aliases;
    public readonly bool $descriptions;

    public function __construct()
    {
        $types = \Drupal::entityTypeManager();
        if (!$types->hasDefinition('group')) {
            refuse('no-group');
        }
        if (!$types->getStorage('group_type')->load(GROUP_TYPE)) {
            refuse('no-guilds');
        }
        $groups = $types->getStorage('group');
        $users = $types->getStorage('user');
        // Group 3 has another name for it than 1 and 2.
        $type = $types->hasDefinition('group_relationship') ? 'group_relationship' : 'group_content';
        $relationships = $types->getStorage($type);
        $this->groups = '{' . $groups->getBaseTable() . '}';
        $this->group_data = '{' . $groups->getDataTable() . '}';
        $this->users = '{' . $users->getBaseTable() . '}';
        $this->user_data = '{' . $users->getDataTable() . '}';
        $this->relationship_base = '{' . $relationships->getBaseTable() . '}';
        $this->relationships = '{' . $relationships->getDataTable() . '}';
        $this->roles = '{' . self::table_of_roles($relationships) . '}';
        $this->look($relationships->getDataTable(), $groups->getDataTable());
        $this->guilds = "$this->groups g JOIN $this->group_data d
            ON d.id = g.id AND d.default_langcode = 1";
        $this->people = "$this->users u JOIN $this->user_data p
            ON p.uid = u.uid AND p.default_langcode = 1";
    }

    private static function table_of_roles(object $relationships): string
    {
        try {
            return $relationships->getTableMapping()->getFieldTableName('group_roles');
        } catch (\Throwable $error) {
            refuse('no-group-roles', ['detail' => one_line($error->getMessage())]);
        }
    }

    private function look(string $relationships, string $group_data): void
    {
        $schema = \Drupal::database()->schema();
        $this->membership = $schema->fieldExists($relationships, 'plugin_id')
            ? "r.plugin_id = 'group_membership'"
            // Group 1 keeps the plugin in the bundle only.
            : "r.type = '" . MEMBERSHIP_OF_GUILD . "'";
        $this->status = $schema->fieldExists($group_data, 'status') ? 'd.status' : '1';
        $this->aliases = $schema->tableExists('path_alias');
        $this->descriptions = $schema->tableExists('group__field_group_description');
    }
}

/**
 * From here on every query sees the same moment, whatever isolation Drupal asks for, and none can
 * write.
 */
function stop_time(): void
{
    $statements = [
        'mysql' => [
            // For the next transaction alone.
            'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ',
            'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY',
        ],
        'pgsql' => ['START TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY'],
        'sqlite' => ['BEGIN'],
    ];
    $type = \Drupal::database()->databaseType();
    if (!isset($statements[$type])) {
        refuse('database', ['detail' => $type]);
    }
    foreach ($statements[$type] as $statement) {
        \Drupal::database()->query($statement);
    }
}

/** Ends the moment: what Drupal does after the program may write again. */
function let_time_pass(): void
{
    \Drupal::database()->query('COMMIT');
}

/** Rows, as lists of texts and nulls. */
function rows(string $sql, array $values = []): iterable
{
    $rows = \Drupal::database()->query($sql, $values);
    while ($row = $rows->fetchAssoc()) {
        yield array_values($row);
    }
}

/** A row that can be said. Ends the program, naming it by its first value, if one of its texts cannot. */
function legible(string $kind, array $row): array
{
    if (!mb_check_encoding(implode("\0", $row), 'UTF-8')) {
        refuse('not-utf8', ['detail' => one_line("$kind $row[0]")]);
    }
    return $row;
}

/** Rows as the database counts them. */
function count_rows(string $sql, array $values = []): int
{
    say('alive');
    $counted = \Drupal::database()->query("SELECT COUNT(*) FROM ($sql) counted", $values);
    return (int) $counted->fetchField();
}

/**
 * The rows of a query page by page; it ends with conditions, and that of the page is added to
 * them. Pages end at every so-manieth value of a key in a table, among rows with a condition:
 * rows with the same key are never parted.
 */
function paged(string $sql, string $table, string $key, string $which, array $values): iterable
{
    $ends = "SELECT $key FROM $table WHERE $which AND $key > :from ORDER BY $key";
    $values[':from'] = 0;
    do {
        $end = \Drupal::database()->queryRange($ends, PAGE - 1, 1, $values)->fetchField();
        if ($end === false) {
            yield from rows("$sql AND $key > :from", $values);
            return;
        }
        yield from rows("$sql AND $key > :from AND $key <= :to", $values + [':to' => (int) $end]);
        $values[':from'] = (int) $end;
    } while (true);
}

/** A number, or null, of a column. */
function number(?string $value): ?int
{
    return $value === null ? null : (int) $value;
}
