"""What somebody sees who waits for a big run."""

from io import StringIO
from itertools import count

from rich.console import Console
from rich.progress import Progress, Task

from reconciler.render.progress import RateColumn, bar


def test_a_long_run_tells_rate_and_time_left() -> None:
    """After some of 1,000 operations: how many, how fast, and that there is an end to it."""
    out = StringIO()
    seconds = count()
    with bar(Console(file=out, force_terminal=True, width=100)) as shown:
        shown.get_time = lambda: float(next(seconds))
        task = shown.add_task("Applying", total=1000)
        shown.tasks[0].start_time = 0.0
        for _ in range(30):
            shown.advance(task, 10)
        shown.refresh()
    said = out.getvalue()
    assert "/1000" in said
    assert "10/s" in said
    assert "left:" in said


def test_no_rate_is_told_before_there_is_one() -> None:
    """At the very beginning nothing is known, and nothing is divided by nothing."""
    task = Task(
        id=Progress().add_task(""),
        description="",
        total=5,
        completed=0,
        _get_time=lambda: 0.0,
        _lock=Progress()._lock,
    )
    assert RateColumn().render(task).plain == ""
