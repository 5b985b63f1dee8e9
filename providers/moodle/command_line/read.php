<?php
/**
 * Reading: cohorts, and the accounts sought.
 *
 * Moodle functions called: context_system::instance, get_config;
 * $DB->get_dbfamily, execute, get_recordset_sql (close), get_fieldset_sql, get_records_sql,
 * get_in_or_equal, count_records_sql.
 */
namespace avc_moodle_sync;

const ACCOUNTS = 'SELECT u.id, u.username, u.email, u.auth, u.idnumber, u.suspended, u.confirmed
                    FROM {user} u WHERE u.deleted = 0';

/** Says what the query asks for; returns the counts that the database gives for it. */
function work(array $query): array
{
    stop_time();
    $wanted = say_cohorts($query);
    $sought = $query['everybody'] ? null : sought($query);
    // Whose memberships and roles are said; null: everybody's.
    $only = $query['only_sought'] && $sought !== null ? array_keys($sought) : null;
    $inside = among([[MEMBERSHIPS, []]], 'm.cohortid', $wanted);
    $given = assignments($sought === null ? null : $wanted, $only);
    if ($only === null) {
        $members = say_members($wanted);
    } else {
        $members = say_memberships(among($inside, 'm.userid', $only));
        say_sizes($wanted, $inside);
    }
    if ($query['describe_members'] && $sought !== null) {
        $described = [...$members, ...holders($given)];
        $sought += accounts_by('id', array_diff($described, array_keys($sought)));
    }
    $accounts = $sought === null ? say_everybody() : say_accounts($sought);
    say_links($accounts);
    say_assignments($given);
    say_site();
    return [
        'cohorts' => count_rows([['{cohort}', []]]),
        'members' => count_rows(among($inside, 'm.userid', $only)),
        'sizes' => $only === null ? 0 : count_rows($inside),
        'accounts' => count_rows(among([['{user} WHERE deleted = 0', []]], 'id', $accounts)),
        'links' => count_rows(links($accounts)),
        'assignments' => count_rows($given),
    ];
}

/**
 * From here on every query sees the same moment. Moodle's own transactions do not do that: its
 * drivers begin them as READ COMMITTED (lib/dml/mysqli_native_moodle_database.php and
 * pgsql_native_moodle_database.php, begin_transaction). On other databases the counts at the end
 * show when something came between.
 */
function stop_time(): void
{
    global $DB;
    $statements = [
        'mysql' => [
            'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ',
            'START TRANSACTION WITH CONSISTENT SNAPSHOT',
        ],
        'postgres' => ['BEGIN ISOLATION LEVEL REPEATABLE READ'],
    ];
    foreach ($statements[$DB->get_dbfamily()] ?? [] as $statement) {
        $DB->execute($statement);
    }
}

/** Says every cohort; returns the ids of those whose members are wanted. */
function say_cohorts(array $query): array
{
    global $DB;
    $system = \context_system::instance()->id;
    $wanted = [];
    $said = new Rows('cohorts');
    $rows = $DB->get_recordset_sql(
        'SELECT id, contextid, name, idnumber, description, visible, component
           FROM {cohort} ORDER BY id'
    );
    foreach ($rows as $row) {
        $ours = $row->contextid == $system;
        $said->add([
            (int) $row->id, $row->name, (string) $row->idnumber, (string) $row->description,
            (bool) $row->visible, $ours, (string) $row->component,
        ]);
        if ($ours && wants_members_of($query, $row)) {
            $wanted[] = (int) $row->id;
        }
    }
    $rows->close();
    $said->flush();
    return $wanted;
}

/** The decision of MoodleQuery.wants_members_of, for a cohort in the system context. */
function wants_members_of(array $query, object $cohort): bool
{
    $description = (string) $cohort->description;
    foreach ($query['member_marks'] as $mark) {
        if (str_contains($description, $mark)) {
            return true;
        }
    }
    return $query['unmarked_prefix'] !== null
        && str_starts_with($cohort->name, $query['unmarked_prefix'])
        && !str_contains($description, $query['unmarked']);
}

/** Says all accounts; returns null: no list of ids is needed to ask for what belongs to them. */
function say_everybody(): ?array
{
    global $DB;
    $said = new Rows('accounts');
    $rows = $DB->get_recordset_sql(ACCOUNTS);
    foreach ($rows as $row) {
        $said->add(account($row));
    }
    $rows->close();
    $said->flush();
    return null;
}

/** The accounts that the query seeks, by id. */
function sought(array $query): array
{
    $found = accounts_by('email', $query['emails'])
        + accounts_by('username', $query['usernames'])
        + accounts_by('idnumber', $query['idnumbers'])
        + accounts_by('id', array_merge($query['ids'], linked_accounts($query['links'])));
    return $found + accounts_by('username', hinted($query['hints'], $found));
}

/** Says these accounts; returns their ids. */
function say_accounts(array $found): array
{
    $said = new Rows('accounts');
    foreach ($found as $row) {
        $said->add(account($row));
    }
    $said->flush();
    return array_keys($found);
}

/** Accounts, by id, whose column has one of the values as the database compares. */
function accounts_by(string $column, array $values): array
{
    global $DB;
    $found = [];
    // Who has no address or no idnumber has the empty one. Nobody has blanks around either, and
    // MariaDB compares without those at the end.
    $possible = fn ($value) => $value !== '' && trim($value) === (string) $value;
    foreach (array_chunk(array_filter($values, $possible), VALUES) as $some) {
        [$in, $parameters] = $DB->get_in_or_equal($some);
        $found += $DB->get_records_sql(ACCOUNTS . " AND u.$column $in", $parameters);
    }
    return $found;
}

/** Ids of the accounts with a confirmed OAuth2 login of one of these names. */
function linked_accounts(array $names): array
{
    global $DB;
    $found = [];
    foreach (array_chunk(has_oauth2() ? $names : [], VALUES) as $some) {
        [$in, $parameters] = $DB->get_in_or_equal($some);
        $sql = "SELECT userid FROM {auth_oauth2_linked_login}
                 WHERE confirmtoken = '' AND username $in";
        $found = array_merge($found, numbers($DB->get_fieldset_sql($sql, $parameters)));
    }
    return array_unique($found);
}

/** The user names to look up: of addresses that none of the accounts found has. */
function hinted(array $hints, array $found): array
{
    $known = [];
    foreach ($found as $row) {
        $known[mb_strtolower($row->email, 'UTF-8')] = true;
    }
    $unknown = fn ($email) => !isset($known[mb_strtolower((string) $email, 'UTF-8')]);
    return array_values(array_unique(array_filter($hints, $unknown, ARRAY_FILTER_USE_KEY)));
}

/** An account as it is said. */
function account(object $row): array
{
    static $locked = [];
    // Where lib/authlib.php and user/editlib.php look it up.
    $locked[$row->auth] ??= get_config("auth_$row->auth", 'field_lock_idnumber') === 'locked';
    return [
        (int) $row->id, $row->username, $row->email, $row->auth, $row->idnumber,
        (bool) $row->suspended, (bool) $row->confirmed, $locked[$row->auth],
    ];
}

/** Says the confirmed OAuth2 logins of these accounts, of everybody for null. */
function say_links(?array $accounts): void
{
    global $DB;
    $said = new Rows('links');
    foreach (links($accounts) as [$from, $parameters]) {
        $sql = "SELECT l.id, l.userid, l.issuerid, l.username FROM $from";
        $rows = $DB->get_recordset_sql($sql, $parameters);
        foreach ($rows as $row) {
            $said->add([(int) $row->userid, (int) $row->issuerid, $row->username]);
        }
        $rows->close();
    }
    $said->flush();
}

/** What say_links says, as among() gives it. */
function links(?array $accounts): array
{
    $tables = '{auth_oauth2_linked_login} l JOIN {user} u ON u.id = l.userid';
    $which = "u.deleted = 0 AND l.confirmtoken = ''";
    return has_oauth2() ? among([["$tables WHERE $which", []]], 'l.userid', $accounts) : [];
}

/** Whether there is the plugin that keeps OAuth2 logins; it can be uninstalled, tables and all. */
function has_oauth2(): bool
{
    return (bool) get_config('auth_oauth2', 'version');
}

/**
 * Tables with their conditions, each with its parameters, narrowed to rows whose column has one of
 * the values (not narrowed for null): as many times as the values need.
 */
function among(array $froms, string $column, ?array $values): array
{
    global $DB;
    if ($values === null) {
        return $froms;
    }
    $narrowed = [];
    foreach ($froms as [$from, $given]) {
        foreach (array_chunk($values, VALUES) as $some) {
            [$in, $parameters] = $DB->get_in_or_equal($some);
            $narrowed[] = ["$from AND $column $in", [...$given, ...$parameters]];
        }
    }
    return $narrowed;
}

/** Rows, as the database counts them. */
function count_rows(array $froms): int
{
    global $DB;
    $count = 0;
    foreach ($froms as [$from, $parameters]) {
        $count += (int) $DB->count_records_sql("SELECT COUNT(1) FROM $from", $parameters);
    }
    return $count;
}
