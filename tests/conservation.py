"""Conservation, checked on any warehouse: every row that came is accepted, rejected or superseded, exactly once."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from pipelines.parsing.receipts import lake_state
from pipelines.settings import Settings
from pipelines.storage.ledger import open_ledger, outcomes

COUNTS = ("rows_in", "accepted", "rejected")


def unaccounted(warehouse: Path) -> Iterator[str]:
    """Yield what does not add up in receipts, lake and quarantine, and in the ledger of the last version."""
    settings = Settings(warehouse_dir=warehouse)
    for arrival, receipt in lake_state(settings).accepted:
        for source, counts in receipt["sources"].items():
            accepted, rejected = counts["accepted"], counts["rejected"]
            if counts["rows_in"] != accepted + rejected:
                yield f"{arrival.delivery.label}: {source} {counts}"
            names = [n for n in receipt["files"] if n.startswith((f"{source}/", f"_rejected/{source}/"))]
            if not all((settings.lake_dir / name).is_file() for name in names):
                continue  # a test took files of the lake away; the next run would fill them in again
            found = Counter({"lake": 0, "listed": 0})
            for name in names:
                kind = "listed" if name.startswith("_rejected/") else "lake"
                own = pl.col("_source_file") == arrival.delivery.label  # the file may hold other deliveries too
                found[kind] += pl.scan_parquet(settings.lake_dir / name).filter(own).select(pl.len()).collect().item()
            if (found["lake"], found["listed"]) != (accepted, rejected):
                yield f"{arrival.delivery.label}: {source} {counts}, but {dict(found)}"
    with open_ledger(settings.ledger_file) as ledger:
        yield from (f"{outcome}" for outcome in outcomes(ledger) if not outcome.is_balanced)
