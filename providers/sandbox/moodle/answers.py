"""What goes back to the caller: Moodle's exceptions, PHP's JSON, and the sandbox's own refusal.

Exception
├── MoodleError    Moodle answers with an exception: HTTP 200, {exception, errorcode, message}
└── RefusedError   no recording shows what Moodle would answer: HTTP 501
"""

import json
from typing import Literal, TypeAlias

Release: TypeAlias = Literal["4.5.6", "5.1.3"]
"""A release that was recorded."""


class MoodleError(Exception):
    """An exception of Moodle's, as its web services send it."""

    def __init__(self, exception: str, errorcode: str, message: str) -> None:
        super().__init__(message)
        self.body = {"exception": exception, "errorcode": errorcode, "message": message}


class RefusedError(Exception):
    """The sandbox invents nothing."""

    def __init__(self, unseen: str) -> None:
        super().__init__(f"sandbox: no recording shows {unseen}")


def invalid_parameter() -> MoodleError:
    """Recorded: «an idnumber that is taken», «a parameter that is missing», «… too many»."""
    return MoodleError(
        r"core\exception\invalid_parameter_exception",
        "invalidparameter",
        "Invalid parameter value detected",
    )


def unknown_record(release: Release, table: str) -> MoodleError:
    """Recorded: «update an unknown cohort», «unknown function»; 5.1 names no table."""
    if release == "5.1.3":
        return _missing_record("invalidrecordunknown", "Can't find data record in database.")
    return _missing_record("invalidrecord", f"Can't find data record in database table {table}.")


def unknown_user(release: Release) -> MoodleError:
    """Recorded: «an unknown user aborts the batch», «a deleted user aborts the batch»."""
    if release == "5.1.3":
        return unknown_record(release, "user")
    return _missing_record("invaliduser", "Invalid user")


def _missing_record(errorcode: str, message: str) -> MoodleError:
    return MoodleError("dml_missing_record_exception", errorcode, message)


def write_failed() -> MoodleError:
    """Recorded: «name of 255 characters», «idnumber of 101 characters»."""
    return MoodleError("dml_write_exception", "dmlwriteexception", "Error writing to database")


def no_such_role_holder() -> MoodleError:
    """Recorded: «an unknown user» of core_role_assign_roles."""
    return MoodleError(
        r"core\exception\coding_exception",
        "codingerror",
        "Coding error detected, it must be fixed by a programmer: "
        "User ID does not exist or is deleted!",
    )


def not_in_service() -> MoodleError:
    """Recorded: «function not in the service»."""
    return MoodleError("webservice_access_exception", "accessexception", "Access control exception")


def invalid_token() -> MoodleError:
    """Recorded: «wrong token», «no token»."""
    return MoodleError(
        r"core\exception\moodle_exception",
        "invalidtoken",
        "Invalid token - token not found",
    )


def php_json(body: object) -> bytes:
    r"""As PHP's json_encode() writes it: no blanks, `\/`, and ASCII only."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode("ascii")
