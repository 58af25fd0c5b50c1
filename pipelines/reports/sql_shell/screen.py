"""Put answers where the user reads them: the terminal, through a pager where they are long, or standard output.

Does not belong here: how rows look (`tables`), files (`files`).
"""

import os
import shlex
import subprocess
from contextlib import suppress

from rich.console import Console, RenderableType

from pipelines.common.i18n import say
from pipelines.reports.sql_shell.tables import Page, natural_width, render

PAGER = "less"
# As other prompts set it where the user has not: no wrapping, colours, no pager for what fits.
LESS = "-SRFX"


def show_page(console: Console, page: Page, *, more: bool, blocks: bool, seconds: float) -> None:
    """Show rows; on a terminal through a pager where they are longer than it, with their number and the time taken.

    Args:
        console: Where.
        page: The rows.
        more: Whether there are rows beyond them.
        blocks: One block per row.
        seconds: How long the query took.
    """
    show_table(console, page, blocks=blocks)
    if more:
        say_line(console, say("sql_more", rows=len(page.rows)))
    if console.is_terminal:
        say_line(console, say("sql_done", rows=len(page.rows), more="+" if more else "", seconds=f"{seconds:.2f}"))


def show_table(console: Console, page: Page, *, blocks: bool = False) -> None:
    """Show rows as a table, or as blocks, as wide as the terminal is."""
    width = width_of(console, page)
    show(console, render(page, width, blocks=blocks), width)


def width_of(console: Console, page: Page) -> int:
    """Return the cells of a line for some rows: those of the terminal, or of `COLUMNS`; else as many as they need.

    What goes into a pipe or a file is folded by nobody: another program, or a wider screen, will read it.
    """
    is_known = console.is_terminal or os.environ.get("COLUMNS", "").isdigit()
    return console.width if is_known else natural_width(page)


def show(console: Console, what: RenderableType, width: int | None = None) -> None:
    """Print something; on a terminal through a pager if it is longer than that.

    Args:
        console: Where.
        what: Anything that rich prints.
        width: Cells of a line where there is no terminal; None is what the console takes them to be.
    """
    if not console.is_terminal:
        Console(file=console.file, width=width or console.width, color_system=None).print(what)
        return
    with console.capture() as captured:
        console.print(what)
    text = captured.get()
    if text.count("\n") < console.height or not _page(text):
        console.file.write(text)
        console.file.flush()


def say_line(console: Console, text: str, style: str = "dim") -> None:
    """Print a sentence of ours below or between answers."""
    console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def _page(text: str) -> bool:
    """Show a text in the user's pager; return False if there is none."""
    command = shlex.split(os.environ.get("PAGER", "")) or [PAGER]
    environment = {"LESS": LESS, "LESSCHARSET": "utf-8", **os.environ}
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)  # noqa: S603 - the user's own pager
    except OSError:
        return False
    with suppress(BrokenPipeError, KeyboardInterrupt):  # left before the end
        process.communicate(text.encode())
    while process.poll() is None:
        with suppress(KeyboardInterrupt):  # Ctrl-C is the pager's
            process.wait()
    return True
