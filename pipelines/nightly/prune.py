"""Remove parsing results that no active delivery needs: those of replaced files and of earlier contracts.

Belongs here: which lake files, receipts and quarantine files are unreferenced. The delivered files stay in the archive,
so everything removed here can be parsed again.
"""

from pipelines.parsing.receipts import Receipts
from pipelines.settings import Settings
from pipelines.storage.lake_store import lake_store
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
    quarantine = settings.quarantine_dir.rglob("*.parquet")
    rejected = [path for path in quarantine if NIGHT_MARK not in path.stem and path.stem not in needed]
    for path in rejected:
        path.unlink()
    store = lake_store(settings)
    unnamed = store.names() - files
    store.remove(unnamed)
    with open_ledger(settings.ledger_file) as ledger:
        forget_verified(ledger, {key for key in verified_files(ledger) if store.name_of(key) not in files})
    return len(unnamed) + len(rejected)
