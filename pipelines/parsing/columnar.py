"""Parquet deliveries: every column must be a string, as in the text formats, so that one typing serves all."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as parquet

from pipelines.contracts import Contract
from pipelines.errors import FileRefused
from pipelines.parsing.batch import ROWS_PER_BATCH, Batch
from pipelines.parsing.headers import map_headers


def read_columnar(path: Path, contract: Contract) -> Iterator[Batch]:
    """Batches of a Parquet file. Raises FileRefused where a column is not text."""
    try:
        with parquet.ParquetFile(path) as file:
            fields = map_headers(file.schema_arrow.names, contract)
            text = (pa.types.is_string, pa.types.is_large_string, pa.types.is_null)
            odd = [c.name for c in file.schema_arrow if not any(is_kind(c.type) for is_kind in text)]
            if odd:
                raise FileRefused("column_not_text", columns=", ".join(odd))
            done = 0
            for block in file.iter_batches(ROWS_PER_BATCH):
                kept = [(name, block.column(n)) for n, name in enumerate(fields) if name]
                frame = pl.DataFrame({name: pl.Series(values, dtype=pl.String) for name, values in kept})
                numbers = pl.int_range(done + 1, done + block.num_rows + 1, eager=True)
                done += block.num_rows
                yield Batch(contract.source, frame.with_columns(_row_number=numbers))
    except (pa.ArrowInvalid, OSError) as error:
        raise FileRefused("not_parquet") from error
