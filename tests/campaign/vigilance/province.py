"""Provinces in memory: every delivery as the texts that its files hold, and the same rows as the lake holds them.

Here: drawing provinces that differ, parsing what they deliver by the contracts. Not here: falsifying, judging.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipelines.contracts.batch import Batch
from pipelines.contracts.model import Contract, load_contracts
from pipelines.parsing.privacy import protect
from pipelines.parsing.unit_names import hash_unit_names
from pipelines.parsing.validate import Validators
from pipelines.sample.behaviour import Behaviour, load_behaviour
from pipelines.sample.deliveries import Cadence, delivery_days
from pipelines.sample.extracts import Writer, as_texts
from pipelines.sample.province import deliver, draw_province
from pipelines.sample.reference import load_reference
from pipelines.settings import PROJECT_DIR
from pipelines.storage.lake import REJECTED, lake_schema

SECRET = "k" * 64
PROVINCE = "dong-nai"
# How far one province may differ from the next: the standard deviation of a factor's logarithm.
SPREAD = 0.15


@dataclass(frozen=True)
class File:
    """One delivered table.

    Its name below the source's day (a sync message's, for what came within one), its rows as they print.
    """

    name: str
    texts: pl.DataFrame


Delivery = dict[str, list[File]]


@dataclass
class Kept(Writer):
    """Keeps what a province delivers, by business day and source, instead of writing it."""

    days: dict[str, Delivery] = field(default_factory=dict)

    def _put(self, source: str, day: str, table: pl.DataFrame, night: str | None) -> None:
        self._keep(source, day, f"{source}/{day}/{source}-{day}.synthetic.csv", table)

    def message(self, day: str, unit: str, dossiers: pl.DataFrame, children: dict[str, pl.DataFrame]) -> None:
        """Make the rows of a sync message, source by source."""
        for source, table in {"ho_so": dossiers, **children}.items():
            if table.height:
                self._keep(source, day, f"ho_so/{day}/DongBoHoSoMC-{unit}-{day}.synthetic.json", table)

    def _keep(self, source: str, day: str, name: str, table: pl.DataFrame) -> None:
        self.days.setdefault(day, {}).setdefault(source, []).append(File(name, as_texts(table)))


@dataclass(frozen=True)
class Parsed:
    """What parsing makes of one file: rows of the lake, and the list of rejected ones."""

    source: str
    day: str
    name: str
    lake: pl.DataFrame
    rejected: pl.DataFrame

    @property
    def rows_in(self) -> int:
        """Rows of the file."""
        return self.lake.height + self.rejected.height

    def reasons(self) -> Counter[str]:
        """Return rejected rows by reason; a row may have several."""
        return Counter(self.rejected["reasons"].explode().to_list() if self.rejected.height else [])


@cache
def contracts() -> dict[str, Contract]:
    """Return every contract by source."""
    return load_contracts(PROJECT_DIR / "contracts")


def drawn_days(
    dossiers: int, seed: int, cadence: Cadence, first: dt.date | None = None, last: dt.date | None = None,
    *, varied: bool = True,
) -> dict[str, Delivery]:  # fmt: skip
    """Return the deliveries of one honest province by business day.

    Args:
        varied: Its habits differ from the sample's.
    """
    behaviour = load_behaviour()
    if varied:
        vary(behaviour, np.random.default_rng([seed, 17]))
    reference = load_reference(PROJECT_DIR / "registers", PROVINCE)
    days = delivery_days(reference.span, cadence, first, last)
    kept = Kept(Path())
    deliver(draw_province(dossiers, seed, behaviour, reference, days), kept)
    return kept.days


def vary(behaviour: Behaviour, chance: np.random.Generator) -> None:
    """Give a province habits of its own: busy and quiet months, levels, papers per dossier, shares."""

    def factor() -> float:
        return float(np.exp(chance.normal(0, SPREAD)))

    volume, handling = behaviour["volume"], behaviour["handling"]
    volume["months"] = [month * factor() for month in volume["months"]]
    volume["levels"] = {level: share * factor() for level, share in volume["levels"].items()}
    for table, name in ((handling, "late"), (handling, "supplement"), (handling, "stuck")):
        table[name] = {level: min(share * factor(), 0.5) for level, share in table[name].items()}
    for shares in (behaviour["channel"]["online"], behaviour["digitised"], behaviour["result_file"]):
        for level, ends in shares.items():
            turn = factor()
            shares[level] = [min(share * turn, 0.97) for share in ends]
    for table, name in (
        (behaviour["ratings"], "share"), (behaviour["entered_late"], "share"), (behaviour["channel"], "post"),
        (handling, "days_to_collect"), (volume, "weekend_online"), (volume["lull"], "factor"),
    ):  # fmt: skip
        table[name] = min(table[name] * factor(), 0.9) if name != "days_to_collect" else table[name] * factor()


def parsed(source: str, day: str, file: File) -> Parsed:
    """Return what the lake gets of a file, by the parser's own rules.

    Raise FileRefused if none of it is taken.
    """
    contract, business_day = contracts()[source], dt.date.fromisoformat(day)
    numbered = file.texts.with_columns(_row_number=pl.int_range(1, file.texts.height + 1, dtype=pl.Int64))
    accepted, rejected = Validators(contracts(), business_day)(Batch(source, numbered))
    place: dict[str, Any] = {"_source_file": pl.lit(file.name), "_business_day": pl.lit(business_day)}
    kept = protect(accepted, contract, SECRET).with_columns(**place)
    return Parsed(source, day, file.name, _in_order(kept, lake_schema(contract)), _listed(source, rejected, place))


def _listed(source: str, rejected: pl.DataFrame, place: dict[str, Any]) -> pl.DataFrame:
    code = pl.col("MaHoSo") if "MaHoSo" in rejected.columns else pl.lit(None)
    known = {"source": pl.lit(source), "reasons": pl.col("_reasons"), "dossier_code": code}
    return _in_order(rejected.with_columns(**place, **known), REJECTED)


def _in_order(frame: pl.DataFrame, schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return frame.select(
        [(pl.col(n) if n in frame.columns else pl.lit(None)).cast(t).alias(n) for n, t in schema.items()]
    )


def parsed_day(day: str, delivery: Delivery) -> list[Parsed]:
    """Return what the lake gets of all that came for one day."""
    return [parsed(source, day, file) for source, files in delivery.items() for file in files]


def marked_units(rows: list[Parsed]) -> pl.DataFrame:
    """Return the ledger's marks of the names of units."""
    names = [one.lake["TenDonVi"] for one in rows if one.source == "don_vi"]
    return hash_unit_names(pl.concat(names).unique().sort(), SECRET)
