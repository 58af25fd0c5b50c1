"""The lake: immutable Parquet per source, with the schema of its contract; small deliveries share a file.

Belongs here: paths, schemas and writing of the files of lake and quarantine. Does not belong here: checking rows.
"""

from contextlib import ExitStack
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as parquet

from pipelines.common.files import atomic_write, sha256_of
from pipelines.contracts.column_types import dtype_of
from pipelines.contracts.model import Contract
from pipelines.storage.delivery import Delivery

PROVENANCE = {"_source_file": pl.String(), "_row_number": pl.Int64(), "_business_day": pl.Date()}
# The columns of rejected rows outside the quarantine: their place and reasons, no content.
REJECTED = {
    "source": pl.String(), **PROVENANCE, "reasons": pl.List(pl.String()),
    "dossier_code": pl.String(), "updated_at": pl.Datetime("us"),
}  # fmt: skip


def lake_schema(contract: Contract) -> dict[str, pl.DataType]:
    """Return the columns of a source in the lake: fields without the dropped personal ones, then the provenance."""
    kept = {field.name: dtype_of(field) for field in contract.fields if field.personal != "drop"}
    return {**kept, **PROVENANCE}


def quarantine_schema(contract: Contract) -> dict[str, pl.DataType]:
    """Return the columns of a source in the quarantine.

    These are all its fields as text, the raw text of rows that could not be split into fields, the reasons, the place
    in the file, and the provenance.
    """
    fields: dict[str, pl.DataType] = {field.name: pl.String() for field in contract.fields}
    return {**fields, "_text": pl.String(), "_reasons": pl.List(pl.String()), "_place": pl.String(), **PROVENANCE}


REJECTED_FOLDER = "_rejected"


def lake_file(source: str, delivery: Delivery, parse_key: str) -> str:
    """Return the path, below the lake, of the accepted rows of one source in one delivery, or in several from it on."""
    return f"{source}/{delivery.business_day.isoformat()}/{parse_key}.parquet"


def rejected_file(source: str, delivery: Delivery, parse_key: str) -> str:
    """Return the path, below the lake, of the list of rejected rows of one source in one delivery (`REJECTED`)."""
    return f"{REJECTED_FOLDER}/{lake_file(source, delivery, parse_key)}"


def _arrow(frame: pl.DataFrame) -> pa.Table:
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


class ParquetFile:
    """A Parquet file that is written batch by batch and appears under its name only when complete."""

    def __init__(self, path: Path, schema: dict[str, pl.DataType], mode: int = 0o644) -> None:
        self.path, self.schema = path, schema
        self._stack = ExitStack()
        self._temporary = self._stack.enter_context(atomic_write(path, mode))
        # Codes and timestamps hardly repeat, and every reader of the lake reads all of it: dictionaries and
        # statistics would only cost time.
        self._writer = parquet.ParquetWriter(
            self._temporary, _arrow(pl.DataFrame(schema=schema)).schema, compression="lz4",
            use_dictionary=["_source_file"], write_statistics=False,
        )  # fmt: skip

    def write(self, frame: pl.DataFrame) -> None:
        """Append rows; columns are put in the order of the schema, and a missing column is null."""
        ordered = frame.select(
            [(pl.col(n) if n in frame.columns else pl.lit(None)).cast(t).alias(n) for n, t in self.schema.items()]
        )
        self._writer.write_table(_arrow(ordered))

    def close(self, *, keep: bool) -> str | None:
        """Close the file and give it its name, or delete it if it is not to be kept.

        Returns:
            Its SHA-256, or None if it was deleted.
        """
        self._writer.close()
        if not keep:
            self._stack.pop_all()
            self._temporary.unlink(missing_ok=True)
            return None
        self._stack.close()
        return sha256_of(self.path)


def write_whole(path: Path, schema: dict[str, pl.DataType], frame: pl.DataFrame) -> str:
    """Write a file of one batch, and return its SHA-256; if that fails there is no file."""
    file = ParquetFile(path, schema)
    try:
        file.write(frame)
    except BaseException:
        file.close(keep=False)
        raise
    sha = file.close(keep=True)
    assert sha is not None
    return sha
