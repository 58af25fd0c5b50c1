"""Contents of the page of a field: its procedures, and figures by level and month.

Belongs here: combining linh-vuc.csv and thu-tuc.csv. Does not belong here: texts and markup.
"""

from dataclasses import dataclass
from itertools import count

from pipelines.site.figures import Row
from pipelines.site.numbers import folded, slug
from pipelines.site.periods import Period
from pipelines.site.vintage_reader import VintageReader

INDEX = "index"  # the page of all fields
LONGEST_ADDRESS = 80  # file systems take 255 bytes


@dataclass(frozen=True)
class LevelMonths:
    """A field at one level, by month; a month without published figures has no row (None)."""

    level: str
    months: list[tuple[Period, Row | None]]

    @property
    def is_drawable(self) -> bool:
        """True if at least half of the months have an on-time share, so that a line can be drawn."""
        return 2 * sum(1 for _, row in self.months if row and row["ty_le_dung_han"]) >= max(4, len(self.months))

    @property
    def newest(self) -> tuple[Period, Row] | None:
        """The newest month with an on-time share; None if every month is hidden."""
        return next(((month, row) for month, row in reversed(self.months) if row and row["ty_le_dung_han"]), None)


@dataclass(frozen=True)
class Field:
    """A field of procedures.

    Attributes:
        address: The name of its page, derived from the field's name, since codes may be missing.
    """

    code: str
    name: str
    address: str
    levels: list[LevelMonths]
    procedures: list[Row]


def fields(vintage: VintageReader) -> list[Field]:
    """Return every field with procedures or published figures, in alphabetical order."""
    months: dict[tuple[str, str], dict[tuple[str, str], Row]] = {}
    for row in vintage.data.rows("linh-vuc"):
        months.setdefault((row["ma_linh_vuc"], row["ten_linh_vuc"]), {})[row["cap"], row["ky"]] = row
    procedures: dict[tuple[str, str], list[Row]] = {}
    for row in _newest_year(vintage.data.rows("thu-tuc")):
        procedures.setdefault((row["ma_linh_vuc"], row["ten_linh_vuc"]), []).append(row)
    named = [key for key in {**months, **procedures} if key[1]]
    return [
        Field(code, name, address, _levels(vintage, months.get((code, name), {})), procedures.get((code, name), []))
        for (code, name), address in _addresses(sorted(named, key=lambda key: (folded(key[1]), key))).items()
    ]


def _newest_year(rows: list[Row]) -> list[Row]:
    """Return the rows of the newest year, the most requested procedures first."""
    newest = max((row["nam"] for row in rows), default="")
    return sorted(
        (row for row in rows if row["nam"] == newest), key=lambda row: (-int(row["nhan"] or 0), row["ten_thu_tuc"])
    )


def _addresses(named: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return a unique page name for each field; a number is appended where names differ only in diacritics."""
    found: dict[tuple[str, str], str] = {}
    for key in named:
        base = slug(key[1])[:LONGEST_ADDRESS].strip("-") or "linh-vuc"
        free = (base if nth == 1 else f"{base}-{nth}" for nth in count(1))
        found[key] = next(address for address in free if address not in {INDEX, *found.values()})
    return found


def _levels(vintage: VintageReader, rows: dict[tuple[str, str], Row]) -> list[LevelMonths]:
    present = {level for level, _ in rows}
    return [
        LevelMonths(level, [(month, rows.get((level, month.code))) for month in vintage.months])
        for level in vintage.level_codes
        if level in present
    ]
