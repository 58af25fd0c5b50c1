"""Files of the desk's pages: `reports/index.html`, `reports/steps.html` and the English ones, written after every run.

A page that cannot be written is logged and changes nothing of how the run ended. Belongs here: when it is written, and
never failing. Does not belong here: what it says (`facts`, `render`).
"""

import datetime as dt
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

from pipelines.common.errors import TthcError
from pipelines.common.files import atomic_write
from pipelines.common.i18n import say, speaking
from pipelines.landing.discover import HOME, today_at_home
from pipelines.registers.scores import load_groups
from pipelines.registers.steps import load_steps_shown
from pipelines.registers.worklist import load_worklist
from pipelines.reports.desk.facts import read_desk
from pipelines.reports.desk.layout import PAGES, STEPS_PAGES
from pipelines.reports.desk.render import Registers, render
from pipelines.reports.desk.steps_facts import read_steps
from pipelines.reports.desk.steps_render import render_steps
from pipelines.reports.endings import ending_of
from pipelines.reports.morning.facts import Morning, read_morning
from pipelines.reports.officers.files import FILE_MODE, officers_folder
from pipelines.reports.status import newest_verdict
from pipelines.settings import Settings

log = logging.getLogger("tthc.reports")


def write_desk(settings: Settings, morning: Morning | None = None) -> list[Path]:
    """Write the page in both languages, of the newest run and the published version, and return its files.

    Args:
        settings: The installation.
        morning: The summary of the newest run; read anew if None.

    Raises:
        TthcError: If a register is broken.
    """
    morning = morning or read_morning(settings, today_at_home())
    desk = read_desk(settings, morning, dt.datetime.now(HOME))
    registers = Registers(load_groups(settings.country_dir), load_worklist(settings.country_dir))
    verdict = newest_verdict(settings, [morning.run]) if morning is not None else None
    written = []
    for lang, name in PAGES.items():
        with speaking(lang):
            ending = ending_of(morning.run, settings, verdict) if morning is not None else None
            written.append(_write(settings, name, render(desk, registers, ending)))
    return written


def write_steps(settings: Settings) -> list[Path]:
    """Write the page of steps in both languages, of the published version, and return its files.

    Args:
        settings: The installation.

    Raises:
        TthcError: If the register of what it shows is broken.
    """
    shown = load_steps_shown(settings.country_dir).page
    desk, written = read_steps(settings, shown, dt.datetime.now(HOME)), []
    for lang, name in STEPS_PAGES.items():
        with speaking(lang):
            written.append(_write(settings, name, render_steps(desk, shown)))
    return written


def write_nightly_desk(settings: Settings, morning: Morning | None) -> None:
    """Write the pages at the end of a run; what goes wrong is logged, for the run has ended as it has.

    The page of steps comes first, since the desk page links to it where it is; neither waits for the other to be right.
    """
    _attempt(partial(write_steps, settings), "steps_page_failed")
    _attempt(partial(write_desk, settings, morning), "desk_failed")


def _attempt(write: Callable[[], object], failed: str) -> None:
    try:
        write()
    except Exception as error:
        log.warning(say(failed, why=str(error) if isinstance(error, TthcError) else type(error).__name__))


def _write(settings: Settings, name: str, page: str) -> Path:
    path = officers_folder(settings.reports_dir) / name
    with atomic_write(path, FILE_MODE) as waiting:
        waiting.write_text(page, encoding="utf-8")
    return path
