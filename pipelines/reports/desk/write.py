"""Files of the desk page: `reports/index.html` and `index.en.html`, written after every run.

A page that cannot be written is logged and changes nothing of how the run ended. Belongs here: when it is written, and
never failing. Does not belong here: what it says (`facts`, `render`).
"""

import datetime as dt
import logging
from pathlib import Path

from pipelines.common.errors import TthcError
from pipelines.common.files import atomic_write
from pipelines.common.i18n import say, speaking
from pipelines.landing.discover import HOME, today_at_home
from pipelines.registers.scores import load_groups
from pipelines.registers.worklist import load_worklist
from pipelines.reports.desk.facts import read_desk
from pipelines.reports.desk.render import PAGES, Registers, render
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
    folder, written = officers_folder(settings.reports_dir), []
    for lang, name in PAGES.items():
        with speaking(lang):
            ending = ending_of(morning.run, settings, verdict) if morning is not None else None
            page = render(desk, registers, ending)
        with atomic_write(folder / name, FILE_MODE) as waiting:
            waiting.write_text(page, encoding="utf-8")
        written.append(folder / name)
    return written


def write_nightly_desk(settings: Settings, morning: Morning | None) -> None:
    """Write the page at the end of a run; what goes wrong is logged, for the run has ended as it has."""
    try:
        write_desk(settings, morning)
    except Exception as error:
        log.warning(say("desk_failed", why=str(error) if isinstance(error, TthcError) else type(error).__name__))
