"""Reads delimited text (CSV, TSV), split into cells by pyarrow, which is strict about the width of every row.

Types are not guessed: every column is text. A row of another width becomes a faulty row with its number. Belongs here:
headers, rows and line numbers. Does not belong here: errors of the text that make all rows uncertain (`scan`,
`text_checks`), and rows that are no data (`non_data_rows`).
"""

import re
from collections.abc import Generator, Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as arrow_csv

from pipelines.common.errors import FileRefused
from pipelines.contracts.batch import BYTES_PER_BATCH, ROWS_PER_BATCH, Batch
from pipelines.contracts.model import Contract
from pipelines.parsing.decoding.kinds import JSON_START
from pipelines.parsing.readers.headers import map_headers
from pipelines.parsing.readers.non_data_rows import BELOW_THE_LIST, ListEnd, RepeatedHeader, is_numbering
from pipelines.parsing.readers.scan import open_checked
from pipelines.parsing.readers.text_checks import Quotes
from pipelines.parsing.readers.unpack import BLOCK_BYTES

# Each is kept as a Python object; a file with more of them is not a list with errors but something else.
MOST_WRONG_ROWS = 50_000
OTHER_DELIMITERS = ",;\t|"
NAMELESS = "_nameless"
LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")
SEPARATOR_LINE = re.compile(rb'"?sep=(.)"?', re.IGNORECASE)


def _measure_above_header(start: bytes, delimiter: str) -> tuple[int, int]:
    """Return the number of bytes and of records above the header: empty lines, and the line `sep=` of Excel.

    Raises:
        FileRefused: If that line names another delimiter, or there is no header.
    """
    size, records = 0, 0
    for number, line in enumerate(LINE.finditer(start), 1):
        text = line[0].strip(b" \r\n")
        if separator := SEPARATOR_LINE.fullmatch(text):
            if separator[1] != delimiter.encode():
                raise FileRefused(
                    "wrong_delimiter",
                    expected=_shown_delimiter(delimiter),
                    got=_shown_delimiter(separator[1].decode()),
                    line=number,
                )
        elif text.strip(b' \t"' + delimiter.encode()):
            return size, records
        size, records = line.end(), records + bool(line[0].strip(b"\r\n"))
    raise FileRefused("empty_file")


def _shown_delimiter(delimiter: str) -> str:
    """Return a delimiter as messages name it."""
    return "TAB" if delimiter == "\t" else delimiter


def _read_header(start: bytes, parse: arrow_csv.ParseOptions) -> list[str]:
    """Return the cells of the first row, read as data so that repeated names are kept."""
    first = b""
    for line in start.splitlines(keepends=True):
        first += line
        if first.count(parse.quote_char.encode()) % 2 == 0:
            break
    return _split_header(first, parse.delimiter, parse.quote_char)


@lru_cache(maxsize=256)
def _split_header(first: bytes, delimiter: str, quote: str) -> list[str]:
    """Return the cells of one row; most files have the header of another one."""
    parse = arrow_csv.ParseOptions(delimiter=delimiter, quote_char=quote, newlines_in_values=True)
    read = arrow_csv.ReadOptions(autogenerate_column_names=True, use_threads=False)
    most_columns = first.count(delimiter.encode()) + 1
    text = arrow_csv.ConvertOptions(column_types={f"f{n}": pa.string() for n in range(most_columns)})
    table = arrow_csv.read_csv(pa.py_buffer(first), read, parse, text)
    return [(column[0].as_py() or "").strip() for column in table.itercolumns()]


def _map_columns(header: list[str], contract: Contract, delimiter: str, line: int) -> list[str | None]:
    """Return the field of each column, None if it is ignored or has no name. Raise FileRefused if a header is wrong."""
    other = [mark for mark in OTHER_DELIMITERS if mark != delimiter and mark in header[0]]
    if len(header) == 1 and len(contract.fields) > 1 and other:
        raise FileRefused(
            "wrong_delimiter", expected=_shown_delimiter(delimiter), got=_shown_delimiter(other[0]), line=line
        )
    named = iter(map_headers([name for name in header if name], contract, line=line))
    return [next(named) if name else None for name in header]


def _row_numbers(first_valid: int, count: int, invalid: list[int]) -> np.ndarray:
    """Return the numbers, from 1 below the header, of `count` valid rows.

    Args:
        first_valid: How many valid rows came before them.
        count: How many they are.
        invalid: Numbers of the invalid rows so far, which pyarrow left out.
    """
    valid = np.arange(first_valid, first_valid + count)
    valid_before = np.array([number - 1 - nth for nth, number in enumerate(sorted(invalid))], dtype=np.int64)
    return valid + np.searchsorted(valid_before, valid, side="right") + 1


def _merge_blocks(blocks: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Yield blocks merged into larger tables: splitting is fastest in small blocks, validation in large ones."""
    waiting: list[pa.RecordBatch] = []
    for block in blocks:
        waiting.append(block)
        rows, size = sum(each.num_rows for each in waiting), sum(each.nbytes for each in waiting)
        if rows >= ROWS_PER_BATCH or size >= BYTES_PER_BATCH:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)


def _options(
    header: list[str], fields: list[str | None], contract: Contract, *, whole: bool
) -> tuple[arrow_csv.ReadOptions, arrow_csv.ConvertOptions]:
    """Return options of pyarrow: every column is text, an empty cell null, and dropped personal columns are left out.

    With `whole` these are read too. A column without a name is read to check that it is empty.
    """
    names = [name or f"{'_ignored' if header[n] else NAMELESS}_{n}" for n, name in enumerate(fields)]
    dropped = set() if whole else {field.name for field in contract.fields if field.personal == "drop"}
    wanted = [n for n in names if n not in dropped and not n.startswith("_ignored")]
    read = arrow_csv.ReadOptions(column_names=names, skip_rows_after_names=1, block_size=2 * BLOCK_BYTES,
                                 use_threads=False)  # fmt: skip
    convert = arrow_csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True,
        quoted_strings_can_be_null=True, include_columns=wanted,
    )  # fmt: skip
    return read, convert


@lru_cache
def _pattern_of_headers(headers: tuple[str, ...]) -> str:
    """Return a regular expression of a cell that holds one of these headers."""
    return rf"(?i)^\s*(?:{'|'.join(re.escape(header) for header in headers)})\s*$"


class _Rows:
    """Turns tables of cells into frames of batches: adds line numbers and faults, removes repeated headers."""

    def __init__(
        self, contract: Contract, check: Quotes, header: list[str], fields: list[str | None], above: int
    ) -> None:
        self._contract, self._check, self._header, self._above = contract, check, header, above
        self.labels = {name: label for name, label in zip(fields, header, strict=True) if name}
        self._end, self._is_first = ListEnd(contract), True
        self._is_repeated_header = RepeatedHeader([list(self.labels.values())], list(self.labels), contract)
        required = [f.name for f in contract.fields if f.required and f.name in self.labels]
        self._first_required = required[0] if required else None
        self._looks_like_header = _pattern_of_headers(tuple(contract.headers))

    def lines(self, rows: np.ndarray) -> np.ndarray:
        """Return the lines on which rows begin, by their number below the header."""
        return self._check.lines.of(rows + self._above)

    def frame(self, table: pa.Table, rows: np.ndarray) -> pl.DataFrame:
        """Return the frame of a batch.

        Args:
            table: The cells.
            rows: Numbers of the rows below the header, from 1.

        Raises:
            FileRefused: If a column without a name is not empty, or another header begins.
        """
        frame = pl.DataFrame(pl.from_arrow(table, rechunk=False))
        lines = self.lines(rows)
        nameless = [name for name in frame.columns if name.startswith(NAMELESS)]
        for name in nameless:
            if frame[name].null_count() < frame.height:
                at = int(frame[name].is_not_null().arg_true()[0])
                raise FileRefused("nameless_column", column=int(name.rpartition("_")[2]) + 1, line=int(lines[at]))
        frame = frame.drop(nameless).with_columns(_row_number=pl.Series(lines))
        below = self._end.below(frame, self._after_gap(rows))
        if below is not None and below.any():
            frame = frame.with_columns(_fault=pl.when(below).then(pl.lit(BELOW_THE_LIST)))
        if self._check.stray:
            stray = pl.Series(np.isin(rows + self._above, list(self._check.stray)))
            fault = pl.col("_fault") if "_fault" in frame.columns else pl.lit(None, pl.String)
            frame = frame.with_columns(_fault=pl.when(stray).then(pl.lit("quote_inside")).otherwise(fault))
        return self._without_headers(frame)

    def _after_gap(self, rows: np.ndarray) -> pl.Series | None:
        """Return which rows follow a blank line, except one right below the header; None if none does."""
        blank = self._check.lines.blank_before
        if not blank:
            return None
        return pl.Series(np.isin(rows + self._above, np.concatenate(blank)) & (rows > 1))

    def _without_headers(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the frame without rows that number the columns and without repeated headers."""
        doubtful = [0] if self._is_first and frame.height else []
        self._is_first = self._is_first and not frame.height
        if self._first_required is not None:
            looks_repeated = frame[self._first_required].str.contains(self._looks_like_header)
            doubtful += looks_repeated.arg_true().to_list()
        removed = []
        for at in dict.fromkeys(doubtful):
            row = frame.row(at, named=True)
            cells = [row.get(name, label) for name, label in self.labels.items()]
            if is_numbering(cells) or self._is_repeated_header(cells, line=row["_row_number"]):
                removed.append(at)
        return frame.filter(~pl.int_range(frame.height, eager=True).is_in(removed)) if removed else frame


def read_delimited(
    path: Path, contract: Contract, *, delimiter: str, packed: bool, whole: bool = False
) -> Generator[Batch]:
    """Yield batches of a delimited file in the order of the file; rows of a wrong width come last.

    Args:
        path: The file.
        contract: The contract of its source.
        delimiter: The character between cells.
        packed: Whether it is gzip.
        whole: Whether dropped personal columns are read too.

    Raises:
        FileRefused: If the file cannot be read with certainty.
    """
    formats = contract.formats
    wrong: list[arrow_csv.InvalidRow] = []

    def keep_wrong(row: arrow_csv.InvalidRow) -> str:
        wrong.append(row)
        return "skip" if len(wrong) <= MOST_WRONG_ROWS else "error"

    parse = arrow_csv.ParseOptions(delimiter=delimiter, quote_char=formats.quote, newlines_in_values=True,
                                   invalid_row_handler=keep_wrong)  # fmt: skip
    done = above = 0
    check = Quotes(delimiter, formats.quote)
    try:
        with open_checked(path, packed, formats.encoding, check) as stream:
            if JSON_START.match(stream.peek()):
                raise FileRefused("is_json")
            size, above = _measure_above_header(stream.peek(), delimiter)
            stream.skip(size)
            header = _read_header(stream.peek(), parse)
            fields = _map_columns(header, contract, delimiter, int(check.lines.of(np.array([above]))[0]))
            read, convert = _options(header, fields, contract, whole=whole)
            rows = _Rows(contract, check, header, fields, above)
            with arrow_csv.open_csv(stream, read, parse, convert) as blocks:
                for table in _merge_blocks(blocks):
                    numbers = _row_numbers(done, table.num_rows, [row.number - 1 for row in wrong])
                    done += table.num_rows
                    frame = rows.frame(table, numbers).rechunk()
                    yield Batch(contract.source, frame, labels=rows.labels, row_unit="line")
    except pa.ArrowInvalid:
        # The message of pyarrow may quote the row, so it is not used.
        if len(wrong) > MOST_WRONG_ROWS:
            first = rows.lines(np.array([wrong[0].number - 1]))
            raise FileRefused("too_many_wrong_rows", limit=f"{MOST_WRONG_ROWS:,}", line=int(first[0])) from None
        first = check.lines.of(np.array([done + len(wrong) + above]))
        raise FileRefused("cannot_tokenise", first=int(first[0]), line=check.lines.current) from None
    if wrong:
        if not done and None in fields and "" in header:
            # The header alone is wider than every row.
            line = int(check.lines.of(np.array([above]))[0])
            raise FileRefused("nameless_column", column=header.index("") + 1, line=line)
        lines = rows.lines(np.array([row.number - 1 for row in wrong]))
        if not stream.ends_with_line and wrong[-1].number - 1 == done + len(wrong):
            raise FileRefused("cut_off", line=int(lines[-1]))
        frame = pl.DataFrame({"_row_number": lines, "_text": [row.text for row in wrong]})
        frame = frame.with_columns(_fault=pl.lit("wrong_width"))
        yield Batch(contract.source, frame, labels=rows.labels, row_unit="line")
