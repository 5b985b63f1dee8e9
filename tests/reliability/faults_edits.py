"""What people do to both sites between two runs, and in the middle of one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.reliability import faults_state as state
from tests.reliability.faults_moodle import edit, tables

LABELS = ("Web Dev", "Content & Co", "Über <b>uns</b>", "Web Dev", "AVC - Web Dev")
ALIASES = ("web-dev", "content", "Web-Dev", "web-dev-2", "design")
TEXTS = (
    "",
    "We <meet> on Tuesdays & talk.",
    f"<p>Kept by {state.SIGNATURE} for AVC {state.SITE}, guild other (00000000-0).</p>",
)
PEOPLE = 6
GUILDS = 4

AvcEdit = tuple[str, int, int]
MoodleEdit = tuple[str, int, int]
"""What is done, and two numbers that say to whom: taken around what there is."""


def guild(
    number: int, label: str = LABELS[0], alias: str = ALIASES[0], text: str = ""
) -> state.Guild:
    """A guild by its id; the UUID goes with the id."""
    return state.Guild(number, f"2aaf2f3d-e1c7-4f50-a6f2-{number:012}", label, alias, text)


def mail(number: int) -> str:
    """An address; some differ from others by case or accent only."""
    usual = [f"user{uid}@example.org" for uid in range(1, PEOPLE + 1)]
    return [*usual, "USER1@example.org", "üser2@example.org", ""][number % (PEOPLE + 3)]


def community() -> state.Avc:
    """Three guilds, and people in them."""
    guilds = {n: guild(n, LABELS[n - 1], ALIASES[n - 1], TEXTS[n - 1]) for n in (1, 2, 3)}
    people = {uid: state.Person(uid, mail(uid - 1)) for uid in range(1, PEOPLE + 1)}
    return state.Avc(guilds, people, {1: {1, 2, 3}, 2: {2, 4}, 3: set()})


def edit_avc(avc: state.Avc, told: AvcEdit) -> None:
    """Do it, if there is anybody to do it to."""
    what, first, second = told
    _AVC[what](avc, first, second)


def _join(avc: state.Avc, who: int, where: int) -> None:
    if avc.guilds and avc.people:
        avc.members[_of(avc.guilds, where)].add(_of(avc.people, who))


def _leave(avc: state.Avc, who: int, where: int) -> None:
    if avc.guilds and (uids := avc.members[_of(avc.guilds, where)]):
        uids.discard(sorted(uids)[who % len(uids)])


def _block(avc: state.Avc, who: int, _: int) -> None:
    if avc.people:
        uid = _of(avc.people, who)
        avc.people[uid] = replace(avc.people[uid], active=not avc.people[uid].active)


def _delete_person(avc: state.Avc, who: int, _: int) -> None:
    if avc.people:
        uid = _of(avc.people, who)
        del avc.people[uid]
        for uids in avc.members.values():
            uids.discard(uid)


def _new_person(avc: state.Avc, which: int, address: int) -> None:
    uid = 1 + which % (PEOPLE + 2)
    if uid not in avc.people:
        avc.people[uid] = state.Person(uid, mail(address))


def _change_mail(avc: state.Avc, who: int, address: int) -> None:
    if avc.people:
        uid = _of(avc.people, who)
        avc.people[uid] = replace(avc.people[uid], mail=mail(address))


def _rename_guild(avc: state.Avc, which: int, label: int) -> None:
    if avc.guilds:
        number = _of(avc.guilds, which)
        named = replace(avc.guilds[number], label=LABELS[label % len(LABELS)])
        avc.guilds[number] = replace(named, alias=ALIASES[label % len(ALIASES)])


def _new_guild(avc: state.Avc, which: int, label: int) -> None:
    """A new one, or one that returns."""
    number = 1 + which % GUILDS
    if number not in avc.guilds:
        texts = LABELS[label % len(LABELS)], ALIASES[label % len(ALIASES)]
        avc.guilds[number] = guild(number, *texts, TEXTS[label % len(TEXTS)])
        avc.members[number] = set()


def _delete_guild(avc: state.Avc, which: int, _: int) -> None:
    if avc.guilds:
        number = _of(avc.guilds, which)
        del avc.guilds[number], avc.members[number]


_AVC: Mapping[str, Callable[[state.Avc, int, int], None]] = {
    "join": _join,
    "leave": _leave,
    "block": _block,
    "delete person": _delete_person,
    "new person": _new_person,
    "change address": _change_mail,
    "rename guild": _rename_guild,
    "new guild": _new_guild,
    "delete guild": _delete_guild,
}
AVC_EDITS = tuple(_AVC)


@dataclass
class Hands:
    """Whoever may edit in Moodle's pages, and what they have done."""

    path: Path
    put: set[tuple[int, int]] = field(default_factory=set)
    """(cohort, account) that a hand has put there at some time."""

    def edit(self, told: MoodleEdit) -> None:
        """Do it, if there is anything to do it to."""
        what, first, second = told
        site = tables(self.path).moodle()
        people = sorted(set(site.accounts) - {1, 2})
        account = people[second % len(people)] if people else 0
        cohort = site.cohorts[_of(site.cohorts, first)] if site.cohorts else None
        if what in _ACCOUNT:
            if people:
                self._account(what, people[first % len(people)], second)
        elif what == "new cohort":
            self._new_cohort(first, second)
        elif cohort is not None and (account or what not in {"add by hand", "remove by hand"}):
            self._cohort(what, cohort, account, second)

    def _account(self, what: str, account: int, number: int) -> None:
        if what == "delete account":
            # As delete_user() does: it leaves every cohort, and its name and address are freed.
            self._sql("DELETE FROM cohort_members WHERE userid = ?", account)
        edit(
            self.path,
            f"UPDATE user SET {_ACCOUNT[what]} WHERE id = :id",
            {"id": account, "mail": mail(number) or "none@example.org", "uid": 1 + number % PEOPLE},
        )

    def _new_cohort(self, first: int, second: int) -> None:
        """One that is nobody's, or another AVC's, or that looks as if it were a guild's."""
        other = f"<p>Kept by {state.SIGNATURE} for AVC 22222222-b, guild web-dev (2aaf2f3d).</p>"
        idnumber, name, text = (
            (ALIASES[second % len(ALIASES)], "AVC - by hand", ""),
            (ALIASES[second % len(ALIASES)], "Somebody's", "Not for guilds"),
            (f"other-{second}", "AVC - other", other),
            ("", f"Plain {second}", f"see {state.SIGNATURE}"),
        )[first % 4]
        self._sql(
            "INSERT INTO cohort (contextid, name, idnumber, description) VALUES (?, ?, ?, ?)",
            *(1 if second % 5 else 3, name, idnumber, text),
        )
        cohort = max(tables(self.path).moodle().cohorts)
        self._put(cohort, 11 + second % PEOPLE)

    def _cohort(self, what: str, cohort: state.Cohort, account: int, number: int) -> None:
        match what:
            case "add by hand":
                self._put(cohort.id, account)
            case "remove by hand":
                delete = "DELETE FROM cohort_members WHERE cohortid = ? AND userid = ?"
                self._sql(delete, cohort.id, account)
            case "delete cohort":
                self._sql("DELETE FROM cohort_members WHERE cohortid = ?", cohort.id)
                self._sql("DELETE FROM cohort WHERE id = ?", cohort.id)
            case "copy cohort":
                self._sql(
                    "INSERT INTO cohort (contextid, name, idnumber, description)"
                    " VALUES (1, ?, '', ?)",
                    *("Copy", cohort.description),
                )
            case _:
                values = {"id": cohort.id, "name": LABELS[number % len(LABELS)], "n": number}
                edit(self.path, f"UPDATE cohort SET {_COHORT[what]} WHERE id = :id", values)

    def _put(self, cohort: int, account: int) -> None:
        alive = account in tables(self.path).moodle().accounts
        if alive:
            self._sql("INSERT OR IGNORE INTO cohort_members VALUES (?, ?)", cohort, account)
            self.put.add((cohort, account))

    def _sql(self, statement: str, *values: object) -> None:
        edit(self.path, statement, values)


_ACCOUNT = {
    "delete account": "deleted = 1, username = id || '.gone', email = id || '@gone.invalid',"
    " idnumber = ''",
    "suspend account": "suspended = 1 - suspended",
    "unconfirm account": "confirmed = 1 - confirmed",
    "change address of account": "email = :mail",
    "number account": "idnumber = printf('00000000-0000-4000-8000-%012d', :uid)",
}
_COHORT = {
    "rename cohort": "name = :name",
    "hide cohort": "visible = 1 - visible",
    "renumber cohort": "idnumber = 'by-hand-' || :n",
    "unmark cohort": "description = 'Ours.'",
    "damage mark": "description = description || ' Ask Ann.'",
    "move cohort": "contextid = 4 - contextid",
}
MOODLE_EDITS = (
    *_ACCOUNT,
    *_COHORT,
    "new cohort",
    "add by hand",
    "remove by hand",
    "delete cohort",
    "copy cohort",
)


def _of(there: Mapping[int, object], number: int) -> int:
    return sorted(there)[number % len(there)]
