"""Delimited text (CSV, TSV), tokenised by pyarrow, which is strict about the width of every row.

No type is sniffed: every column is text here. A row of another width is handed on as a fault with its number; what
makes the rest of the file doubtful refuses the file (`scan`).
"""

import re
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as arrow_csv

from pipelines.common.errors import FileRefused
from pipelines.contracts.batch import BYTES_PER_BATCH, ROWS_PER_BATCH, Batch
from pipelines.contracts.model import Contract
from pipelines.parsing.decoding.kinds import JSON_START
from pipelines.parsing.readers.furniture import BELOW_THE_LIST, ListEnd, RepeatedHeader, is_numbering
from pipelines.parsing.readers.headers import map_headers
from pipelines.parsing.readers.scan import open_checked
from pipelines.parsing.readers.text_checks import Quotes
from pipelines.parsing.readers.unpack import BLOCK_BYTES

# Each is held as an object of its own; beyond this the file is not a list with mistakes but something else.
MOST_WRONG_ROWS = 50_000
OTHER_DELIMITERS = ",;\t|"
NAMELESS = "_nameless"
LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")
SEPARATOR_LINE = re.compile(rb'"?sep=(.)"?', re.IGNORECASE)


def _above(start: bytes, delimiter: str) -> tuple[int, int]:
    """Return how many bytes and how many records stand above the header: empty lines, and Excel's line `sep=`.

    Raises:
        FileRefused: If that line names another delimiter.
    """
    size, records = 0, 0
    for number, line in enumerate(LINE.finditer(start), 1):
        text = line[0].strip(b" \r\n")
        if separator := SEPARATOR_LINE.fullmatch(text):
            if separator[1] != delimiter.encode():
                raise FileRefused(
                    "wrong_delimiter", expected=sign(delimiter), got=sign(separator[1].decode()), line=number
                )
        elif text.strip(b' \t"' + delimiter.encode()):
            return size, records
        size, records = line.end(), records + bool(line[0].strip(b"\r\n"))
    raise FileRefused("empty_file")


def sign(delimiter: str) -> str:
    """Return a delimiter as a message shows it."""
    return "TAB" if delimiter == "\t" else delimiter


def _header(start: bytes, parse: arrow_csv.ParseOptions) -> list[str]:
    """Return the first row, read as data so that repeated names stay visible."""
    first = b""
    for line in start.splitlines(keepends=True):
        first += line
        if first.count(parse.quote_char.encode()) % 2 == 0:
            break
    read = arrow_csv.ReadOptions(autogenerate_column_names=True, use_threads=False)
    text = arrow_csv.ConvertOptions(column_types={f"f{n}": pa.string() for n in range(1000)})
    table = arrow_csv.read_csv(pa.py_buffer(first), read, parse, text)
    return [(column[0].as_py() or "").strip() for column in table.itercolumns()]


def _fields(header: list[str], contract: Contract, delimiter: str, line: int) -> list[str | None]:
    """Return the field of each column, None for one without a name. Raise FileRefused if a header is wrong."""
    other = [mark for mark in OTHER_DELIMITERS if mark != delimiter and mark in header[0]]
    if len(header) == 1 and len(contract.fields) > 1 and other:
        raise FileRefused("wrong_delimiter", expected=sign(delimiter), got=sign(other[0]), line=line)
    named = iter(map_headers([name for name in header if name], contract, line=line))
    return [next(named) if name else None for name in header]


def _row_numbers(first_valid: int, count: int, invalid: list[int]) -> np.ndarray:
    """Return numbers of `count` valid rows in the file, given the numbers of the invalid rows among them."""
    valid = np.arange(first_valid, first_valid + count)
    valid_before = np.array([number - 1 - nth for nth, number in enumerate(sorted(invalid))], dtype=np.int64)
    return valid + np.searchsorted(valid_before, valid, side="right") + 1


def _tables(blocks: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Yield blocks put together: tokenising is fastest in small ones, validation in large ones."""
    waiting: list[pa.RecordBatch] = []
    for block in blocks:
        waiting.append(block)
        rows, size = sum(one.num_rows for one in waiting), sum(one.nbytes for one in waiting)
        if rows >= ROWS_PER_BATCH or size >= BYTES_PER_BATCH:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)


def _options(
    header: list[str], fields: list[str | None], contract: Contract, *, whole: bool
) -> tuple[arrow_csv.ReadOptions, arrow_csv.ConvertOptions]:
    """Return reader options: every column as text, empty as null, without personal columns that are never kept.

    Those are read only if the row is wanted whole. A column without a name is read to see that it is empty.
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


class _Rows:
    """Tokenised rows into batches: each gets the line that it begins on, and what is wrong with it as a row."""

    def __init__(
        self, contract: Contract, check: Quotes, header: list[str], fields: list[str | None], above: int
    ) -> None:
        self._contract, self._check, self._header, self._above = contract, check, header, above
        self.labels = {name: label for name, label in zip(fields, header, strict=True) if name}
        self._end, self._is_first = ListEnd(contract), True
        self._is_again = RepeatedHeader([list(self.labels.values())], list(self.labels), contract)
        required = [f.name for f in contract.fields if f.required and f.name in self.labels]
        self._first_required = required[0] if required else None
        headers = "|".join(re.escape(header) for header in contract.headers)
        self._looks_like_header = rf"(?i)^\s*(?:{headers})\s*$"

    def lines(self, rows: np.ndarray) -> np.ndarray:
        """Return the lines of rows by their number below the header."""
        return self._check.lines.of(rows + self._above)

    def frame(self, table: pa.Table, rows: np.ndarray) -> pl.DataFrame:
        """Return a batch's frame.

        Raises:
            FileRefused: If a column without a name holds something.
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
        """Return which rows come after a blank line; one right below the header separates nothing."""
        blank = self._check.lines.blank_before
        if not blank:
            return None
        return pl.Series(np.isin(rows + self._above, np.concatenate(blank)) & (rows > 1))

    def _without_headers(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the frame without the numbers of the columns and without headers that are repeated."""
        doubtful = [0] if self._is_first and frame.height else []
        self._is_first = self._is_first and not frame.height
        if self._first_required is not None:
            again = frame[self._first_required].str.contains(self._looks_like_header)
            doubtful += again.arg_true().to_list()
        gone = []
        for at in dict.fromkeys(doubtful):
            cells = [frame[name][at] if name in frame.columns else label for name, label in self.labels.items()]
            if is_numbering(cells) or self._is_again(cells, line=frame["_row_number"][at]):
                gone.append(at)
        return frame.filter(~pl.int_range(frame.height, eager=True).is_in(gone)) if gone else frame


def read_delimited(
    path: Path, contract: Contract, *, delimiter: str, packed: bool, whole: bool = False
) -> Generator[Batch]:
    """Yield batches of a delimited file in its own order.

    Columns that are personal and never kept are left out unless `whole`.

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
            size, above = _above(stream.peek(), delimiter)
            stream.skip(size)
            header = _header(stream.peek(), parse)
            fields = _fields(header, contract, delimiter, int(check.lines.of(np.array([above]))[0]))
            read, convert = _options(header, fields, contract, whole=whole)
            rows = _Rows(contract, check, header, fields, above)
            with arrow_csv.open_csv(stream, read, parse, convert) as blocks:
                for table in _tables(blocks):
                    numbers = _row_numbers(done, table.num_rows, [row.number - 1 for row in wrong])
                    done += table.num_rows
                    frame = rows.frame(table, numbers).rechunk()
                    yield Batch(contract.source, frame, labels=rows.labels, row_unit="line")
    except pa.ArrowInvalid:
        # Arrow's own text may quote the row, so it is not passed on.
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
        if not stream.ends_whole and wrong[-1].number - 1 == done + len(wrong):
            raise FileRefused("cut_off", line=int(lines[-1]))
        frame = pl.DataFrame({"_row_number": lines, "_text": [row.text for row in wrong]})
        frame = frame.with_columns(_fault=pl.lit("wrong_width"))
        yield Batch(contract.source, frame, labels=rows.labels, row_unit="line")
