"""Read the open-data CSVs as text; every cell keeps its address, so that a page can reference its source.

Belongs here: reading and finding rows. A figure is the CSV's own text; nothing is computed from it. Does not belong
here: formatting (`numbers`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.common.errors import TthcError

RATE = "ty_le"  # prefix of rate columns, which share one flag column `co` and one sign column `dau`
POINTS = "diem"  # column of points, which has the same
# Tables without which no site can be made; others may be missing.
NEEDED = ("chi-tieu", "tinh-hinh-giai-quyet", "don-vi", "ky", "danh-muc-chi-tieu")


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell.

    Attributes:
        address: `table:row:column`, rows counted from 1.
        text: The text of the cell; '' if there is no number.
        flag: Code of why there is no number, or of its kind.
        bound: `>=` or `<=` if the number is only a bound, else ''.
    """

    address: str
    text: str
    flag: str = ""
    bound: str = ""

    @property
    def column(self) -> str:
        """The name of its column."""
        return self.address.rsplit(":", 1)[1]

    @property
    def value(self) -> float | None:
        """The number, for charts and comparisons; None if there is none."""
        return float(self.text) if self.text else None

    @property
    def is_share(self) -> bool:
        """True for a figure in per cent."""
        return self.column.startswith((RATE, "muc_tieu"))


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a published table."""

    table: str
    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def get(self, column: str) -> str:
        """Return the text of a column; '' if the table has no such column."""
        return self.cells.get(column, "")

    def figure(self, column: str) -> Figure:
        """Return the figure in a column with its flag (`co_<column>`; of a rate `co` and `dau`, of points `co`)."""
        rate = column.startswith(RATE) or column == POINTS
        flag = self.get("co" if rate else f"co_{column}")
        return Figure(f"{self.table}:{self.number}:{column}", self[column], flag, self.get("dau") if rate else "")


class SheetRows:
    """Rows of one table, indexed by some columns; rows become Python objects only on request."""

    def __init__(self, table: str, frame: pl.DataFrame, columns: tuple[str, ...]) -> None:
        self._table = table
        self._parts = frame.partition_by(columns, as_dict=True) if frame.height else {}

    def at(self, *values: str) -> list[Row]:
        """Return the rows whose columns have these values, in the order of the file."""
        part = self._parts.get(values)
        return [] if part is None else list(rows_of(self._table, part))


def rows_of(table: str, frame: pl.DataFrame) -> Iterator[Row]:
    """Yield a frame's rows as `Row`; the column `__row` is their number in the file."""
    for cells in frame.iter_rows(named=True):
        yield Row(table, cells.pop("__row"), cells)


class OpenDataFolder:
    """An open-data folder.

    Raises:
        TthcError: If a table that the site needs is missing.
    """

    def __init__(self, folder: Path) -> None:
        missing = [f"{name}.csv" for name in NEEDED if not (folder / f"{name}.csv").is_file()]
        if missing:
            raise TthcError("site_needs_open_data", folder=folder, files=", ".join(missing))
        self.folder = folder

    def frame(self, table: str) -> pl.DataFrame:
        """Return a table as text, with the row number in `__row`; an empty frame if there is no such file."""
        path = self.folder / f"{table}.csv"
        if not path.is_file():
            return pl.DataFrame()
        frame = pl.read_csv(path, infer_schema=False).fill_null("")
        return frame.with_row_index("__row", offset=1)

    def rows(self, table: str) -> list[Row]:
        """Return all rows of a small table."""
        return list(rows_of(table, self.frame(table)))
