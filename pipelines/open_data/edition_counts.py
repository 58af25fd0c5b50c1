"""How many tables the public was given, edition by edition: what `open_datasets` counts.

Belongs here: counting the tables of an edition whose file lies there to be fetched. The register of publication says
what is promised, never what is out. Does not belong here: how editions are kept (`editions`), in which period one
counts (the model).
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
    counts = {name: 0 if name in lost else _datasets(settings, name) for name in {one.name for one in known}}
    rows = [(number, _day(one.closed_until), counts[one.name]) for number, one in enumerate(known, start=1)]
    return pl.DataFrame(rows, schema=EDITION, orient="row")


def _datasets(settings: Settings, name: str) -> int:
    """Return tables of an edition whose file lies there."""
    folder = settings.editions_dir / name
    named = json.loads((folder / VINTAGE_FILE).read_text(encoding="utf-8"))["rows"]
    return len([file for file in named if (folder / file).is_file()])


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
