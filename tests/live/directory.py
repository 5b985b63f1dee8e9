"""A Moodle whose root is on this machine: arranged, and looked at, by Moodle's own functions."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LIBRARY = "\n".join(
    Path(__file__).with_name(name).read_text(encoding="utf-8").removeprefix("<?php")
    for name in ("backdoor.php", "backdoor_courses.php")
)


@dataclass(frozen=True)
class DirectoryBackdoor:
    """Implements ``tests.moodle.places.Backdoor``; ``ask`` does what else there is."""

    directory: Path
    php: str = "php"

    def ask(self, function: str, *arguments: object) -> Any:
        """What a function of the PHP files beside this returns; a process each."""
        question = f"answer('{function}', <<<'JSON'\n{json.dumps(arguments)}\nJSON);"
        ran = subprocess.run(
            [self.php],
            input=f"<?php{_LIBRARY}\n{question}",
            cwd=self.directory,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return json.loads(ran.stdout.rpartition("\n")[2])

    def create_in_category(self, name: str, idnumber: str, description: str) -> int:
        return int(self.ask("create_in_category", name, idnumber, description))

    def describe(self, cohort: int, description: str) -> None:
        self.ask("describe", cohort, description)

    def members(self, cohorts: Sequence[int]) -> dict[int, list[int]]:
        return dict(zip(cohorts, self.ask("members", list(cohorts)), strict=True))

    def put(self, cohort: int, accounts: Sequence[int]) -> None:
        self.ask("put", cohort, list(accounts))

    def accounts(self, emails: Sequence[str]) -> list[int]:
        return sorted(self.ask("accounts", list(emails)))

    def username(self, account: int) -> str:
        return str(self.ask("username", account))

    def delete(self, prefix: str) -> None:
        self.ask("delete_cohorts", prefix)

    def make_accounts(self, names: Sequence[str]) -> tuple[str, ...]:
        """The addresses of new accounts with these user names."""
        for name in names:
            self.ask("create_account", name, {})
        return tuple(f"{name}@example.org" for name in names)

    def sweep(self, prefix: str) -> None:
        """Take away all that has the prefix: courses, cohorts, OAuth2 services, accounts."""
        self.ask("delete_courses", prefix)
        self.ask("delete_issuers", prefix)
        self.delete(prefix)
        self.ask("forget_accounts", prefix)
