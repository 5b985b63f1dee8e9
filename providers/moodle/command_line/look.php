<?php
/**
 * Reading: what a site is like, without anybody in it, and whether cohorts may be written.
 *
 * Moodle functions called: get_config; $DB->get_fieldset_sql, execute.
 */
namespace avc_moodle_sync;

/** Says it in one document. */
function work(array $request): array
{
    say('look', [
        'issuers' => issuers(),
        'cohortrole' => has_cohortrole(),
        'on_removal' => on_removal(),
        'idnumber_locked' => (object) idnumber_locked(),
        'writable' => writable(),
        'clock' => time(),
    ]);
    return ['looks' => 1];
}

/** Auth plugins that accounts use, and whether each keeps them from editing their idnumber. */
function idnumber_locked(): array
{
    global $DB;
    $used = $DB->get_fieldset_sql('SELECT DISTINCT auth FROM {user} WHERE deleted = 0');
    $locked = fn ($auth) => get_config("auth_$auth", 'field_lock_idnumber') === 'locked';
    return array_combine($used, array_map($locked, $used));
}

/**
 * Whether the database takes changes of cohorts and members. It refuses for want of a privilege, or
 * for being read-only, before it looks which rows there are: these change none.
 */
function writable(): bool
{
    global $DB;
    $none = [
        'UPDATE {cohort} SET name = name WHERE 1 = 0',
        'INSERT INTO {cohort_members} (cohortid, userid)
              SELECT cohortid, userid FROM {cohort_members} WHERE 1 = 0',
        'DELETE FROM {cohort_members} WHERE 1 = 0',
    ];
    try {
        array_map($DB->execute(...), $none);
        return true;
    } catch (\dml_exception $error) {
        return false;
    }
}
