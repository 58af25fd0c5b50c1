"""Delimited text (CSV, TSV), tokenised by pyarrow, which is strict about the width of every row.

No type is sniffed: every column is text here. A row of another width is handed on as a fault with its
number; what makes the rest of the file doubtful (an unclosed quote, another encoding) refuses the file.
"""

import codecs
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as arrow_csv

from pipelines.contracts import Contract
from pipelines.errors import FileRefused
from pipelines.parsing.batch import Batch
from pipelines.parsing.headers import map_headers

BLOCK_BYTES = 8 << 20


def open_bytes(path: Path, packed: bool) -> BinaryIO:
    """The file's bytes, unpacked where it is gzip."""
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]


def _refuse_doubtful_bytes(path: Path, packed: bool, encoding: str) -> None:
    """What would make every later row uncertain: another encoding, a quote that never closes, nothing at all."""
    decoder = codecs.getincrementaldecoder(encoding)()
    quotes, size = 0, 0
    with open_bytes(path, packed) as stream:
        try:
            while block := stream.read(BLOCK_BYTES):
                decoder.decode(block)
                quotes, size = quotes + block.count(b'"'), size + len(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            raise FileRefused("wrong_encoding", encoding=encoding) from None
    if not size:
        raise FileRefused("empty_file")
    if quotes % 2:
        raise FileRefused("unclosed_quote")


def _header(path: Path, packed: bool, parse: arrow_csv.ParseOptions, encoding: str) -> list[str]:
    """The first row, read as data so that repeated names stay visible."""
    with open_bytes(path, packed) as stream:
        first = stream.readline(1 << 20)
        while first.count(b'"') % 2 and (more := stream.readline(1 << 20)):
            first += more
    read = arrow_csv.ReadOptions(autogenerate_column_names=True, encoding=encoding)
    text = arrow_csv.ConvertOptions(column_types={f"f{n}": pa.string() for n in range(1000)})
    table = arrow_csv.read_csv(pa.py_buffer(first), read, parse, text)
    return [column[0].as_py() or "" for column in table.itercolumns()]


def _row_numbers(first_valid: int, count: int, invalid: list[int]) -> np.ndarray:
    """Numbers of `count` valid rows in the file, given the numbers of the invalid rows among them."""
    valid = np.arange(first_valid, first_valid + count)
    valid_before = np.array([number - 1 - nth for nth, number in enumerate(sorted(invalid))], dtype=np.int64)
    return valid + np.searchsorted(valid_before, valid, side="right") + 1


def read_delimited(path: Path, contract: Contract, *, delimiter: str, packed: bool) -> Iterator[Batch]:
    """Batches of a delimited file in its own order. Raises FileRefused where it cannot be read with certainty."""
    encoding = contract.formats.encoding
    wrong: list[arrow_csv.InvalidRow] = []

    def keep_wrong(row: arrow_csv.InvalidRow) -> str:
        wrong.append(row)
        return "skip"

    parse = arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=keep_wrong)
    try:
        _refuse_doubtful_bytes(path, packed, encoding)
        header = _header(path, packed, parse, encoding)
        header[0] = header[0].removeprefix("\ufeff")
        fields = map_headers(header, contract)
        names = [name or f"_ignored_{n}" for n, name in enumerate(fields)]
        read = arrow_csv.ReadOptions(column_names=names, skip_rows=0, skip_rows_after_names=1,
                                     block_size=BLOCK_BYTES, use_threads=False, encoding=encoding)  # fmt: skip
        convert = arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True,
            quoted_strings_can_be_null=True, include_columns=[name for name in fields if name],
        )  # fmt: skip
        with open_bytes(path, packed) as stream:
            done = 0
            for block in arrow_csv.open_csv(stream, read, parse, convert):
                numbers = _row_numbers(done, block.num_rows, [row.number - 1 for row in wrong])
                done += block.num_rows
                yield Batch(contract.source, pl.DataFrame(block).with_columns(_row_number=pl.Series(numbers)))
    except pa.ArrowInvalid:
        # Arrow's own text may quote the row, so it is not passed on.
        raise FileRefused("cannot_tokenise") from None
    except (EOFError, gzip.BadGzipFile) as error:
        raise FileRefused("cannot_unpack") from error
    if wrong:
        rows = {"_row_number": [row.number - 1 for row in wrong], "_text": [row.text for row in wrong]}
        yield Batch(contract.source, pl.DataFrame(rows).with_columns(_fault=pl.lit("wrong_width")))
