"""Whole rows for the quarantine: as they were delivered, with everything personal in them.

Rejected rows are known by their number and reasons; their content is fetched from the delivered file once more, so that
nothing personal is carried along for the many rows that are accepted.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from pipelines.common.files import private_folder
from pipelines.contracts.batch import Batch
from pipelines.contracts.model import Contract
from pipelines.contracts.places import place_of
from pipelines.parsing.readers.reading import read
from pipelines.settings import ReadLimits
from pipelines.storage.delivery import Delivery
from pipelines.storage.lake import ParquetFile, quarantine_schema

Rejections = Mapping[str, pl.DataFrame]


def complete_rows(
    path: Path, delivery: Delivery, contracts: dict[str, Contract], rejections: Rejections, limits: ReadLimits
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield source and rows of a delivered file that `rejections` name, each row with its `_place`.

    `rejections`: per source `_row_number` and `_reasons`.
    """
    told = {"_source_file": pl.lit(delivery.label), "_business_day": pl.lit(delivery.business_day)}
    for batch in read(path, delivery.file_name, contracts[delivery.source], contracts, whole=True, limits=limits):
        if batch.source in rejections:
            rows = batch.frame.join(rejections[batch.source], on="_row_number", how="inner")
            yield batch.source, rows.with_columns(_place=row_places(rows, batch), **told)


def row_places(rows: pl.DataFrame, batch: Batch) -> pl.Series:
    """Return where a person finds what each reason is about.

    That is `E8` in a sheet, `data[3].TaiLieuNop[0].DuocSoHoa` in JSON, else the row's number, which in text is its
    line.
    """
    paths = rows["_path"] if "_path" in rows.columns else [None] * rows.height
    found = []
    for number, path, reasons in zip(rows["_row_number"], paths, rows["_reasons"], strict=True):
        spots = [place_of(batch, number, reason, path).at for reason in reasons]
        found.append(", ".join(dict.fromkeys(spots)))
    return pl.Series(found, dtype=pl.String)


def quarantine_file(folder: Path, source: str, delivery: Delivery, name: str) -> Path:
    """Return the path of the rejected rows of one delivery."""
    return folder / source / delivery.business_day.isoformat() / f"{name}.parquet"


def write_quarantine(
    folder: Path,
    name: str,
    archived: Path,
    delivery: Delivery,
    contracts: dict[str, Contract],
    rejections: Rejections,
    limits: ReadLimits,
) -> None:
    """Write the rows that `rejections` name, one file per source, readable by their owner only."""
    files: dict[str, ParquetFile] = {}
    try:
        for source, rows in complete_rows(archived, delivery, contracts, rejections, limits):
            if source not in files:
                path = quarantine_file(folder, source, delivery, name)
                private_folder(path.parent)
                files[source] = ParquetFile(path, quarantine_schema(contracts[source]), mode=0o600)
            files[source].write(rows)
    except BaseException:
        for file in files.values():
            file.close(keep=False)
        raise
    for file in files.values():
        file.close(keep=True)
