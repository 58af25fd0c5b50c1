"""Form II.06a: its columns, and its rows by unit or by field with Roman totals per level.

Belongs here: which rows the form has, and in which order. Does not belong here: reading them (`facts`), their look
(`form_sheet`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.reports.officers.words import order_of

# Columns (3) to (13), by the names of `handling_status`.
COLUMNS = (
    "received_total", "received_online", "received_direct", "carried_over",
    "resolved_total", "resolved_early", "resolved_on_time", "resolved_overdue",
    "open_total", "open_in_time", "open_overdue",
)  # fmt: skip
FIRST_NUMBER = 3
# Of the sections of the form, which are the levels in their order, those that have rows get a Roman number.
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
# Sums that hold in every row, by column.
SUMS: Mapping[str, tuple[str, ...]] = {
    "received_total": ("received_online", "received_direct", "carried_over"),
    "resolved_total": ("resolved_early", "resolved_on_time", "resolved_overdue"),
    "open_total": ("open_in_time", "open_overdue"),
}
Row = Mapping[str, Any]


@dataclass(frozen=True)
class FormRow:
    """One row of the form.

    Attributes:
        number: Column (1): a Roman number for a level, a running number below it, '' for the total.
        kind: `unit`, `field`, `level` or `total`.
        name: Column (2) of a unit or field; '' for a level and the total.
        level: The level that the row belongs to; '' for the total.
        code: Code of the unit; None for other rows.
        figures: Columns (3) to (13).
    """

    number: str
    kind: str
    name: str
    level: str
    code: str | None
    figures: tuple[int, ...]

    @property
    def key(self) -> str:
        """What names the row in every version of the form: a unit's code, a level, a level and field, or `total`."""
        if self.kind == "field":
            return f"{self.level} > {self.name}"
        return self.code or self.level or "total"


def column_number(column: str) -> int:
    """Return the form's number of a column, 3 to 13."""
    return COLUMNS.index(column) + FIRST_NUMBER


def figures_of(row: Row) -> tuple[int, ...]:
    """Return columns (3) to (13) of a row."""
    return tuple(int(row[column]) for column in COLUMNS)


def add_up(rows: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """Return the sums of columns (3) to (13)."""
    return tuple(map(sum, zip(*rows, strict=True))) if rows else (0,) * len(COLUMNS)


def form_by_unit(rows: Sequence[Row], levels: Sequence[str]) -> list[FormRow]:
    """Return the form's rows by unit, out of rows with `scope` (`unit`, `level`, `province`).

    Totals are the warehouse's own, not sums made here.

    Args:
        rows: The rows.
        levels: Codes of the levels, in the form's order.
    """
    by_level = {row["unit_level"]: figures_of(row) for row in rows if row["scope"] == "level"}
    total = next((figures_of(row) for row in rows if row["scope"] == "province"), add_up([]))
    own = [(row["unit_level"], row["unit_name"], row["unit_code"], figures_of(row))
           for row in rows if row["scope"] == "unit"]  # fmt: skip
    return [*_sections("unit", own, by_level, levels), FormRow("", "total", "", "", None, total)]


def form_by_field(rows: Sequence[Row], no_field: str, levels: Sequence[str]) -> list[FormRow]:
    """Return the form's rows by level and field.

    Args:
        rows: Rows with `unit_level` and `field_name`, which is null where the list of procedures names none.
        no_field: The name of that row.
        levels: Codes of the levels, in the form's order.
    """
    ordered = sorted(rows, key=lambda row: (row["field_name"] is None, order_of(row["field_name"] or "")))
    own = [(row["unit_level"], row["field_name"] or no_field, None, figures_of(row)) for row in ordered]
    by_level = {level: add_up([figures for at, _, _, figures in own if at == level]) for level in levels}
    total = FormRow("", "total", "", "", None, add_up([row[3] for row in own]))
    return [*_sections("field", own, by_level, levels), total]


def _sections(
    kind: str,
    own: Sequence[tuple[str, str, str | None, tuple[int, ...]]],
    by_level: Mapping[str, tuple[int, ...]],
    levels: Sequence[str],
) -> Iterator[FormRow]:
    present = [level for level in levels if any(row[0] == level for row in own)]
    for roman, level in zip(ROMAN, present, strict=False):
        yield FormRow(roman, "level", "", level, None, by_level.get(level, add_up([])))
        members = [row for row in own if row[0] == level]
        for number, (_, name, code, figures) in enumerate(members, start=1):
            yield FormRow(str(number), kind, name, level, code, figures)
