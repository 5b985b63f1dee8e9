"""A stand-in for a Moodle's root, with the sandbox's site: for tests that run PHP in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from providers.sandbox.moodle import store
from providers.sandbox.moodle.answers import Release
from providers.sandbox.moodle.php_site import write_php_site
from providers.sandbox.moodle.schema import CATEGORY_CONTEXT
from providers.sandbox.site import GUEST_AND_ADMIN
from tests.moodle.support import EMAILS, TOKEN

_BOOTSTRAP = "require_once($CFG->libdir"


@dataclass(frozen=True)
class StandIn:
    """The root, and the file of its site. Accounts 1 and 2 are guest and admin, 3 to 12 people."""

    root: Path
    database: Path

    @property
    def dataroot(self) -> Path:
        return self.root / "moodledata"

    def edit(self, statement: str, *values: object) -> int:
        """Change the site by hand; the id of the row that this inserted."""
        with store.connect(self.database) as db:
            return db.execute(statement, values).lastrowid or 0

    def rows(self, query: str, *values: object) -> list[Any]:
        """Rows of the site."""
        with store.connect(self.database) as db:
            return db.execute(query, values).fetchall()

    def configure(self, php: str) -> None:
        """Add lines to config.php, before Moodle starts."""
        config = self.root / "config.php"
        before, start, after = config.read_text().partition(_BOOTSTRAP)
        config.write_text(f"{before}{php}\n{start}{after}")

    def before(self, function: str, php: str) -> None:
        """Run PHP before each call of a writing function of Moodle, which gets ``$arguments``."""
        self.configure(
            "$CFG->sandbox_before = static function ($called, $arguments) { global $CFG, $DB;"
            f" static $calls = 0; if ($called === '{function}') {{ $calls++; {php} }} }};"
        )

    def without_cohortrole(self) -> None:
        """Uninstall the plugin local_cohortrole."""
        (plugin,) = self.root.glob("**/local/cohortrole/version.php")
        for file in plugin.parent.glob("**/*.php"):
            file.unlink()
        self.edit("DELETE FROM config_plugins WHERE plugin = 'local_cohortrole'")
        self.edit("DROP TABLE local_cohortrole")


def new_stand_in(directory: Path, release: Release) -> StandIn:
    """A fresh one."""
    people = [
        {"id": number, "username": email.partition("@")[0], "email": email, "auth": "oauth2"}
        for number, email in enumerate(EMAILS, 3)
    ]
    database = directory / "moodle.sqlite"
    store.create(
        database,
        release=release,
        token=TOKEN,
        accounts=[*GUEST_AND_ADMIN, *people],
        wwwroot="https://moodle.example",
    )
    write_php_site(directory / "root", database)
    return StandIn(directory / "root", database)


class SqlBackdoor:
    """Implements ``tests.moodle.places.Backdoor`` by SQL on the stand-in's file."""

    def __init__(self, stand_in: StandIn) -> None:
        self._site = stand_in

    def create_in_category(self, name: str, idnumber: str, description: str) -> int:
        return self._site.edit(
            "INSERT INTO cohort (contextid, name, idnumber, description) VALUES (?, ?, ?, ?)",
            CATEGORY_CONTEXT,
            name,
            idnumber,
            description,
        )

    def describe(self, cohort: int, description: str) -> None:
        self._site.edit("UPDATE cohort SET description = ? WHERE id = ?", description, cohort)

    def members(self, cohorts: Sequence[int]) -> dict[int, list[int]]:
        found = self._site.rows("SELECT cohortid, userid FROM cohort_members ORDER BY userid")
        return {wanted: [user for cohort, user in found if cohort == wanted] for wanted in cohorts}

    def put(self, cohort: int, accounts: Sequence[int]) -> None:
        for account in accounts:
            self._site.edit("INSERT INTO cohort_members VALUES (?, ?)", cohort, account)

    def accounts(self, emails: Sequence[str]) -> list[int]:
        found = self._site.rows("SELECT id, email FROM user ORDER BY id")
        return [account for account, email in found if email in emails]

    def username(self, account: int) -> str:
        ((username,),) = self._site.rows("SELECT username FROM user WHERE id = ?", account)
        return str(username)

    def delete(self, prefix: str) -> None:
        """The file goes with the test."""
