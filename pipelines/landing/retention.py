"""Retention: remove delivered files and rejected rows, which hold personal data, when their retention period ends.

Belongs here: purging archive and quarantine. Age is counted from business days, not by the clock, so that a wrong clock
removes nothing. A file's entry in the ledger, its receipt and its rows in the lake, which hold no personal data, stay.
"""

import datetime as dt
import logging

from pipelines.common.i18n import say
from pipelines.landing.ingest import archive_path
from pipelines.landing.rebuild_ledger import leave_note
from pipelines.settings import Settings
from pipelines.storage.ledger import arrivals, open_ledger, purged_arrivals, receipts, record_purge

log = logging.getLogger("tthc.landing")


def purge_expired(settings: Settings, as_of: dt.date) -> dict[str, int]:
    """Remove files of archive and quarantine that are older than the settings allow.

    Args:
        settings: The installation.
        as_of: The day from which age is counted.

    Returns:
        Counts of removed files: `archive`, `quarantine`.
    """
    removed = {"archive": _purge_archive(settings, as_of), "quarantine": _purge_quarantine(settings, as_of)}
    if any(removed.values()):
        log.info(say("forgotten", **removed))
    return removed


def _purge_archive(settings: Settings, as_of: dt.date) -> int:
    if settings.keep_archive_days is None:
        return 0
    oldest, removed_count = as_of - dt.timedelta(days=settings.keep_archive_days), 0
    with open_ledger(settings.ledger_file) as ledger:
        known = purged_arrivals(ledger)
        made = {(receipt["delivery"], receipt["sha256"]): (key, receipt) for key, receipt in receipts(ledger).items()}
        for arrival in arrivals(ledger):
            if arrival.delivery.business_day >= oldest:
                continue
            path = archive_path(settings, arrival)
            if arrival.sequence not in known:
                # Note and ledger entry first: bytes missing without them would look like a loss.
                parse_key, receipt = made.get((arrival.delivery.label, arrival.sha256), (None, None))
                leave_note(path, as_of, arrival.byte_count, parse_key, receipt)
                record_purge(ledger, arrival.sequence, as_of)
                ledger.commit()
                removed_count += 1
            path.unlink(missing_ok=True)  # also of purged ones: a crash may have prevented it
    return removed_count


def _purge_quarantine(settings: Settings, as_of: dt.date) -> int:
    if settings.keep_quarantine_days is None:
        return 0
    oldest, removed_count = as_of - dt.timedelta(days=settings.keep_quarantine_days), 0
    for path in sorted(settings.quarantine_dir.glob("*/*/*.parquet")):
        if dt.date.fromisoformat(path.parent.name) < oldest:
            path.unlink()
            removed_count += 1
    return removed_count
