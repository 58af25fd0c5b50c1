"""Conservation, checked on any warehouse: every row that came is accepted, rejected or superseded, exactly once."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from pipelines.landing.ledger import open_ledger, outcomes
from pipelines.parsing.fill import lake_state
from pipelines.settings import Settings

COUNTS = ("rows_in", "accepted", "rejected")


def unaccounted(warehouse: Path) -> Iterator[str]:
    """What does not add up: in the receipts against lake and quarantine, and in the ledger of the last version."""
    settings = Settings(warehouse_dir=warehouse)
    for arrival, receipt in lake_state(settings).accepted:
        for source, counts in receipt["sources"].items():
            rows_in, accepted, rejected = (counts.get(name, 0) for name in COUNTS)
            if rows_in != accepted + rejected:
                yield f"{arrival.delivery.label}: {source} {counts}"
            found = Counter(listed=0, lake=0)
            for name in receipt["files"]:
                if (settings.lake_dir / name).is_file():
                    kind = "listed" if name.startswith(f"_rejected/{source}/") else "lake"
                    if name.startswith((f"_rejected/{source}/", f"{source}/")):
                        found[kind] += pl.scan_parquet(settings.lake_dir / name).select(pl.len()).collect().item()
                elif accepted or rejected:
                    return  # a test took the lake away; the next run would fill it again
            if (found["lake"], found["listed"]) != (accepted, rejected):
                yield f"{arrival.delivery.label}: {source} {counts}, but {dict(found)}"
    with open_ledger(settings.ledger_file) as ledger:
        yield from (f"{outcome}" for outcome in outcomes(ledger) if not outcome.is_balanced)
