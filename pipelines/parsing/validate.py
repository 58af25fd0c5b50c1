"""Validation of rows: each is accepted, or rejected with all its reasons.

A reason is `code:Field` if one field is wrong, else the code of a row rule. Rows are checked as they came; only those
that fail are cleaned (`contracts.cell_text`) and checked again, because nearly all need no cleaning. A batch may hold
rows of several files, which the column `_file` tells apart (`parse_group`). Belongs here: what a row shows by itself.
Does not belong here: formats and files, and errors that only other rows or sources show.
"""

import datetime as dt
import re
from collections import Counter
from functools import cached_property

import polars as pl

from pipelines.common.errors import FileRefused
from pipelines.contracts.batch import Batch, Family
from pipelines.contracts.cell_text import clean_text, has_list_mark
from pipelines.contracts.column_types import MISREAD_TEXT, TypedField, type_column, type_plain_column
from pipelines.contracts.model import Contract
from pipelines.contracts.places import place_of

# Prefix of the Boolean columns that say for which reasons a row is wrong.
REASON = "_wrong "
# Reasons by which the line is no row of data: further reasons about its cells would be noise.
NO_ROW = ("wrong_width", "below_the_list")
UPDATE_TIME = pl.Datetime("us")
# An update time may be on the day after its business day: an extract is finished after midnight, or a clock is fast.
TOO_NEW = "newer_than_business_day"
LATEST_UPDATE_AFTER = dt.timedelta(days=2)


class Validator:
    """Validates batches of one source, family of formats and business day.

    Without a day the rows bring their own, in the column `_business_day`.

    Attributes:
        changed_cells: By file of a batch (0 where it is of one), from how many names in accepted rows a list mark was
            removed so far.
    """

    def __init__(
        self, contract: Contract, family: Family, business_day: dt.date | None, untold: tuple[str, ...] = ()
    ) -> None:
        self.contract, self.family, self.business_day = contract, family, business_day
        self.fields = [field for field in contract.fields if field.personal != "drop"]
        self.required = [f.name for f in self.fields if f.required and f.name not in untold]
        self.rules = {rule.code: pl.sql_expr(rule.when) for rule in contract.rules}
        self.conditions = {rule.code: rule.when for rule in contract.rules}
        self.changed_cells: Counter[int] = Counter()

    def __call__(self, batch: Batch) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return accepted and rejected rows.

        Accepted rows are typed: they have all fields except the dropped personal ones, null where the file lacks the
        field. Rejected rows keep their text and get `_reasons` (never empty) and `_updated_at` (the newness of the
        contract; null if it has none or the cell is wrong).

        Raises:
            FileRefused: If a cell shows that the file was written in another encoding.
        """
        columns = batch.frame.columns
        absent = [name for name in ("_fault", *(f.name for f in self.fields)) if name not in columns]
        frame = batch.frame.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
        frame = frame.with_columns(self._defaults)
        # Whether a row is a tombstone is evaluated in the second pass only: nearly all rows pass the first.
        values = self._evaluate(frame, self._plain, self._conditions)
        is_wrong = values.select(self._is_wrong(values))[:, 0]
        if not is_wrong.any():
            return self._accepted(values), batch.frame.clear().with_columns(
                _reasons=pl.lit([], pl.List(pl.String)), _updated_at=pl.lit(None, UPDATE_TIME)
            )
        accepted = self._accepted(values.filter(~is_wrong))
        doubtful = frame.filter(is_wrong)
        values = self._evaluate(
            doubtful.with_columns(clean_text(f) for f in self.fields).with_columns(self._defaults),
            self._full,
            {reason: self._unless_deleted(when) for reason, when in self._conditions.items()},
        )
        is_wrong = values.select(self._is_wrong(values))[:, 0]
        accepted = pl.concat([accepted, self._accepted(values.filter(~is_wrong))]).sort(_place_of(values))
        self.changed_cells += self._count_list_marks(doubtful.filter(~is_wrong))
        wrong = values.filter(is_wrong)
        rejected = doubtful.filter(is_wrong).select(columns)
        rejected = rejected.with_columns(_reasons=self._reasons(wrong), _updated_at=self._update_times(wrong))
        self._refuse_misread(batch, rejected)
        return accepted, rejected

    @cached_property
    def _defaults(self) -> list[pl.Expr]:
        return [pl.col(f.name).fill_null(f.default) for f in self.fields if f.default is not None]

    @cached_property
    def _plain(self) -> dict[str, TypedField]:
        return {f.name: type_plain_column(f, self.contract.formats, self.family) for f in self.fields}

    @cached_property
    def _full(self) -> dict[str, TypedField]:
        return {f.name: type_column(f, self.contract.formats, self.family) for f in self.fields}

    @cached_property
    def _conditions(self) -> dict[str, pl.Expr]:
        """By reason the condition over a typed row that it is wrong."""
        newness = self.contract.newness
        return {
            **{f"required_missing:{name}": pl.col(name).is_null() for name in self.required},
            **({f"{TOO_NEW}:{newness}": self._too_new(newness)} if newness else {}),
            **self.rules,
        }

    def _evaluate(
        self, frame: pl.DataFrame, typed: dict[str, TypedField], conditions: dict[str, pl.Expr]
    ) -> pl.DataFrame:
        """Return typed values, and one Boolean column per reason (its name begins with REASON)."""
        values = frame.select(
            *_place_of(frame),
            "_fault",
            pl.lit(self.business_day).alias("_business_day") if self.business_day else "_business_day",
            *[field.value.alias(name) for name, field in typed.items()],
            *[
                is_wrong.alias(f"{REASON}{code}:{name}")
                for name, field in typed.items()
                for code, is_wrong in field.wrong.items()
            ],
        )
        # Parsing a moment is expensive, so its value, parsed once, also decides whether the cell is valid.
        unparsed = [
            (pl.lit(is_filled) & pl.col(name).is_null()).alias(f"{REASON}unclean:{name}")
            for name, field in typed.items()
            if field.wrong_where_null
            for is_filled in [frame[name].is_not_null()]
        ]
        reasons = [is_wrong.alias(f"{REASON}{reason}") for reason, is_wrong in conditions.items()]
        return values.with_columns(*unparsed, *reasons)

    def _unless_deleted(self, condition: pl.Expr) -> pl.Expr:
        """Return the condition; in a tombstone it is false, unless it is about the fields that a tombstone has."""
        tombstone, names = self.contract.tombstone, set(condition.meta.root_names())
        if tombstone is None or names <= {*self.contract.tombstone_fields, "_business_day"}:
            return condition
        return condition & pl.col(tombstone).ne_missing(1)

    def _too_new(self, newness: str) -> pl.Expr:
        end = (pl.col("_business_day") + LATEST_UPDATE_AFTER).cast(UPDATE_TIME)
        return (pl.col(newness) >= end).fill_null(False)

    def _is_wrong(self, values: pl.DataFrame) -> pl.Expr:
        marks = [pl.col(name) for name in values.columns if name.startswith(REASON)]
        return pl.any_horizontal(*marks, pl.col("_fault").is_not_null()).fill_null(False)

    def _refuse_misread(self, batch: Batch, rejected: pl.DataFrame) -> None:
        """Raise FileRefused if a cell shows that the file was written in another encoding: no cell is certain then."""
        for number, reasons in rejected.select("_row_number", "_reasons").iter_rows():
            for reason in reasons:
                if reason.startswith(MISREAD_TEXT):
                    place = place_of(batch, number, reason)
                    raise FileRefused(MISREAD_TEXT, **{str(place.kind): place.at}, column=place.column)

    def _update_times(self, wrong: pl.DataFrame) -> pl.Series:
        newness = self.contract.newness
        if newness is None:
            return pl.Series([None] * wrong.height, dtype=UPDATE_TIME)
        # An update time that is impossible does not tell how new the row is.
        possible = pl.when(~self._too_new(newness)).then(newness)
        return wrong.select(possible.cast(UPDATE_TIME, strict=False))[:, 0]

    def _count_list_marks(self, accepted: pl.DataFrame) -> Counter[int]:
        marks = [has_list_mark(field) for field in self.fields if field.shown]
        if not marks:
            return Counter()
        file = pl.col("_file") if "_file" in accepted.columns else pl.lit(0)
        counted = accepted.select(file=file, count=pl.sum_horizontal(marks)).group_by("file").sum()
        return Counter(dict(counted.iter_rows()))

    def _accepted(self, values: pl.DataFrame) -> pl.DataFrame:
        return values.select(*_place_of(values), *(f.name for f in self.fields))

    def _reasons(self, wrong: pl.DataFrame) -> pl.Series:
        columns = [name for name in wrong.columns if name.startswith(REASON)]
        reasons = [pl.when(pl.col(name)).then(pl.lit(name.removeprefix(REASON))) for name in columns]
        rows = wrong.select(pl.concat_list(pl.col("_fault"), *reasons).list.drop_nulls())[:, 0].to_list()
        kept = [[r for r in _first_of_each_cell(row) if not _is_consequence(r, row, self.conditions)] for row in rows]
        return pl.Series(kept, dtype=pl.List(pl.String))


def _place_of(frame: pl.DataFrame) -> list[str]:
    """Return the columns that say where a row comes from."""
    return [name for name in ("_file", "_row_number") if name in frame.columns]


def _first_of_each_cell(reasons: list[str]) -> list[str]:
    """Return only the first reason of each cell; further ones would be noise."""
    first: dict[str, str] = {}
    for reason in reasons:
        first.setdefault(reason.partition(":")[2] or reason, reason)
    return list(first.values())


def _is_consequence(reason: str, reasons: list[str], conditions: dict[str, str]) -> bool:
    """Return True if a reason only follows from another one of the row.

    A line that is no row of data has wrong cells, and a row rule may fail because a wrong cell is null.

    Args:
        reason: The reason in question.
        reasons: All reasons of the row.
        conditions: The SQL of the row rules by their code.
    """
    for no_row in NO_ROW:
        if no_row in reasons:
            return reason != no_row
    code = reason.partition(":")[0]
    wrong_cells = {r.partition(":")[2] for r in reasons if not r.startswith("required_missing")} - {""}
    return any(re.search(rf"\b{cell}\b", conditions.get(code, "")) for cell in wrong_cells)


class Validators:
    """Validators of one business day, or of rows that bring their own: one per source and family of formats."""

    def __init__(self, contracts: dict[str, Contract], business_day: dt.date | None) -> None:
        self._contracts, self._day = contracts, business_day
        self._validators: dict[tuple[object, ...], Validator] = {}

    def __call__(self, batch: Batch) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return accepted and rejected rows of a batch (see `Validator`)."""
        kind = (batch.source, batch.family, batch.untold)
        if kind not in self._validators:
            self._validators[kind] = Validator(self._contracts[batch.source], batch.family, self._day, batch.untold)
        return self._validators[kind](batch)

    def changed_cells(self, source: str, file: int = 0) -> int:
        """Return from how many names in accepted rows of a source, in one file of the batches, a mark was removed."""
        validators = self._validators.values()
        return sum(validator.changed_cells[file] for validator in validators if validator.contract.source == source)
