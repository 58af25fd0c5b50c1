"""Reads Parquet: every column must be a string, as in the text formats, so that cells are typed by the same rules.

Does not belong here: decoding, which runs in a child process (`decoding.parquet`).
"""

from collections.abc import Generator
from pathlib import Path

import polars as pl
import pyarrow as pa

from pipelines.contracts.batch import Batch
from pipelines.contracts.model import Contract
from pipelines.parsing.readers.headers import map_headers
from pipelines.parsing.readers.sandbox import decoded
from pipelines.settings import ReadLimits


def read_columnar(path: Path, contract: Contract, *, packed: bool, limits: ReadLimits) -> Generator[Batch]:
    """Yield batches of a Parquet file.

    Raises:
        FileRefused: If it is not Parquet, a column is not text, or the headers do not fit the contract.
    """
    rows_before = 0
    with decoded("parquet", path, packed, limits) as stream, pa.ipc.open_stream(stream) as blocks:
        fields = map_headers(blocks.schema.names, contract)
        labels = {name: label for name, label in zip(fields, blocks.schema.names, strict=True) if name}
        for block in blocks:
            columns = {name: block.column(n) for n, name in enumerate(fields) if name}
            frame = pl.DataFrame({name: pl.Series(values, dtype=pl.String) for name, values in columns.items()})
            empty_as_null = pl.when(pl.all() != "").then(pl.all())
            numbers = pl.int_range(rows_before + 1, rows_before + block.num_rows + 1, eager=True)
            rows_before += block.num_rows
            frame = frame.with_columns(empty_as_null).with_columns(_row_number=numbers)
            yield Batch(contract.source, frame, labels=labels)
