<?php
/**
 * What the live tests arrange and look at in a Moodle, by its own functions. DirectoryBackdoor sends
 * it to PHP before each question, with backdoor_courses.php; the answer is the last line.
 */

define('CLI_SCRIPT', true);
require getcwd() . '/config.php';
require_once $CFG->dirroot . '/cohort/lib.php';
require_once $CFG->dirroot . '/user/lib.php';
\core\session\manager::set_user(get_admin());

function answer(string $function, string $arguments): void
{
    echo "\n", json_encode($function(...json_decode($arguments, true)), JSON_THROW_ON_ERROR);
}

function starting_with(string $table, string $field, string $prefix): array
{
    global $DB;
    $like = $DB->sql_like($field, '?', false);
    return $DB->get_records_select($table, $like, [$DB->sql_like_escape($prefix) . '%'], 'id');
}

function role_id(string $shortname): int
{
    global $DB;
    return (int) $DB->get_field('role', 'id', ['shortname' => $shortname], MUST_EXIST);
}

// Cohorts

function create_in_category(string $name, string $idnumber, string $description): int
{
    $category = core_course_category::get_default();
    return cohort_add_cohort((object) [
        'contextid' => $category->get_context()->id,
        'name' => $name,
        'idnumber' => $idnumber,
        'description' => $description,
    ]);
}

function describe(int $cohort, string $description): void
{
    global $DB;
    $DB->set_field('cohort', 'description', $description, ['id' => $cohort]);
}

function members(array $cohorts): array
{
    global $DB;
    return array_map(fn ($cohort) => array_map('intval', $DB->get_fieldset_select(
        'cohort_members',
        'userid',
        'cohortid = ? ORDER BY userid',
        [$cohort]
    )), $cohorts);
}

function put(int $cohort, array $accounts): void
{
    foreach ($accounts as $account) {
        cohort_add_member($cohort, $account);
    }
}

function component(int $cohort): string
{
    global $DB;
    return $DB->get_field('cohort', 'component', ['id' => $cohort], MUST_EXIST);
}

/** As somebody does in Moodle's pages. */
function delete_cohort_as_people_do(int $cohort): void
{
    global $DB;
    cohort_delete_cohort($DB->get_record('cohort', ['id' => $cohort], '*', MUST_EXIST));
}

function delete_cohorts(string $prefix): void
{
    foreach (starting_with('cohort', 'idnumber', $prefix) as $cohort) {
        role_unassign_all(['component' => 'avc_moodle_sync', 'itemid' => $cohort->id]);
        cohort_delete_cohort($cohort);
    }
}

// Accounts

function create_account(string $name, array $fields): int
{
    global $CFG;
    return user_create_user((object) ($fields + [
        'username' => $name,
        'email' => "$name@example.org",
        'firstname' => 'Made',
        'lastname' => 'By a test',
        'auth' => 'nologin',
        'confirmed' => 1,
        'password' => AUTH_PASSWORD_NOT_CACHED,
        'mnethostid' => $CFG->mnet_localhost_id,
    ]), false);
}

function accounts(array $emails): array
{
    global $DB;
    [$in, $parameters] = $DB->get_in_or_equal($emails);
    return array_map('intval', $DB->get_fieldset_select('user', 'id', "email $in", $parameters));
}

function username(int $account): string
{
    global $DB;
    return $DB->get_field('user', 'username', ['id' => $account], MUST_EXIST);
}

function delete_account(int $account): void
{
    global $DB;
    delete_user($DB->get_record('user', ['id' => $account], '*', MUST_EXIST));
}

/** Their rows too: Moodle would keep them for ever, and every run leaves some. */
function forget_accounts(string $prefix): void
{
    global $DB;
    foreach (starting_with('user', 'username', $prefix) as $account) {
        if (!$account->deleted) {
            delete_user($account);
        }
        $DB->delete_records('user', ['id' => $account->id]);
    }
}

// Roles

/** Everybody's assignments at system level: role, component, the cohort that it hangs on. */
function assignments(int $account): array
{
    global $DB;
    $rows = $DB->get_records_sql(
        'SELECT a.id, r.shortname, a.component, a.itemid
           FROM {role_assignments} a JOIN {role} r ON r.id = a.roleid
          WHERE a.userid = ? AND a.contextid = ? ORDER BY r.shortname, a.component, a.itemid',
        [$account, context_system::instance()->id]
    );
    $told = fn ($row) => [$row->shortname, $row->component, (int) $row->itemid];
    return array_map($told, array_values($rows));
}

/** As somebody does in Moodle's pages. */
function assign_by_hand(int $account, string $role): void
{
    role_assign(role_id($role), $account, context_system::instance()->id);
}

/** What an account has under a component, at system level. */
function unassign_all(int $account, string $component): void
{
    $system = context_system::instance()->id;
    role_unassign_all(['userid' => $account, 'contextid' => $system, 'component' => $component]);
}

/** Roles that local_cohortrole gives the cohort's members. */
function definitions(int $cohort): array
{
    global $DB;
    return array_values($DB->get_fieldset_sql(
        'SELECT r.shortname FROM {local_cohortrole} d JOIN {role} r ON r.id = d.roleid
          WHERE d.cohortid = ? ORDER BY r.shortname',
        [$cohort]
    ));
}

function has_cohortrole(): bool
{
    return (bool) get_config('local_cohortrole', 'version');
}

// OAuth2

/** The id of a service that people could log in with, were it on the login page. */
function create_issuer(string $name, string $claim): int
{
    $issuer = new \core\oauth2\issuer(0, (object) [
        'name' => $name,
        'image' => '',
        'baseurl' => 'https://avc.example',
        'clientid' => 'x',
        'clientsecret' => 'x',
        'enabled' => 1,
        'showonloginpage' => \core\oauth2\issuer::SERVICEONLY,
        'sortorder' => 0,
    ]);
    $id = (int) $issuer->create()->get('id');
    $mapping = ['issuerid' => $id, 'externalfield' => $claim, 'internalfield' => 'username'];
    (new \core\oauth2\user_field_mapping(0, (object) $mapping))->create();
    return $id;
}

function link_account(int $account, int $issuer, string $username, string $token): void
{
    (new \auth_oauth2\linked_login(0, (object) [
        'userid' => $account,
        'issuerid' => $issuer,
        'username' => $username,
        'email' => 'x@example.org',
        'confirmtoken' => $token,
        'confirmtokenexpires' => 0,
    ]))->create();
}

function delete_issuers(string $prefix): void
{
    foreach (starting_with('oauth2_issuer', 'name', $prefix) as $issuer) {
        foreach (\auth_oauth2\linked_login::get_records(['issuerid' => $issuer->id]) as $link) {
            $link->delete();
        }
        \core\oauth2\api::delete_issuer($issuer->id);
    }
}

// The site

/** What the program records in Moodle. */
function recorded(): array
{
    return (array) get_config('avc_moodle_sync');
}

function record_again(array $recorded): void
{
    unset_all_config_for_plugin('avc_moodle_sync');
    foreach ($recorded as $name => $value) {
        set_config($name, $value, 'avc_moodle_sync');
    }
}

function site(): array
{
    global $CFG;
    return [
        'release' => $CFG->release,
        'url' => $CFG->wwwroot,
        'administrators' => array_map('intval', array_keys(get_admins())),
        'guest' => (int) $CFG->siteguest,
        'unenrolaction' => (int) get_config('enrol_cohort', 'unenrolaction'),
    ];
}
