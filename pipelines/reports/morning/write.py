"""Files of the summary of a night: beside the quality page of each run, and in each version.

A summary that cannot be written is logged and changes nothing of how the run ended. Does not belong here: texts
(`render`), sending (`notices`).
"""

import logging
from pathlib import Path

from pipelines.common.i18n import say
from pipelines.landing.discover import today_at_home
from pipelines.reports.morning.facts import Morning, Sealing, read_morning
from pipelines.reports.morning.render import FORMATS, render
from pipelines.settings import REPORTS_FOLDER, Settings
from pipelines.storage.access import GROUP_FOLDER, GROUP_PAGE, open_tree

log = logging.getLogger("tthc.morning")
NAME = "morning"


def write_morning(settings: Settings) -> Morning | None:
    """Write the summary of the newest run as text, page and Markdown, and return it; None if that failed."""
    try:
        morning = read_morning(settings, today_at_home())
        if morning is not None:
            folder = settings.quality_dir / f"run-{morning.run.sequence:06d}"
            write_files(morning, folder)
            open_tree(folder, GROUP_FOLDER, GROUP_PAGE, settings.readers)
    except Exception as error:  # whatever is wrong with the summary, the run has ended as it has
        log.warning(say("morning_failed", why=type(error).__name__))
        return None
    return morning


def write_into_version(settings: Settings, sealing: Sealing) -> None:
    """Write the summary of the version that is about to be published into its folder of reports."""
    try:
        morning = read_morning(settings, today_at_home(), sealing)
        if morning is not None:
            write_files(morning, sealing.folder / REPORTS_FOLDER)
    except Exception as error:  # the version is worth more than its summary
        log.warning(say("morning_failed", why=type(error).__name__))


def write_files(morning: Morning, folder: Path) -> None:
    """Write the summary in all formats into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for form in FORMATS:
        (folder / f"{NAME}.{form}").write_text(render(morning, form), encoding="utf-8")
