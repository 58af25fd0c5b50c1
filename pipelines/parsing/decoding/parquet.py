"""Decodes Parquet into an Arrow stream of text columns.

Does not belong here: which column is which field (`readers.columnar`).
"""

import io
from pathlib import Path
from typing import BinaryIO

from pipelines.common.errors import FileRefused
from pipelines.parsing.decoding.kinds import HEAD_BYTES, refuse_other_kind
from pipelines.parsing.decoding.limits import LARGEST_BYTES, LARGEST_RATIO

ROWS_PER_BATCH = 100_000


def write_parquet(out: BinaryIO, content: bytes | None, path: Path) -> None:
    """Write the columns of a Parquet file as an Arrow stream of text.

    Args:
        out: Where the stream is written.
        content: The unpacked bytes if the file is gzip, else None.
        path: The file.

    Raises:
        FileRefused: If the file is not Parquet, is too large, or a column is not text.
    """
    import pyarrow as pa
    import pyarrow.parquet as parquet

    if content is not None:
        head = content[:HEAD_BYTES]
    else:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    refuse_other_kind(head, "is_parquet")
    try:
        source = io.BytesIO(content) if content is not None else path
        with parquet.ParquetFile(source, page_checksum_verification=True) as file:
            text = (pa.types.is_string, pa.types.is_large_string, pa.types.is_null)
            odd = [c.name for c in file.schema_arrow if not any(is_kind(c.type) for is_kind in text)]
            if odd:
                raise FileRefused("column_not_text", columns=", ".join(name[:40] for name in odd[:60]))
            schema = pa.schema([(name, pa.large_string()) for name in file.schema_arrow.names])
            # A dictionary stores a text once for any number of rows, so even a small file can decode to any size.
            packed_size = len(content) if content is not None else path.stat().st_size
            size, ceiling = 0, max(LARGEST_RATIO * packed_size, LARGEST_BYTES)
            with pa.ipc.new_stream(out, schema) as stream:
                for block in file.iter_batches(ROWS_PER_BATCH):
                    size += block.nbytes
                    if size > ceiling:
                        raise FileRefused("too_large", limit=f"{ceiling:,}")
                    stream.write_table(pa.Table.from_batches([block]).cast(schema))
    except pa.ArrowMemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise FileRefused("not_parquet") from error
