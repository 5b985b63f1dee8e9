"""What the HTML page of a plan is while it comes, and when it comes again."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest
from playwright.sync_api import Browser, expect

from reconciler.render.html import page
from reconciler.render.review import review
from tests.browser.conftest import Open
from tests.browser.plans import large, monday
from tests.browser.test_page import PEOPLE, people, said

SHIFTS = """() => new Promise((done) => {
  const observer = new PerformanceObserver((list) =>
    done(list.getEntries().map((shift) => shift.sources.map(({node}) => node?.outerHTML))));
  observer.observe({type: "layout-shift", buffered: true});
  setTimeout(() => done([]), 300);
})"""


class SlowSite(ThreadingHTTPServer):
    """Sends the first half of a page, and the rest when it is let."""

    def __init__(self, text: str) -> None:
        """Listens on loopback at once."""
        super().__init__(("127.0.0.1", 0), _Halves)
        self.body = text.encode()
        self.rest = Event()
        self.url = f"http://127.0.0.1:{self.server_port}/"


class _Halves(BaseHTTPRequestHandler):
    server: SlowSite

    def do_GET(self) -> None:
        body = self.server.body
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        self.server.rest.wait(30)
        self.wfile.write(body[len(body) // 2 :])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def slow_site() -> Iterator[SlowSite]:
    """With a plan of 5,000 changes."""
    with SlowSite(page(review(large(5_000, 100)))) as site:
        thread = Thread(target=site.serve_forever)
        thread.start()
        yield site
        site.rest.set()
        site.shutdown()
        thread.join()


def test_nothing_moves_once_it_is_seen(opened: Open) -> None:
    """The filter, which only a script can show, has its place before the changes come."""
    assert opened(large(5_000, 100)).evaluate(SHIFTS) == []


def test_what_is_typed_while_the_page_comes_is_looked_for_in_all_of_it(
    browser: Browser, slow_site: SlowSite
) -> None:
    """The half that is there is not taken for the whole."""
    with browser.new_page() as window:
        window.goto(slow_site.url, wait_until="commit")
        window.get_by_role("searchbox").fill("member4999")
        window.evaluate("() => new Promise((done) => setTimeout(done, 300))")
        assert window.evaluate("document.readyState") == "loading"
        slow_site.rest.set()
        said(window, "1 of 5,000 changes, 1 of 100 guilds")
        expect(window.locator(".guild:visible")).to_have_count(1)


def test_a_copy_saved_while_filtered_shows_everything(opened: Open) -> None:
    """A browser saves what is hidden as hidden, and not what was typed."""
    page = opened(monday())
    page.get_by_role("searchbox").fill("carol")
    said(page, "2 of 20 changes, 1 of 4 guilds, 0 of 3 problems")
    copy = opened(page.content())
    said(copy, "20 of 20 changes, 4 of 4 guilds, 3 of 3 problems")
    assert people(copy) == PEOPLE


def test_whoever_comes_back_sees_what_the_box_asks_for(opened: Open) -> None:
    """WebKit keeps the page as it was, but empties the box."""
    page = opened(monday())
    page.get_by_role("searchbox").fill("carol")
    said(page, "2 of 20 changes, 1 of 4 guilds, 0 of 3 problems")
    page.evaluate(
        """() => {
             document.getElementById("query").value = "";
             dispatchEvent(new PageTransitionEvent("pageshow", {persisted: true}));
           }"""
    )
    said(page, "20 of 20 changes, 4 of 4 guilds, 3 of 3 problems")
    assert people(page) == PEOPLE
