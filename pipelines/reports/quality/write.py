"""Write the quality page of a run to `quality/<run>/`, and switch the link `quality/latest` to it.

Belongs here: choosing the source of facts by the run's outcome, and files. A page that cannot be written is logged and
never changes the outcome of the run.
"""

import json
import logging
from pathlib import Path

import duckdb

from pipelines.common.files import remove_tree, switch_link, unfinished
from pipelines.common.i18n import LANGUAGES, say, speaking
from pipelines.contracts.model import load_contracts
from pipelines.publish.versions import current_version
from pipelines.reports.endings import ending_of
from pipelines.reports.quality.facts import QualityFacts, read_database, read_ledger
from pipelines.reports.quality.pages import pages
from pipelines.settings import DATABASE_FILE, VERDICT_FILE, Settings
from pipelines.storage.access import GROUP_FOLDER, GROUP_PAGE, make_folder, open_tree
from pipelines.storage.documents import Verdict
from pipelines.storage.ledger import open_ledger
from pipelines.storage.manifest import MANIFEST_FILE
from pipelines.storage.runs import Run, runs

log = logging.getLogger("tthc.quality")
KEPT = 30


def write_quality_page(settings: Settings) -> Path | None:
    """Write the pages of the newest run in the ledger, however it ended, and return their folder.

    Returns:
        None if that failed; the failure is logged.
    """
    try:
        with open_ledger(settings.ledger_file) as ledger:
            (run,) = runs(ledger, limit=1)
        return _write(settings, run)
    except Exception as error:  # whatever is wrong with the page, the run has ended as it has
        log.warning(say("quality_page_failed", why=type(error).__name__))
        return None


def _write(settings: Settings, run: Run) -> Path:
    facts, gate = _read(settings, run)
    folder = settings.quality_dir
    target = folder / f"run-{run.sequence:06d}"
    waiting = unfinished(target)
    remove_tree(waiting)
    endings = {}
    for lang in LANGUAGES:
        with speaking(lang):
            endings[lang] = ending_of(run, settings, gate)
    contracts = load_contracts(settings.contracts_dir)
    # Written before this page; those of an earlier version are not this run's.
    is_theirs = run.outcome in ("published", "unchanged") and run.version == current_version(settings)
    workbooks = {path.name for path in (settings.reports_dir / "findings").glob("*.xlsx")} if is_theirs else set()
    for name, html in pages(run, facts, gate, contracts, settings.country_dir, endings, workbooks):
        path = waiting / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(html, encoding="utf-8")
    open_tree(waiting, GROUP_FOLDER, GROUP_PAGE, settings.readers)
    make_folder(folder, GROUP_FOLDER, settings.readers)
    remove_tree(target)
    waiting.rename(target)
    switch_link(settings.quality_page, Path(target.name))
    for old in sorted(folder.glob("run-*"))[:-KEPT]:
        remove_tree(old)
    return target


def _read(settings: Settings, run: Run) -> tuple[QualityFacts, Verdict | None]:
    """Return facts and verdict of a run: from its version, from its refused candidate, or from the ledger."""
    if run.outcome in ("published", "unchanged", "beside"):
        folder = settings.versions_dir / str(run.version)
        gate = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))["gate"]
        return read_database(folder / DATABASE_FILE, settings), gate
    if run.outcome == "refused":
        folder = settings.refused_dir / str(run.version)
        gate = json.loads((folder / VERDICT_FILE).read_text(encoding="utf-8"))
        try:
            return read_database(folder / DATABASE_FILE, settings), gate
        except (duckdb.Error, FileNotFoundError):  # a refused candidate may lack tables that the page reads
            return read_ledger(settings), gate
    return read_ledger(settings), None
