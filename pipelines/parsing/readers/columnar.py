"""Parquet deliveries: every column must be a string, as in the text formats, so that one typing serves all."""

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
        FileRefused: If it is none or a column is not text.
    """
    done = 0
    with decoded("parquet", path, packed, limits) as stream, pa.ipc.open_stream(stream) as blocks:
        fields = map_headers(blocks.schema.names, contract)
        labels = {name: label for name, label in zip(fields, blocks.schema.names, strict=True) if name}
        for block in blocks:
            kept = {name: block.column(n) for n, name in enumerate(fields) if name}
            frame = pl.DataFrame({name: pl.Series(values, dtype=pl.String) for name, values in kept.items()})
            empty_as_null = pl.when(pl.all() != "").then(pl.all())
            numbers = pl.int_range(done + 1, done + block.num_rows + 1, eager=True)
            done += block.num_rows
            frame = frame.with_columns(empty_as_null).with_columns(_row_number=numbers)
            yield Batch(contract.source, frame, labels=labels)
