"""The open data as the site reads it: every cell keeps its address, so that a page can say where a number stands.

Belongs here: reading the CSVs as text and finding rows. A figure is the CSV's own text; nothing is computed from it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.common.errors import TthcError

RATE = "ty_le"  # what the names of rates begin with; one flag `co` and one sign `dau` speak of it
# Without these there is nothing to make a site of; the other tables may be missing.
NEEDED = ("chi-tieu", "tinh-hinh-giai-quyet", "don-vi", "ky", "danh-muc-chi-tieu")


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell: where it stands (`table:row:column`, rows from 1), its text ('' where hidden), flag and bound."""

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
        """For placing a mark on a chart and for comparing; None if there is no number."""
        return float(self.text) if self.text else None

    @property
    def is_share(self) -> bool:
        """A figure in per cent."""
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
        """Return the text of a column, '' where the table has no such column."""
        return self.cells.get(column, "")

    def figure(self, column: str) -> Figure:
        """Return the figure in a column with its flag (`co_<column>`; of a rate `co` and `dau`)."""
        rate = column.startswith(RATE)
        flag = self.get("co" if rate else f"co_{column}")
        return Figure(f"{self.table}:{self.number}:{column}", self[column], flag, self.get("dau") if rate else "")


class SheetRows:
    """Rows of one table, by the values of some columns; rows become Python objects only when asked for."""

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
    """An open-data folder. It raises TthcError if a table that the site needs is missing."""

    def __init__(self, folder: Path) -> None:
        missing = [f"{name}.csv" for name in NEEDED if not (folder / f"{name}.csv").is_file()]
        if missing:
            raise TthcError("site_needs_open_data", folder=folder, files=", ".join(missing))
        self.folder = folder

    def frame(self, table: str) -> pl.DataFrame:
        """Return a table as text, with `__row`; without rows where the file is not there."""
        path = self.folder / f"{table}.csv"
        if not path.is_file():
            return pl.DataFrame()
        frame = pl.read_csv(path, infer_schema=False).fill_null("")
        return frame.with_row_index("__row", offset=1)

    def rows(self, table: str) -> list[Row]:
        """Return all rows of a small table."""
        return list(rows_of(table, self.frame(table)))
