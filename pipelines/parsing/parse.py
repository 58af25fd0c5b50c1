"""One archived file into the lake and the quarantine, with a receipt that accounts for every row.

The order is: read → judge → protect → write. A file that cannot be read with certainty leaves no row
anywhere and a receipt that says why.
"""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from pipelines.contracts import Contract
from pipelines.errors import FileRefused
from pipelines.files import private_folder
from pipelines.lake import REJECTED, ParquetFile, lake_file, lake_schema, rejected_file
from pipelines.landing.discover import DELIVERED
from pipelines.landing.ledger import Arrival
from pipelines.parsing.batch import Batch
from pipelines.parsing.columnar import read_columnar
from pipelines.parsing.delimited import read_delimited
from pipelines.parsing.messages import read_messages
from pipelines.parsing.typed import judge
from pipelines.parsing.workbook import read_workbook
from pipelines.privacy import protect


def parse_key(arrival: Arrival, contracts_version: str) -> str:
    """Names the outcome of parsing: same delivery, same bytes, same contracts, same outcome."""
    parts = (arrival.delivery.label, arrival.sha256, contracts_version)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def read(path: Path, file_name: str, contract: Contract, contracts: dict[str, Contract]) -> Iterator[Batch]:
    """Batches of a file by the format its name declares. Raises FileRefused."""
    match = DELIVERED.search(file_name)
    kind, packed = (match[1].lower(), match[2] is not None) if match else ("", False)
    if kind in ("csv", "tsv"):
        delimiter = "\t" if kind == "tsv" else contract.formats.delimiter
        return read_delimited(path, contract, delimiter=delimiter, packed=packed)
    if kind in ("json", "ndjson"):
        return read_messages(path, contract, contracts, by_line=kind == "ndjson", packed=packed)
    if kind == "parquet" and not packed:
        return read_columnar(path, contract)
    if kind == "xlsx" and not packed:
        return read_workbook(path, contract)
    raise FileRefused("format_not_taken", format=file_name.rpartition(".")[2])


def _rejected_index(rejected: pl.DataFrame, source: str, label: str, day: dt.date) -> pl.DataFrame:
    """What may be known of rejected rows outside the quarantine: numbers, reasons and a sound dossier code."""
    columns = rejected.columns
    code = pl.col("MaHoSo").str.strip_chars() if "MaHoSo" in columns else pl.lit(None, pl.String)
    sound = code.str.contains(r"^[A-Za-z0-9.\-]{3,64}$") & ~code.str.contains(r"^[0-9]+$")
    updated = pl.col("NgayCapNhat") if "NgayCapNhat" in columns else pl.lit(None, pl.String)
    return rejected.select(
        pl.lit(source).alias("source"),
        pl.lit(label).alias("_source_file"),
        "_row_number",
        pl.lit(day).alias("_business_day"),
        pl.col("_reasons").alias("reasons"),
        pl.when(sound).then(code).alias("dossier_code"),
        updated.str.to_datetime("%Y%m%d%H%M%S", strict=False, time_unit="us").alias("updated_at"),
    )


class Outcome:
    """Files and counts of one parsed delivery, source by source."""

    def __init__(self, arrival: Arrival, key: str, lake: Path, quarantine: Path) -> None:
        self.arrival, self.key, self.lake, self.quarantine = arrival, key, lake, quarantine
        self.counts: dict[str, Counter[str]] = {}
        self.reasons: dict[str, Counter[str]] = {}
        self.files: dict[str, ParquetFile] = {}
        self.rejected_rows: dict[str, list[pl.DataFrame]] = {}

    def add(self, contract: Contract, accepted: pl.DataFrame, rejected: pl.DataFrame, key: bytes) -> None:
        """Takes the verdict on one batch."""
        source, delivery = contract.source, self.arrival.delivery
        name = lake_file(source, delivery, self.key)
        if name not in self.files:
            self.files[name] = ParquetFile(self.lake / name, lake_schema(contract))
        self.files[name].write(
            protect(accepted, contract, key).with_columns(
                _source_file=pl.lit(delivery.label), _business_day=pl.lit(delivery.business_day)
            )
        )
        self.counts.setdefault(source, Counter()).update(
            rows_in=accepted.height + rejected.height, accepted=accepted.height, rejected=rejected.height
        )
        self.reasons.setdefault(source, Counter()).update(rejected["_reasons"].explode().drop_nulls().to_list())
        if rejected.height:
            self.rejected_rows.setdefault(source, []).append(rejected)

    def finish(self, *, keep: bool) -> dict[str, str | None]:
        """Closes every file; with `keep` also writes the quarantine and the index of rejected rows."""
        hashes = {name: file.close(keep=keep) for name, file in self.files.items()}
        for source, frames in self.rejected_rows.items() if keep else ():
            rejected = pl.concat(frames, how="diagonal")
            folder = private_folder(self.quarantine / source / self.arrival.delivery.business_day.isoformat())
            whole = ParquetFile(folder / f"{self.key}.parquet", dict(rejected.schema), mode=0o600)
            whole.write(rejected)
            whole.close(keep=True)
            index = rejected_file(source, self.arrival.delivery, self.key)
            listed = ParquetFile(self.lake / index, REJECTED)
            label, day = self.arrival.delivery.label, self.arrival.delivery.business_day
            listed.write(_rejected_index(rejected, source, label, day))
            hashes[index] = listed.close(keep=True)
        return hashes


def parse_arrival(
    arrival: Arrival, archived: Path, contracts: dict[str, Contract], key: str, secret: bytes,
    lake: Path, quarantine: Path,
) -> dict:  # fmt: skip
    """Parses one archived file. Returns its receipt: refusal or None, counts and reasons per source, files by hash."""
    delivery = arrival.delivery
    outcome = Outcome(arrival, key, lake, quarantine)
    refusal: dict | None = None
    try:
        for batch in read(archived, delivery.file_name, contracts[delivery.source], contracts):
            contract = contracts[batch.source]
            outcome.add(contract, *judge(batch, contract, delivery.business_day), secret)
        rows = outcome.counts.get(delivery.source, Counter())["rows_in"]
        if arrival.expected_rows is not None and rows != arrival.expected_rows:
            raise FileRefused("wrong_row_count", expected=arrival.expected_rows, got=rows)
    except FileRefused as error:
        refusal = {"code": error.code, "params": error.params}
    except BaseException:
        outcome.finish(keep=False)
        raise
    files = outcome.finish(keep=refusal is None)
    return {
        "delivery": delivery.label,
        "refused": refusal,
        "sources": {s: {**c, "reasons": dict(outcome.reasons[s])} for s, c in outcome.counts.items()}
        if refusal is None
        else {},
        "files": {name: sha for name, sha in files.items() if sha},
    }
