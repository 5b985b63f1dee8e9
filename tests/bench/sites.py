"""Whole runs, each beside the least that the sites themselves need: prints ratios.

    python -m tests.bench.sites [--rounds N] [--guilds N --users N --members N]
    python -m tests.bench.sites --empty-it --nwp-yml FILE --moodle-dir DIR --avc-dir DIR
        [--sites avc,ss] [--web-sites avcsql,ssws --url URL --token TOKEN]
        [--user ID] [--guild NAME]

Without a Moodle it makes a sandbox. With one, that has to be a staging copy, as docs/staging.md
says: each round DELETES every cohort that bears the mark of this AVC and makes them again in each
way. ``--empty-it`` says that this is meant. Everything is measured in turn, in one sitting; only
the ratios are to be quoted.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from providers.moodle.client import Client
from tests.bench.moodle_php import PREFIX, BenchedCohort, MoodleByPhp, csv_of

ORIGINAL_CALLS = 48_655
"""Web-service calls of the module that this program replaces, for 2,924 memberships."""
SAMPLE = 40
"""Memberships that are added by a call each, to know what a call costs."""


@dataclass
class Measured:
    """Seconds, by what was measured, a figure a round."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    calls: dict[str, str] = field(default_factory=dict)

    def note(self, name: str, seconds: float) -> None:
        self.seconds.setdefault(name, []).append(seconds)

    def median(self, name: str) -> float:
        return median(self.seconds[name])

    def lines(self) -> Iterator[str]:
        yield f"{'what':44} {'min':>8} {'median':>8} {'max':>8}  n"
        for name, found in self.seconds.items():
            low, middle, high = min(found), median(found), max(found)
            yield f"{name:44} {low:8.3f} {middle:8.3f} {high:8.3f}  {len(found)}"
        for name, said in self.calls.items():
            yield f"{name}: {said}"

    def ratio(self, what: str, beside: str, plus: str = "") -> Iterator[str]:
        """Round by round: both sides of a pair were measured within the same minute."""
        if what not in self.seconds or beside not in self.seconds:
            return
        pairs = zip(self.seconds[what], self.seconds[beside], strict=True)
        ratios = [one / other for one, other in pairs]
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        yield f"{what} / {beside}: {median(ratios):.2f} ({spread}){plus}"


@dataclass(frozen=True)
class Place:
    """Where our commands are run: the directory of nwp.yml, with a state of its own."""

    directory: Path
    state: Path

    def ours(self, *words: str) -> tuple[float, str]:
        """Seconds of the whole process, and what --debug said."""
        environment: Mapping[str, str] = {**os.environ, "RECONCILER_STATE": str(self.state)}
        command = [str(Path(sys.executable).parent / "reconciler"), *words, "--debug"]
        begun = time.perf_counter()
        told = subprocess.run(
            command,
            check=False,
            cwd=self.directory,
            env=environment,
            capture_output=True,
            text=True,
        )
        seconds = time.perf_counter() - begun
        if told.returncode:
            raise RuntimeError(f"{' '.join(command)}: {told.stderr}")
        return seconds, told.stderr

    def cohorts(self, avc: str, moodle: str) -> tuple[str, list[BenchedCohort]]:
        """AVC's UUID, and what a first sync would make."""
        file = self.state / "plan.json"
        self.ours("plan", avc, moodle, "-o", str(file))
        plan = json.loads(file.read_text(encoding="utf-8"))
        return plan["avc"]["uuid"], [
            BenchedCohort(
                idnumber=cohort["guild"],
                name=cohort["name"]["to"],
                description=cohort["description"]["to"],
                members=tuple((line["moodle"], line["name"]) for line in cohort["members"]),
            )
            for cohort in plan["cohorts"]
        ]


def one_call_a_change(client: Client, account: str, cohort: int) -> float:
    """Seconds of one web-service call that adds one member."""
    begun = time.perf_counter()
    client.call(
        "core_cohort_add_cohort_members",
        members=[
            {
                "cohorttype": {"type": "id", "value": str(cohort)},
                "usertype": {"type": "username", "value": account},
            }
        ],
    )
    return time.perf_counter() - begun


def sampled(client: Client, cohorts: list[BenchedCohort]) -> float:
    """What one such call costs: the mean of a sample."""
    names = [name for cohort in cohorts for _, name in cohort.members][:SAMPLE]
    (made,) = client.call(
        "core_cohort_create_cohorts",
        cohorts=[
            {
                "categorytype": {"type": "system", "value": ""},
                "name": f"{PREFIX}one-call",
                "idnumber": f"{PREFIX}one-call",
            }
        ],
    )
    return sum(one_call_a_change(client, name, made["id"]) for name in names) / len(names)


def drush(root: Path) -> float:
    """Seconds that Drush needs to load Drupal, and nothing else."""
    begun = time.perf_counter()
    command = ["vendor/bin/drush", "php:script", "-"]
    subprocess.run(command, cwd=root, input=b"", check=True, capture_output=True)
    return time.perf_counter() - begun


def our_runs(found: Measured, place: Place, pair: list[str], asked: argparse.Namespace) -> None:
    """A first sync, and what comes after it."""
    way = "" if pair == asked.sites else ", web services"
    runs: list[tuple[str, list[str]]] = [(f"first sync{way}", []), (f"nothing to do{way}", [])]
    if not way and asked.user:
        runs.append(("--user", ["--user", str(asked.user)]))
    if not way and asked.guild:
        runs.append(("--guild", ["--guild", asked.guild]))
    for name, options in runs:
        seconds, said = place.ours("sync", *pair, *options)
        found.note(name, seconds)
        found.calls[name] = "; ".join(
            line.removeprefix("debug: ") for line in said.splitlines() if line.startswith("debug")
        )


def on_moodle(found: Measured, place: Place, asked: argparse.Namespace) -> None:
    """One round on a real Moodle, everything in turn."""
    moodle = MoodleByPhp(asked.moodle_dir, asked.php)
    avc, cohorts = asked.known or ("", [])
    if not asked.known:
        uuid, _ = place.cohorts(*asked.sites)
        moodle.empty(uuid)
        avc, cohorts = asked.known = place.cohorts(*asked.sites)
    moodle.empty(avc)
    found.note("bootstrap: Drush", drush(asked.avc_dir))
    found.note("bootstrap: PHP", moodle.bootstrap())
    found.note("floor", moodle.floor(cohorts))
    moodle.empty(avc)
    our_runs(found, place, asked.sites, asked)
    moodle.empty(avc)
    if asked.web_sites:
        our_runs(found, place, asked.web_sites, asked)
        moodle.empty(avc)
        client = Client(asked.url, asked.token, timeout=60)
        found.note("one call (a sample)", sampled(client, cohorts))
        moodle.empty(avc)
    file = place.state / "people.csv"
    file.write_text(csv_of(cohorts), encoding="utf-8")
    found.note("uploaduser", moodle.upload(file))
    moodle.empty(avc)


def on_sandbox(found: Measured, place: Place, asked: argparse.Namespace) -> None:
    """One round on a sandbox: web services in this process, and AVC by SQL."""
    shutil.rmtree(place.directory)
    place.directory.mkdir()
    numbers = ("guilds", "users", "members")
    options = [word for name in numbers for word in (f"--{name}", str(getattr(asked, name)))]
    place.ours("sandbox", "create", ".", *options)
    our_runs(found, place, asked.sites, asked)


def bars(found: Measured) -> Iterator[str]:
    """The bars of docs/performance.md, beside what was measured."""
    known = found.seconds
    if "floor" in known:
        floor, php, drupal = (
            found.median(name) for name in ("floor", "bootstrap: PHP", "bootstrap: Drush")
        )
        bar = 1.3 * floor + 2 * drupal + 2 * php + 0.5
        yield f"first sync: {found.median('first sync'):.2f} s; bar {bar:.2f} s"
        bar = drupal + php + 0.5
        yield f"nothing to do: {found.median('nothing to do'):.2f} s; bar {bar:.2f} s"
        yield f"  (with Drush once more, to tell AVC of it: {bar + drupal:.2f} s)"
        yield from found.ratio("first sync", "uploaduser", "; bar 0.6")
    if "one call (a sample)" in known:
        call, ours = found.median("one call (a sample)"), found.median("first sync")
        yield f"the original's {ORIGINAL_CALLS} calls at {call * 1000:.1f} ms each, by the sample:"
        yield f"  {ORIGINAL_CALLS * call / ours:.0f} times as long as a first sync; bar 150"
        bar = 2.5 * floor + 1
        yield f"web services: {found.median('first sync, web services'):.2f} s; bar {bar:.2f} s"
        said = found.median("nothing to do, web services")
        yield f"nothing to do, web services: {said:.2f} s; bar {php + 0.5:.2f} s"
    yield from found.ratio("nothing to do", "first sync")


def main() -> None:
    """Measure, and print."""
    asked = _asked()
    found = Measured()
    with tempfile.TemporaryDirectory() as state:
        directory = Path(asked.nwp_yml).parent if asked.nwp_yml else Path(state) / "sandbox"
        place = Place(directory, Path(state))
        if not asked.nwp_yml:
            directory.mkdir()
        for number in range(-asked.warm_up, asked.rounds):
            # What only fills caches does not count.
            into = found if number >= 0 else Measured()
            (on_moodle if asked.nwp_yml else on_sandbox)(into, place, asked)
    for line in (*found.lines(), "", *bars(found)):
        sys.stdout.write(f"{line}\n")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--warm-up", type=int, default=1)
    parser.add_argument("--nwp-yml", type=Path)
    parser.add_argument("--moodle-dir", type=Path)
    parser.add_argument("--avc-dir", type=Path)
    parser.add_argument("--empty-it", action="store_true")
    parser.add_argument("--php", default="php")
    parser.add_argument("--sites", type=lambda text: text.split(","), default=["avc", "ss"])
    parser.add_argument("--web-sites", type=lambda text: text.split(","), default=[])
    parser.add_argument("--url")
    parser.add_argument("--token")
    parser.add_argument("--user", type=int)
    parser.add_argument("--guild")
    for name, number in (("guilds", 50), ("users", 1000), ("members", 2924)):
        parser.add_argument(f"--{name}", type=int, default=number)
    asked = parser.parse_args()
    if asked.nwp_yml and not (asked.moodle_dir and asked.avc_dir and asked.empty_it):
        parser.error("a real Moodle needs --moodle-dir, --avc-dir and --empty-it")
    asked.known = None
    return asked


if __name__ == "__main__":
    main()
