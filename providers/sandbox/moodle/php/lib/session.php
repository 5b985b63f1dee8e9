<?php
// Who acts. Mirrors lib/classes/session/manager.php.

namespace core\session;

final class manager {
    public static function set_user(\stdClass $user): void {
        global $USER;
        $USER = $user;
    }
}
