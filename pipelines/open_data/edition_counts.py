"""Numbers of published tables per edition, which indicator `open_datasets` counts.

Belongs here: counting the tables of each edition whose files exist (the register only says what should be published).
Does not belong here: how editions are kept (`editions`), in which period one counts (the model).
"""

import datetime as dt
import json

import polars as pl

from pipelines.open_data.editions import damaged_editions, editions
from pipelines.open_data.vintage_store import VINTAGE_FILE
from pipelines.registers.tables import EDITION
from pipelines.settings import Settings


def edition_table(settings: Settings) -> pl.DataFrame:
    """Return one row per edition in the order in which they were published.

    The columns are edition_number from 1, closed_until (the last day of its periods; null if none had closed) and
    dataset_count (0 if its public copy is lost).
    """
    known = editions(settings)
    lost = set(damaged_editions(settings, deep=False))
    counts = {name: 0 if name in lost else _datasets(settings, name) for name in {edition.name for edition in known}}
    rows = [(number, _day(edition.closed_until), counts[edition.name]) for number, edition in enumerate(known, start=1)]
    return pl.DataFrame(rows, schema=EDITION, orient="row")


def _datasets(settings: Settings, name: str) -> int:
    """Return the number of tables of an edition whose file exists."""
    folder = settings.editions_dir / name
    named = json.loads((folder / VINTAGE_FILE).read_text(encoding="utf-8"))["rows"]
    return len([file for file in named if (folder / file).is_file()])


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
