<?php
// Contexts and accounts. Mirrors lib/classes/context.php, lib/classes/context/*.php,
// lib/classes/user.php and lib/moodlelib.php.

const CONTEXT_SYSTEM = 10;
const CONTEXT_COURSE = 50;
const SYSCONTEXTID = 1;
const CAP_ALLOW = 1;

class context {
    public function __construct(public int $id, public int $contextlevel, public int $instanceid) {
    }

    public static function instance_by_id(int|string $id): self {
        global $DB;
        $row = $DB->get_record('context', ['id' => $id], '*', MUST_EXIST);
        return new self((int) $row->id, (int) $row->contextlevel, (int) $row->instanceid);
    }
}

class context_system {
    public static function instance(): context {
        return context::instance_by_id(SYSCONTEXTID);
    }
}

class context_course {
    /** Made when it is first asked for, as Moodle does. */
    public static function instance(int|string $courseid): context {
        global $DB;
        $key = ['contextlevel' => CONTEXT_COURSE, 'instanceid' => $courseid];
        $id = $DB->get_field('context', 'id', $key) ?: $DB->insert_record('context', (object) $key);
        return context::instance_by_id($id);
    }
}

class core_user {
    public static function get_user(
        int|string $id,
        string $fields = '*',
        int $strictness = IGNORE_MISSING,
    ): stdClass|false {
        global $DB;
        return $DB->get_record('user', ['id' => $id], $fields, $strictness);
    }
}

/** The first of the site's administrators. */
function get_admin(): stdClass|false {
    global $CFG;
    return core_user::get_user(explode(',', $CFG->siteadmins)[0]);
}

function isguestuser(stdClass $user): bool {
    global $CFG;
    return (string) $user->id === (string) $CFG->siteguest;
}
