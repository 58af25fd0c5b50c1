"""Places of rejected rows in spreadsheets and JSON files, read from the quarantine for the rows that a page shows.

Belongs here: cells, rows and paths; no other column of the quarantine is read. In text and Parquet files a row's number
is its place. A row that is no longer in the quarantine, or cannot be read, is shown by its number.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl

from pipelines.landing.discover import DELIVERED
from pipelines.parsing.parse_file import parse_key
from pipelines.parsing.quarantine import quarantine_file
from pipelines.parsing.receipts import LakeState
from pipelines.settings import Settings
from pipelines.storage.ledger import Arrival
from pipelines.transform.night_rejections import NIGHT_MARK

# Source, business day, file name.
FileKey = tuple[str, dt.date, str]
NUMBER_IS_NO_PLACE = ("xlsx", "xls", "json", "ndjson")
COLUMNS = ("_row_number", "_reasons", "_place")


def places_in(
    wanted: Mapping[FileKey, set[int]], settings: Settings, state: LakeState
) -> dict[FileKey, dict[int, tuple[list[str], str]]]:
    """Return, by file and row number, the reasons and the `_place` of the wanted rows, as far as they are known."""
    found: dict[FileKey, dict[int, tuple[list[str], str]]] = {}
    for arrival, receipt in state.accepted:
        delivery = arrival.delivery
        kind = DELIVERED.search(delivery.file_name)
        if kind is None or kind[1].lower() not in NUMBER_IS_NO_PLACE:
            continue
        for source in receipt["sources"]:
            key = (source, delivery.business_day, delivery.file_name)
            if numbers := wanted.get(key):
                of_file = found.setdefault(key, {})
                for path in _quarantined(source, arrival, receipt.get("made_by", state.made_by), settings):
                    of_file |= _rows(path, delivery.label, numbers)
    return found


def place_for(reason: str, reasons: Sequence[str], place: str) -> str:
    """Return the part of a row's `_place` that one of its reasons is about, or the whole if that is unknown."""
    fields = list(dict.fromkeys(other.partition(":")[2] for other in reasons))
    parts, field = place.split(", "), reason.partition(":")[2]
    return parts[fields.index(field)] if len(parts) == len(fields) and reason in reasons else place


def _quarantined(source: str, arrival: Arrival, made_by: str, settings: Settings) -> Iterator[Path]:
    """Yield the quarantine files of one delivery: that of parsing, then those of dbt's models."""
    folder = settings.quarantine_dir
    yield quarantine_file(folder, source, arrival.delivery, parse_key(arrival, made_by))
    nightly = quarantine_file(folder, source, arrival.delivery, f"{arrival.sha256[:24]}{NIGHT_MARK}*")
    yield from sorted(nightly.parent.glob(nightly.name))


def _rows(path: Path, label: str, numbers: set[int]) -> dict[int, tuple[list[str], str]]:
    meant = pl.col("_row_number").is_in(sorted(numbers)) & (pl.col("_source_file") == label)
    try:
        rows = pl.scan_parquet(path).filter(meant & pl.col("_place").is_not_null()).select(COLUMNS).collect()
    except (OSError, pl.exceptions.PolarsError):
        return {}
    return {number: (reasons, place) for number, reasons, place in rows.iter_rows()}
