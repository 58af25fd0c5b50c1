"""Delimited text (CSV, TSV), tokenised by pyarrow, which is strict about the width of every row.

No type is sniffed: every column is text here. A row of another width is handed on as a fault with its
number; what makes the rest of the file doubtful refuses the file (`scan`).
"""

from collections.abc import Generator, Iterable, Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as arrow_csv

from pipelines.contracts import Contract
from pipelines.errors import FileRefused
from pipelines.parsing.batch import ROWS_PER_BATCH, Batch
from pipelines.parsing.headers import map_headers
from pipelines.parsing.scan import open_checked
from pipelines.parsing.text_checks import Quotes
from pipelines.parsing.unpack import BLOCK_BYTES

# Each is held as an object of its own; beyond this the file is not a list with mistakes but something else.
MOST_WRONG_ROWS = 50_000
OTHER_DELIMITERS = ",;\t|"


def _header(start: bytes, parse: arrow_csv.ParseOptions) -> list[str]:
    """The first row, read as data so that repeated names stay visible."""
    first = b""
    for line in start.splitlines(keepends=True):
        first += line
        if first.count(parse.quote_char.encode()) % 2 == 0:
            break
    read = arrow_csv.ReadOptions(autogenerate_column_names=True, use_threads=False)
    text = arrow_csv.ConvertOptions(column_types={f"f{n}": pa.string() for n in range(1000)})
    table = arrow_csv.read_csv(pa.py_buffer(first), read, parse, text)
    return [column[0].as_py() or "" for column in table.itercolumns()]


def _fields(header: list[str], contract: Contract, delimiter: str) -> list[str | None]:
    """The field of each column. Raises FileRefused, by its cause where the cause is plain."""
    other = [mark for mark in OTHER_DELIMITERS if mark != delimiter and mark in header[0]]
    if len(header) == 1 and len(contract.fields) > 1 and other:
        raise FileRefused("wrong_delimiter", expected=repr(delimiter), got=repr(other[0]))
    return map_headers(header, contract)


def _row_numbers(first_valid: int, count: int, invalid: list[int]) -> np.ndarray:
    """Numbers of `count` valid rows in the file, given the numbers of the invalid rows among them."""
    valid = np.arange(first_valid, first_valid + count)
    valid_before = np.array([number - 1 - nth for nth, number in enumerate(sorted(invalid))], dtype=np.int64)
    return valid + np.searchsorted(valid_before, valid, side="right") + 1


def _tables(blocks: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Blocks put together: tokenising is fastest in small ones, judging in large ones."""
    waiting: list[pa.RecordBatch] = []
    for block in blocks:
        waiting.append(block)
        if sum(one.num_rows for one in waiting) >= ROWS_PER_BATCH:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)


def _options(
    fields: list[str | None], contract: Contract, *, whole: bool
) -> tuple[arrow_csv.ReadOptions, arrow_csv.ConvertOptions]:
    """Every column as text, empty as null; personal columns that are never kept only where the row is wanted whole."""
    names = [name or f"_ignored_{n}" for n, name in enumerate(fields)]
    dropped = set() if whole else {field.name for field in contract.fields if field.personal == "drop"}
    read = arrow_csv.ReadOptions(column_names=names, skip_rows_after_names=1, block_size=2 * BLOCK_BYTES,
                                 use_threads=False)  # fmt: skip
    convert = arrow_csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True,
        quoted_strings_can_be_null=True, include_columns=[n for n in fields if n and n not in dropped],
    )  # fmt: skip
    return read, convert


def read_delimited(
    path: Path, contract: Contract, *, delimiter: str, packed: bool, whole: bool = False
) -> Generator[Batch]:
    """Batches of a delimited file in its own order. Columns that are personal and never kept are left out
    unless `whole`. Raises FileRefused where the file cannot be read with certainty."""
    formats = contract.formats
    wrong: list[arrow_csv.InvalidRow] = []

    def keep_wrong(row: arrow_csv.InvalidRow) -> str:
        wrong.append(row)
        return "skip" if len(wrong) <= MOST_WRONG_ROWS else "error"

    parse = arrow_csv.ParseOptions(delimiter=delimiter, quote_char=formats.quote, newlines_in_values=True,
                                   invalid_row_handler=keep_wrong)  # fmt: skip
    done = 0
    try:
        with open_checked(path, packed, formats.encoding, Quotes(delimiter, formats.quote)) as stream:
            fields = _fields(_header(stream.peek(), parse), contract, delimiter)
            read, convert = _options(fields, contract, whole=whole)
            with arrow_csv.open_csv(stream, read, parse, convert) as blocks:
                for table in _tables(blocks):
                    numbers = _row_numbers(done, table.num_rows, [row.number - 1 for row in wrong])
                    done += table.num_rows
                    frame = pl.DataFrame(pl.from_arrow(table, rechunk=False))
                    yield Batch(contract.source, frame.with_columns(_row_number=pl.Series(numbers)).rechunk())
    except pa.ArrowInvalid:
        # Arrow's own text may quote the row, so it is not passed on.
        raise FileRefused("cannot_tokenise") from None
    if wrong:
        if not stream.ends_whole and wrong[-1].number - 1 == done + len(wrong):
            raise FileRefused("cut_off")
        rows = {"_row_number": [row.number - 1 for row in wrong], "_text": [row.text for row in wrong]}
        yield Batch(contract.source, pl.DataFrame(rows).with_columns(_fault=pl.lit("wrong_width")))
