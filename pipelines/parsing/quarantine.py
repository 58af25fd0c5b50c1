"""The quarantine: rejected rows exactly as they were delivered, with their personal data.

Validation returns rejected rows by number and reason. Their content is read from the delivered file a second time, so
that personal data need not be kept in memory for the many rows that are accepted. Does not belong here: deciding which
rows are rejected.
"""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from pipelines.common.files import private_folder
from pipelines.contracts.batch import Batch
from pipelines.contracts.model import Contract
from pipelines.contracts.places import place_of
from pipelines.parsing.readers.reading import read
from pipelines.settings import ReadLimits
from pipelines.storage.delivery import Delivery
from pipelines.storage.lake import ParquetFile, lake_file, quarantine_schema

# By source: `_row_number` and `_reasons` of rejected rows.
Rejections = dict[str, pl.DataFrame]


def complete_rows(
    path: Path, delivery: Delivery, contracts: dict[str, Contract], rejections: Rejections, limits: ReadLimits
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the rejected rows of a delivered file in full, batch by batch with their source, each with its `_place`."""
    provenance = {"_source_file": pl.lit(delivery.label), "_business_day": pl.lit(delivery.business_day)}
    for batch in read(path, delivery.file_name, contracts[delivery.source], contracts, whole=True, limits=limits):
        if batch.source in rejections:
            rows = batch.frame.join(rejections[batch.source], on="_row_number", how="inner")
            yield batch.source, rows.with_columns(_place=row_places(rows, batch), **provenance)


def row_places(rows: pl.DataFrame, batch: Batch) -> pl.Series:
    """Return for each row the places of its reasons as one text.

    A place is `E8` in a sheet, `data[3].TaiLieuNop[0].DuocSoHoa` in JSON, else the number of the row, which in text
    files is its line.
    """
    paths = rows["_path"] if "_path" in rows.columns else [None] * rows.height
    texts = []
    for number, path, reasons in zip(rows["_row_number"], paths, rows["_reasons"], strict=True):
        places = [place_of(batch, number, reason, path).at for reason in reasons]
        texts.append(", ".join(dict.fromkeys(places)))
    return pl.Series(texts, dtype=pl.String)


def quarantine_file(folder: Path, source: str, delivery: Delivery, name: str) -> Path:
    """Return the path of the rejected rows of one source in one delivery."""
    return folder / lake_file(source, delivery, name)


def write_quarantine(
    folder: Path,
    name: str,
    archived: Path,
    delivery: Delivery,
    contracts: dict[str, Contract],
    rejections: Rejections,
    limits: ReadLimits,
) -> None:
    """Write the rejected rows of a delivered file in full, one file per source, readable by their owner only.

    Args:
        folder: The quarantine.
        name: Name of the files, without their ending.
        archived: Path of the delivered bytes.
        delivery: The delivery.
        contracts: All contracts by source.
        rejections: Which rows.
        limits: What reading may use.

    Raises:
        FileRefused: If the file cannot be read again; no file is left then.
    """
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
