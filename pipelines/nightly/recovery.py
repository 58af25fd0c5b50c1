"""Recovery before a run and clean-up after it.

Belongs here: removing or repairing what a crash left behind, and removing outputs that nothing will read again. The
caller holds the run's lock. Does not belong here: anything that decides a figure; files under their final names are
complete or absent (`common.files`), and everything missing is made again from the archive.
"""

import logging
import os

from pipelines.common.errors import LakeUnreachable
from pipelines.common.files import remove_atomically, remove_leftovers, unfinished
from pipelines.landing.faults import clear_traces
from pipelines.landing.rebuild_ledger import ensure_ledger
from pipelines.nightly.prune import prune_unreferenced
from pipelines.parsing.compact import compact
from pipelines.publish.editions import ensure_editions
from pipelines.publish.first_published import record_first_published
from pipelines.publish.versions import prune, restore_replaced
from pipelines.settings import Settings
from pipelines.storage.access import ensure_access
from pipelines.storage.ledger import open_ledger
from pipelines.storage.runs import begin_run
from pipelines.transform.dbt import target_dir

log = logging.getLogger("tthc.nightly")


def recover(settings: Settings) -> int:
    """Repair what an interrupted run left behind, begin a new run in the ledger, and return its number."""
    ensure_access(settings)
    unfinished(settings.current_link).unlink(missing_ok=True)
    restore_replaced(settings)
    for folder in (settings.lake_dir, settings.restricted_dir, settings.versions_dir, settings.refused_dir,
                   settings.editions_dir, settings.first_published_dir, settings.quality_dir):  # fmt: skip
        remove_leftovers(folder, settings.archive_dir)  # `ensure_ledger` searches the archive where it has to
    clear_traces(settings)
    ensure_ledger(settings)
    ensure_editions(settings)
    record_first_published(settings)  # where a run ended between publishing and noting it
    with open_ledger(settings.ledger_file) as ledger:
        return begin_run(ledger, os.getpid())


def clean_up(settings: Settings) -> dict[str, int]:
    """Merge small files of the lake; remove old versions, unreferenced parsing results and dbt targets of other code.

    Returns:
        Counts: `versions`, `parsed_files`, `dbt_targets`.
    """
    versions, parsed = prune(settings), _clean_lake(settings)
    now = target_dir(settings)
    targets = [path for path in now.parent.glob("[!.]*") if path != now]
    for path in targets:
        remove_atomically(path)
    return {"versions": len(versions), "parsed_files": parsed, "dbt_targets": len(targets)}


def _clean_lake(settings: Settings) -> int:
    """Merge small files, and return how many unreferenced ones were removed; an object store that is away can wait."""
    try:
        compact(settings)
        return prune_unreferenced(settings)
    except LakeUnreachable as away:
        log.warning(str(away))
        return 0
