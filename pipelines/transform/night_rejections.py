"""Writes rows that the models rejected to the quarantine, and removes them once they are accepted.

Errors such as an unknown unit, procedure or dossier, or a conflict, only show over all deliveries, so dbt checks for
them every night: once the list that names its unit arrives, a row is accepted and leaves the quarantine. Does not
belong here: rows that are wrong by themselves (`parsing`).
"""

import hashlib
import logging
from pathlib import Path

from pipelines.common.duckdb import connect
from pipelines.common.i18n import say
from pipelines.contracts.model import Contract
from pipelines.landing.faults import is_machine_fault, keep_trace
from pipelines.landing.ingest import archive_path
from pipelines.parsing.quarantine import Rejections, quarantine_file, write_quarantine
from pipelines.parsing.receipts import LakeState
from pipelines.settings import Settings
from pipelines.storage.ledger import Arrival, open_ledger, purged_arrivals
from pipelines.storage.run_spec import workspace_file

log = logging.getLogger("tthc.parsing")
# In the names of the files that this module writes, to tell them from those of `parsing`.
NIGHT_MARK = ".night-"


def rejected_by_delivery(settings: Settings) -> dict[str, Rejections]:
    """Return the rows that the models reject, by label of their delivery and source."""
    rejected: dict[str, Rejections] = {}
    with connect(settings, workspace_file(settings), read_only=True) as connection:
        rows = connection.execute(
            "select source, _source_file, _row_number, [reason] as _reasons from core.int_rejected_unit"
            " where is_by_models order by all"
        ).pl()
    for (label, source), part in rows.partition_by(["_source_file", "source"], as_dict=True).items():
        rejected.setdefault(str(label), {})[str(source)] = part.drop("_source_file", "source")
    return rejected


def keep_rejected_rows(settings: Settings, contracts: dict[str, Contract], state: LakeState) -> dict[str, int]:
    """Bring the quarantine up to date with the rows that the models rejected in this run.

    Args:
        settings: Where everything lies.
        contracts: All contracts by source.
        state: What counts in the lake.

    Returns:
        Counts of files: `written`, `kept` and `left_quarantine`.
    """
    folder = settings.quarantine_dir
    rejected = rejected_by_delivery(settings)
    with open_ledger(settings.ledger_file) as ledger:
        purged = purged_arrivals(ledger)
    due: set[Path] = set()
    written = 0
    for arrival, _ in state.accepted:
        rejections = rejected.get(arrival.delivery.label, {})
        if not rejections or arrival.sequence in purged:
            continue
        name = _name(arrival, rejections)
        files = {quarantine_file(folder, source, arrival.delivery, name) for source in rejections}
        due |= files
        if not all(path.is_file() for path in files):
            written += len(files) if _keep(settings, contracts, arrival, name, rejections) else 0
    stale = [path for path in folder.glob(f"*/*/*{NIGHT_MARK}*.parquet") if path not in due]
    for path in stale:
        path.unlink()
    return {"written": written, "kept": len(due) - written, "left_quarantine": len(stale)}


def _keep(
    settings: Settings, contracts: dict[str, Contract], arrival: Arrival, name: str, rejections: Rejections
) -> bool:
    """Write the rejected rows of one delivery.

    Return False, and log a warning, if its archived bytes cannot be read again: the next run tries again.
    """
    folder = settings.quarantine_dir
    try:
        archived = archive_path(settings, arrival)
        write_quarantine(folder, name, archived, arrival.delivery, contracts, rejections, settings.read_limits)
    except Exception as error:
        if is_machine_fault(error):
            raise
        keep_trace(settings, arrival.delivery.label, error)
        log.warning(say("rejected_rows_not_kept", file=arrival.delivery.label, kind=type(error).__name__))
        return False
    return True


def _name(arrival: Arrival, rejections: Rejections) -> str:
    """Return a file name that changes with bytes and rejected rows, so that unchanged files are not written again."""
    digest = hashlib.sha256(f"{arrival.delivery.label} {arrival.sha256}".encode())
    for source, rows in sorted(rejections.items()):
        digest.update(f"{source} {rows.write_json()}".encode())
    return f"{arrival.sha256[:24]}{NIGHT_MARK}{digest.hexdigest()[:12]}"
