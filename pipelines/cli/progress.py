"""Progress of `tthc run`: one line per stage, a bar for long ones, and warnings; of several nights one line each.

Belongs here: showing the log records of steps on the console. Does not belong here: producing them (the steps).
"""

import logging
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from pipelines.nightly.stages import STAGE_LINE, STAGE_OF_LINE


class StageHandler(logging.Handler):
    """Show records of the `tthc` loggers: stages as tasks, `progress` as their bar, warnings as lines."""

    def __init__(self, progress: Progress) -> None:
        super().__init__(logging.INFO)
        self.progress = progress
        self.task: TaskID | None = None
        self.began = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        """Show a record; a fault of the display never reaches the run."""
        try:
            self._show(record)
        except Exception:
            self.handleError(record)

    def _show(self, record: logging.LogRecord) -> None:
        if getattr(record, "stage", None):
            self.finish()
            self.task = self.progress.add_task(record.getMessage(), total=None)
            if not self.progress.console.is_terminal:
                seconds = time.monotonic() - self.began
                self.progress.console.print(STAGE_LINE.format(seconds=seconds, message=record.getMessage()))
        elif record.levelno >= logging.WARNING:
            self.progress.console.print(f"! {record.getMessage()}", style="yellow", markup=False, highlight=False)
        done, total = getattr(record, "progress", (None, None))
        if self.task is not None and done is not None:
            self.progress.update(self.task, completed=done, total=total)

    def finish(self) -> None:
        """Mark the current stage as done."""
        if self.task is not None:
            total = self.progress.tasks[self.task].total or 1
            self.progress.update(self.task, completed=total, total=total)
            self.progress.stop_task(self.task)


@contextmanager
def showing_progress(console: Console) -> Iterator[None]:
    """Show the steps' log records while the block runs."""
    columns = (SpinnerColumn(finished_text="[green]✓[/]"), TextColumn("{task.description}"), BarColumn(20),
               MofNCompleteColumn(), TimeElapsedColumn())  # fmt: skip
    logger = logging.getLogger("tthc")
    before = logger.level
    console.file = sys.stdout  # the steps' own output is redirected later; this console keeps the terminal
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        handler = StageHandler(progress)
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        try:
            yield
            handler.finish()
        finally:
            logger.removeHandler(handler)
            logger.setLevel(before)
            console.file = None  # type: ignore[assignment] # whatever stdout is by then


@contextmanager
def showing_nights(
    console: Console, codes: Sequence[str], *, quiet: bool = False
) -> Iterator[Callable[[str, str], None]]:
    """Show one line per province while the block runs, and yield what takes a line that its night has printed.

    Args:
        console: Where it is shown; without a terminal each stage is a line of its own.
        codes: The provinces, in the order of their lines.
        quiet: True if nothing is shown.
    """
    columns = (SpinnerColumn(finished_text=" "), TextColumn("{task.fields[code]:5} {task.description}"),
               TimeElapsedColumn())  # fmt: skip
    is_live = console.is_terminal and not quiet
    with Progress(*columns, console=console, disable=not is_live) as progress:
        tasks = {code: progress.add_task("…", total=None, start=False, code=code) for code in codes}

        def tell(code: str, line: str) -> None:
            if not (stage := STAGE_OF_LINE.match(line)):
                return
            progress.start_task(tasks[code])
            progress.update(tasks[code], description=stage[1])
            if not is_live and not quiet:
                console.print(f"{code:5} {line}", markup=False, highlight=False, soft_wrap=True)

        yield tell
