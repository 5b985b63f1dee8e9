<?php
// Moodle's exceptions. Mirrors lib/classes/exception/moodle_exception.php, lib/dmllib.php.

class moodle_exception extends Exception {
    private const STRINGS = [
        'codingerror' => 'Coding error detected, it must be fixed by a programmer: %s',
        'dbconnectionfailed' => 'Error: Database connection failed',
        'ddltablenotexist' => 'Table "%s" does not exist',
        'dmlreadexception' => 'Error reading from database',
        'dmlwriteexception' => 'Error writing to database',
        'duplicatefieldname' => 'Duplicate value "%s" in the first column',
        'invalidrecord' => "Can't find data record in database table %s.",
        'invalidrecordunknown' => "Can't find data record in database.",
        'invaliduser' => 'Invalid user',
    ];
    public $debuginfo;

    public function __construct(
        public string $errorcode,
        public string $module = '',
        public string $link = '',
        public mixed $a = null,
        ?string $debuginfo = null,
    ) {
        $this->debuginfo = $debuginfo;
        parent::__construct(sprintf(self::STRINGS[$errorcode] ?? "error/$errorcode", (string) $a));
    }
}

class coding_exception extends moodle_exception {
    public function __construct(string $hint, ?string $debuginfo = null) {
        parent::__construct('codingerror', a: $hint, debuginfo: $debuginfo);
    }
}

class dml_exception extends moodle_exception {
    public function __construct(string $errorcode, mixed $a = null, ?string $debuginfo = null) {
        parent::__construct($errorcode, a: $a, debuginfo: $debuginfo);
    }
}

class dml_read_exception extends dml_exception {
    public function __construct(public string $error, public string $sql = '') {
        parent::__construct('dmlreadexception', debuginfo: "$error\n$sql");
    }
}

class dml_write_exception extends dml_exception {
    public function __construct(public string $error, public string $sql = '') {
        parent::__construct('dmlwriteexception', debuginfo: "$error\n$sql");
    }
}

class dml_missing_record_exception extends dml_exception {
    public function __construct(public string $tablename) {
        $codes = ['' => 'invalidrecordunknown', 'user' => 'invaliduser'];
        parent::__construct($codes[$tablename] ?? 'invalidrecord', $tablename);
    }
}

class dml_transaction_exception extends dml_exception {
    public function __construct(string $debuginfo) {
        parent::__construct('dmltransactionexception', debuginfo: $debuginfo);
    }
}
