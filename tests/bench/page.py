"""How long the HTML page of a plan takes to open and to be filtered, as the page itself sees it.

    python -m tests.bench.page [--changes N] [--guilds N] [--rounds N]

Opening is from the start of the navigation to the first paint, which has the first guilds' rows in
it, and to the end of the load event; an empty page is beside it. It is measured in a window that
has been open for half a second, as a reader's is, and in a new one: beside each new window Chromium
starts a process for the next, which on two processors is in the page's way. Filtering is from the
input event to the end of the frame that shows what is left. Medians, in milliseconds, and the
slowest.
"""

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from reconciler.render.html import page
from reconciler.render.review import review
from tests.browser.conftest import launched
from tests.browser.plans import large

_EMPTY = "<!doctype html><title>Empty</title><p>Nothing"
_WINDOWS = {"open window": 500.0, "new window": 0.0}
"""Kind → milliseconds for which it has been there."""
_OPENED = """async () => {
  for (;;) {
    const [load] = performance.getEntriesByType("navigation");
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    if (load.loadEventEnd && paint) {
      return [paint.startTime, load.loadEventEnd];
    }
    await new Promise((done) => setTimeout(done, 20));
  }
}"""
_FILTERED = """async (query) => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  }));
  const box = document.getElementById("query");
  await frame();
  const begun = performance.now();
  box.value = query;
  box.dispatchEvent(new Event("input", {bubbles: true}));
  await frame();
  return performance.now() - begun;
}"""
QUERIES = ("m", "member1", "member4321", "4321", "left guild-7", "nothing like it", "")
"""One after the other, as somebody looks for something."""


def measured(
    browser: Browser, changes: int, guilds: int, rounds: int
) -> Mapping[str, Sequence[float]]:
    """What was measured → milliseconds in each round."""
    found = defaultdict(list)
    plan = review(large(changes, guilds))
    with tempfile.TemporaryDirectory() as directory:
        full, empty = Path(directory) / "plan.html", Path(directory) / "empty.html"
        empty.write_text(_EMPTY, encoding="utf-8")
        for _ in range(rounds):
            begun = time.perf_counter()
            full.write_text(page(plan), encoding="utf-8")
            found["written, by Python"].append((time.perf_counter() - begun) * 1_000)
            for where, settling in _WINDOWS.items():
                for what, file in (("empty page", empty), ("plan", full)):
                    with browser.new_page() as window:
                        window.wait_for_timeout(settling)
                        window.goto(file.as_uri())
                        painted, loaded = window.evaluate(_OPENED)
                    found[f"{what}, {where}: first paint"].append(painted)
                    found[f"{what}, {where}: loaded"].append(loaded)
            with browser.new_page() as window:
                window.goto(full.as_uri())
                for query in QUERIES:
                    found[f"filter: {query!r}"].append(window.evaluate(_FILTERED, query))
    return found


def main() -> None:
    """Measures, and prints."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.page")
    parser.add_argument("--changes", type=int, default=5_000)
    parser.add_argument("--guilds", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=15)
    wanted = parser.parse_args()
    with sync_playwright() as playwright:
        browser = launched(playwright)
        found = measured(browser, wanted.changes, wanted.guilds, wanted.rounds)
        browser.close()
    for what, times in found.items():
        sys.stdout.write(
            f"{what:36} median {median(times):6.0f} ms, slowest {max(times):6.0f} ms\n"
        )


if __name__ == "__main__":
    main()
