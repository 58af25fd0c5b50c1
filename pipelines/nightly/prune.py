"""Remove parsing results that no active delivery needs: those of replaced files and of earlier contracts.

Belongs here: which lake files, receipts and quarantine files are unreferenced. The delivered files stay in the archive,
so everything removed here can be parsed again.
"""

from collections.abc import Iterable
from pathlib import Path

from pipelines.parsing.receipts import Receipts
from pipelines.settings import Settings
from pipelines.storage.ledger import drop_receipts, forget_verified, open_ledger, receipts, verified_files
from pipelines.transform.night_rejections import NIGHT_MARK


def prune_unreferenced(settings: Settings) -> int:
    """Remove lake files, receipts and quarantine files that no active delivery needs, and return how many files.

    Rejected rows of a replaced file stay in quarantine: they tell its deliverer what was wrong.
    """
    known = Receipts(settings)
    needed = {known.key(arrival) for arrival in known.arrivals}
    files: set[str] = set()
    for arrival in known.classify_arrivals()["active"]:
        receipt = known.current(arrival)
        files |= set(receipt["files"]) if receipt is not None else set()
    with open_ledger(settings.ledger_file) as ledger:
        purged = {arrival.delivery.label for arrival in known.arrivals if arrival.sequence in known.purged}
        kept = receipts(ledger)
        # Of deliveries whose bytes were purged only the parsing result is left, whatever contracts it was made under.
        needed |= {key for key, receipt in kept.items() if receipt["delivery"] in purged}
        drop_receipts(ledger, set(kept) - needed)
    lake = [path for path in _parquet(settings.lake_dir) if path.relative_to(settings.lake_dir).as_posix() not in files]
    quarantine = _parquet(settings.quarantine_dir)
    rejected = [path for path in quarantine if NIGHT_MARK not in path.stem and path.stem not in needed]
    for path in (*lake, *rejected):
        path.unlink()
    with open_ledger(settings.ledger_file) as ledger:
        forget_verified(ledger, set(verified_files(ledger)) - files)
    return len(lake) + len(rejected)


def _parquet(folder: Path) -> Iterable[Path]:
    return sorted(folder.rglob("*.parquet"))
