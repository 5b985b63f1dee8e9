"""Moodles of any kind, to test the port's contract on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import NAMESPACE_URL, uuid5

from providers.moodle import calls
from providers.moodle.client import Client
from providers.moodle.form import Value
from providers.moodle.site import WebServiceSite
from reconciler.errors import CallRefused
from reconciler.models.desired import CohortKey
from reconciler.models.moodle import Cohort, MoodleQuery
from reconciler.models.operations import (
    AddMember,
    ChangeCohort,
    CreateCohort,
    Operation,
    Outcome,
    RemoveMember,
    Step,
)
from reconciler.models.plan import FlagChange, TextChange
from reconciler.ports import MoodleSite
from tests.moodle.support import KEY, RUN


class Backdoor(Protocol):
    """A way to a Moodle that is not the one under test: to arrange things, and to look."""

    def create_in_category(self, name: str, idnumber: str, description: str) -> int:
        """The id of a new cohort in the first course category."""
        ...

    def describe(self, cohort: int, description: str) -> None:
        """Give a system cohort another description."""
        ...

    def members(self, cohorts: Sequence[int]) -> dict[int, list[int]]:
        """Who is in each of these cohorts, sorted."""
        ...

    def put(self, cohort: int, accounts: Sequence[int]) -> None:
        """Make these accounts members, whosever the cohort is."""
        ...

    def accounts(self, emails: Sequence[str]) -> list[int]:
        """The ids of the accounts with these addresses, sorted."""
        ...

    def username(self, account: int) -> str:
        """An account's user name."""
        ...

    def delete(self, prefix: str) -> None:
        """Delete every cohort whose idnumber starts with the prefix, in whatever case."""
        ...


@dataclass(frozen=True)
class Place:
    """A Moodle to test the port on. Whatever is made there has an idnumber with the prefix."""

    site: MoodleSite
    backdoor: Backdoor
    url: str
    prefix: str
    emails: tuple[str, ...]
    """Of ten accounts that are confirmed, and without an idnumber."""
    keys: dict[int, CohortKey] = field(default_factory=dict)
    """Whose the cohorts are that were made here."""

    def accounts(self) -> list[int]:
        """The ids of the accounts with the addresses of ``emails``."""
        return self.backdoor.accounts(self.emails)

    def key(self, called: str) -> CohortKey:
        """The key of the cohort that is called so."""
        return CohortKey(uuid=str(uuid5(NAMESPACE_URL, f"{self.prefix}-{called}")))

    def mark(self, called: str) -> str:
        """What the description of that cohort has to contain."""
        uuid = self.key(called).uuid
        return f"<p>Kept by avc-moodle-sync for AVC {RUN.avc}, guild {called} ({uuid}).</p>"

    def creation(self, called: str, /, text: str = "", **fields: str) -> CreateCohort:
        """To create a cohort whose idnumber is the prefix and what it is called."""
        texts = {
            "name": f"{self.prefix} {called}",
            "idnumber": f"{self.prefix}-{called}",
            "description": text + self.mark(called),
        }
        return CreateCohort(self.key(called), called, **{**texts, **fields})

    def create(self, *names: str, text: str = "", **fields: str) -> list[int]:
        """The ids of new cohorts."""
        wanted = [self.creation(name, text, **fields) for name in names]
        made = [outcome.cohort for outcome in self.write(*wanted) if outcome.status == "done"]
        ids = [cohort for cohort in made if cohort]
        self.keys.update(zip(ids, (operation.key for operation in wanted), strict=True))
        return ids

    def create_in_category(self, name: str, description: str) -> int:
        """The id of a new cohort in the first course category."""
        return self.backdoor.create_in_category(
            f"{self.prefix} {name}", f"{self.prefix}-{name}", description
        )

    def write(self, *operations: Operation) -> list[Outcome]:
        """The outcomes of these operations, each needing none."""
        return self.carry_out([Step(operation) for operation in operations])

    def carry_out(self, steps: Sequence[Step]) -> list[Outcome]:
        """The outcomes of these steps, in their order; one each."""
        outcomes = sorted(self.site.write(steps, RUN), key=lambda outcome: outcome.step)
        assert [outcome.step for outcome in outcomes] == list(range(len(steps)))
        return outcomes

    def change(self, cohort: int, /, **changes: tuple[Any, Any]) -> ChangeCohort:
        """To change each named field from one value to another."""
        texts: dict[str, Any] = {
            name: FlagChange(from_=before, to=after)
            if name == "visible"
            else TextChange(from_=before, to=after)
            for name, (before, after) in changes.items()
        }
        return ChangeCohort(self._key(cohort), "guild", "update", cohort, **texts)

    def addition(self, cohort: int, account: int) -> AddMember:
        return AddMember(self._key(cohort), "guild", cohort, account, None)

    def removal(self, cohort: int, account: int) -> RemoveMember:
        return RemoveMember(self._key(cohort), "guild", cohort, account, None)

    def add(self, cohort: int, *accounts: int) -> list[Outcome]:
        return self.write(*(self.addition(cohort, account) for account in accounts))

    def remove(self, cohort: int, *accounts: int) -> list[Outcome]:
        return self.write(*(self.removal(cohort, account) for account in accounts))

    def members(self, *cohorts: int) -> list[list[int]]:
        """Who is in each of the cohorts."""
        found = self.backdoor.members(cohorts)
        return [found[cohort] for cohort in cohorts]

    def cohorts(self) -> dict[int, Cohort]:
        """The cohorts that the test made, by id."""
        found = self.site.read(MoodleQuery()).cohorts
        return {one.id: one for one in found if one.idnumber.startswith(self.prefix)}

    def clean(self) -> None:
        """Delete what the test made."""
        self.backdoor.delete(self.prefix)

    def _key(self, cohort: int) -> CohortKey:
        return self.keys.get(cohort, KEY)


def web_place(client: Client, prefix: str, emails: tuple[str, ...]) -> Place:
    """A Moodle behind its web services, which are the back door too."""
    return Place(WebServiceSite(client), WebServiceBackdoor(client), client.url, prefix, emails)


class WebServiceBackdoor:
    """Implements ``Backdoor``: single calls, without any of the provider's checks."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def create_in_category(self, name: str, idnumber: str, description: str) -> int:
        wanted: dict[str, Value] = {
            "categorytype": {"type": "id", "value": "1"},
            "name": name,
            "idnumber": idnumber,
            "description": description,
            "descriptionformat": 1,
        }
        (row,) = calls.create(self._client, [wanted], _never)
        return row.id

    def describe(self, cohort: int, description: str) -> None:
        row = calls.cohorts(self._client, [cohort])[cohort]
        wanted: dict[str, Value] = {
            "id": cohort,
            "categorytype": calls.SYSTEM,
            "name": row.name,
            "idnumber": row.idnumber,
            "description": description,
            "descriptionformat": 1,
        }
        calls.update(self._client, [wanted], _never)

    def members(self, cohorts: Sequence[int]) -> dict[int, list[int]]:
        found = calls.members(self._client, cohorts)
        return {cohort: sorted(members) for cohort, members in found.items()}

    def put(self, cohort: int, accounts: Sequence[int]) -> None:
        warned = calls.add(self._client, [(cohort, account) for account in accounts], _never)
        assert warned == ()

    def accounts(self, emails: Sequence[str]) -> list[int]:
        return sorted(row.id for row in calls.users(self._client, "email", emails))

    def username(self, account: int) -> str:
        (row,) = calls.users(self._client, "id", [str(account)])
        return row.username

    def delete(self, prefix: str) -> None:
        rows = calls.all_cohorts(self._client)
        own = [row.id for row in rows if row.idnumber.lower().startswith(prefix.lower())]
        if own:
            self._client.call("core_cohort_delete_cohorts", cohortids=own)


def _never(wanted: object, error: CallRefused) -> None:
    raise AssertionError(wanted) from error
