"""Retention: delivered files and rejected rows hold personal data, and are removed when their time is over.

Time is counted in business days delivered, not by the clock, so that a wrong clock removes nothing. What was made of a
file stays: its line in the ledger, its receipt, and its rows in the lake, which name nobody.
"""

import datetime as dt
import logging

from pipelines.common.i18n import say
from pipelines.landing.ingest import archive_path
from pipelines.landing.rebuild_ledger import leave_note
from pipelines.settings import Settings
from pipelines.storage.ledger import arrivals, forgotten, open_ledger, receipts, save_forgotten

log = logging.getLogger("tthc.landing")


def purge_expired(settings: Settings, as_of: dt.date) -> dict[str, int]:
    """Remove what is older than the settings keep; return how many files of archive and quarantine were removed.

    Returns:
        How many files of archive and quarantine went.
    """
    removed = {"archive": _purge_archive(settings, as_of), "quarantine": _purge_quarantine(settings, as_of)}
    if any(removed.values()):
        log.info(say("forgotten", **removed))
    return removed


def _purge_archive(settings: Settings, as_of: dt.date) -> int:
    if settings.keep_archive_days is None:
        return 0
    oldest, gone = as_of - dt.timedelta(days=settings.keep_archive_days), 0
    with open_ledger(settings.ledger_file) as ledger:
        known = forgotten(ledger)
        made = {(receipt["delivery"], receipt["sha256"]): (key, receipt) for key, receipt in receipts(ledger).items()}
        for arrival in arrivals(ledger):
            if arrival.delivery.business_day >= oldest:
                continue
            path = archive_path(settings, arrival)
            if arrival.sequence not in known:
                # Note and line first: bytes that are gone without them would look like a loss.
                parse_key, receipt = made.get((arrival.delivery.label, arrival.sha256), (None, None))
                leave_note(path, as_of, arrival.byte_count, parse_key, receipt)
                save_forgotten(ledger, arrival.sequence, as_of)
                ledger.commit()
                gone += 1
            path.unlink(missing_ok=True)  # of known ones too: a crash may have come before it
    return gone


def _purge_quarantine(settings: Settings, as_of: dt.date) -> int:
    if settings.keep_quarantine_days is None:
        return 0
    oldest, gone = as_of - dt.timedelta(days=settings.keep_quarantine_days), 0
    for path in sorted(settings.quarantine_dir.glob("*/*/*.parquet")):
        if dt.date.fromisoformat(path.parent.name) < oldest:
            path.unlink()
            gone += 1
    return gone
