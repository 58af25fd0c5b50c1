"""Write answers: CSV and JSON to a stream, and CSV, JSON, Parquet and Excel to a file, batch by batch.

A file is complete or it is not there. Does not belong here: sheets of Excel (`workbooks`), tables for people
(`tables`).
"""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from pipelines.common.errors import UsageFault
from pipelines.common.files import atomic_write
from pipelines.reports.sql_shell.answers import Answer, as_text
from pipelines.settings import Settings

if TYPE_CHECKING:
    import polars as pl

FILE_MODE = 0o640  # dossier codes are internal: nobody but the owner's group


def write_csv(answer: Answer, stream: TextIO) -> int:
    """Write rows as CSV (comma, LF, ISO dates, null empty) and return their number."""
    count = 0
    for number, frame in enumerate(answer.frames()):
        count += len(frame)
        stream.write(_flat(frame).write_csv(include_header=number == 0))
    return count


def write_json(answer: Answer, stream: TextIO) -> int:
    """Write rows as one JSON array of objects and return their number; a number that is none (NaN) becomes null."""
    count = 0
    for frame in answer.frames():
        for row in _numbers(frame).to_dicts():
            text = json.dumps(row, ensure_ascii=False, default=_json_value, indent=1)
            stream.write(("[\n " if count == 0 else ",\n ") + text.replace("\n", "\n "))
            count += 1
    stream.write("\n]\n" if count else "[]\n")
    return count


def write_parquet(answer: Answer, path: Path) -> int:
    """Write rows as Parquet, with DuckDB's types, and return their number."""
    from pyarrow import parquet

    count = 0
    with parquet.ParquetWriter(path, answer.empty.schema, compression="zstd") as writer:
        for batch in answer.batches():
            count += batch.num_rows
            writer.write_batch(batch)
    return count


def write_xlsx(answer: Answer, path: Path) -> int:
    """Write rows as a workbook of one sheet and return their number."""
    from pipelines.reports.sql_shell.workbooks import write_workbook

    return sum(write_workbook(path, {"tthc sql": answer}))


def to_stream(write: Callable[[Answer, TextIO], int]) -> Callable[[Answer, Path], int]:
    """Return a writer to a file made of one to a stream."""

    def write_file(answer: Answer, path: Path) -> int:
        with path.open("w", encoding="utf-8", newline="") as stream:
            return write(answer, stream)

    return write_file


WRITERS: dict[str, Callable[[Answer, Path], int]] = {
    ".csv": to_stream(write_csv), ".json": to_stream(write_json), ".parquet": write_parquet, ".xlsx": write_xlsx,
}  # fmt: skip


def check_target(settings: Settings, path: Path) -> Path:
    """Return the path of a file to write, `~` resolved.

    Raises:
        UsageFault: If its ending names no format, its folder is not there, or it would lie in the warehouse.
    """
    path = path.expanduser().absolute()
    if path.suffix.lower() not in WRITERS:
        raise UsageFault("sql_unknown_ending", file=path.name, endings=", ".join(WRITERS))
    if not path.parent.is_dir():
        raise UsageFault("sql_no_folder", folder=path.parent)
    if settings.warehouse_dir.resolve() in path.resolve().parents or path.is_dir():
        raise UsageFault("sql_not_there", file=path)
    return path


def save(answer: Answer, path: Path) -> int:
    """Write an answer to a file in the format of its ending and return the number of rows.

    An earlier file of that name is replaced once the new one is complete, and stays if the query fails.
    """
    with atomic_write(path, FILE_MODE) as waiting:
        return WRITERS[path.suffix.lower()](answer, waiting)


def _flat(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Return a frame in which lists and structures are JSON in a text."""
    import polars as pl

    def texts(values: Any) -> Iterator[str | None]:
        return (None if value is None else as_text(value) for value in values.to_list())

    nested = [name for name, kind in frame.schema.items() if kind.is_nested() or kind.base_type().__name__ == "Map"]
    return frame.with_columns(pl.Series(name, list(texts(frame[name])), dtype=pl.String) for name in nested)


def _numbers(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Return a frame without floats that JSON has no sign for."""
    import polars as pl

    floats = [name for name, kind in frame.schema.items() if kind.is_float()]
    return frame.with_columns(pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name) for name in floats)


def _json_value(value: Any) -> Any:
    """Return what JSON has for a value that Python's writer does not know: whole numbers, else the exact text."""
    return int(value) if isinstance(value, Decimal) and value.as_tuple().exponent == 0 else as_text(value)
