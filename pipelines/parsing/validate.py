"""The judgement of every row: accepted, or rejected with all its reasons.

A reason is `code:Field` where one field is wrong, else the code of a row rule. Rows are judged as they came; only those
that fail are cleaned (`typed.cleaned`) and judged again, because nearly all need no cleaning. Does not belong here:
formats, files, what other rows or other sources say.
"""

import datetime as dt
import re
from functools import cached_property

import polars as pl

from pipelines.common.errors import FileRefused
from pipelines.contracts.batch import Batch, Family
from pipelines.contracts.column_types import (
    MISREAD_TEXT,
    TypedField,
    clean_text,
    has_list_mark,
    type_column,
    type_plain_column,
)
from pipelines.contracts.model import Contract
from pipelines.contracts.places import place_of

MARK = "_wrong "
# Reasons that say that the row is none: what its cells hold is then noise.
NO_ROW = ("wrong_width", "below_the_list")
UPDATED = pl.Datetime("us")
# An update time may lie on the day after its business day: an extract is finished in the small hours, a clock is fast.
TOO_NEW = "newer_than_business_day"
NEWS_END_AFTER = dt.timedelta(days=2)


class Validator:
    """Judges batches of one source, family of formats and business day; built once, used batch by batch."""

    def __init__(self, contract: Contract, family: Family, business_day: dt.date, untold: tuple[str, ...] = ()) -> None:
        self.contract, self.family, self.business_day = contract, family, business_day
        self.fields = [field for field in contract.fields if field.personal != "drop"]
        self.required = [f.name for f in self.fields if f.required and f.name not in untold]
        self.rules = {rule.code: pl.sql_expr(rule.when) for rule in contract.rules}
        self.conditions = {rule.code: rule.when for rule in contract.rules}
        # Cells of accepted rows that were changed more than in their blanks: names that a list mark stood before.
        self.changed_cells = 0

    def __call__(self, batch: Batch) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the accepted rows, typed, and the rejected rows as they came.

        Of the accepted ones, fields the file lacks are null, and personal ones that are dropped are left out. The
        rejected ones keep their text and get `_reasons`, a list that is never empty, and `_updated_at`, the contract's
        newness, null if it has none or it cannot be read.

        Raises:
            FileRefused: If a cell shows that the file was read in another encoding than it was written in.
        """
        columns = batch.frame.columns
        absent = [name for name in ("_fault", *(f.name for f in self.fields)) if name not in columns]
        frame = batch.frame.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
        frame = frame.with_columns(self._defaults)
        # That a row says its thing is gone is looked at only where something else is wrong with it.
        values = self._evaluate(frame, self._plain, self._conditions)
        verdict = values.select(self._is_wrong(values))[:, 0]
        if not verdict.any():
            return self._accepted(values), batch.frame.clear().with_columns(
                _reasons=pl.lit([], pl.List(pl.String)), _updated_at=pl.lit(None, UPDATED)
            )
        accepted = self._accepted(values.filter(~verdict))
        doubtful = frame.filter(verdict)
        values = self._evaluate(
            doubtful.with_columns(clean_text(f) for f in self.fields).with_columns(self._defaults),
            self._full,
            {reason: self._unless_deleted(when) for reason, when in self._conditions.items()},
        )
        verdict = values.select(self._is_wrong(values))[:, 0]
        accepted = pl.concat([accepted, self._accepted(values.filter(~verdict))]).sort("_row_number")
        self.changed_cells += self._list_marks(doubtful.filter(~verdict))
        bad = values.filter(verdict)
        rejected = doubtful.filter(verdict).select(columns)
        rejected = rejected.with_columns(_reasons=self._reasons(bad), _updated_at=self._updated(bad))
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
        """What makes a typed row wrong, by reason."""
        newness = self.contract.newness
        return {
            **{f"required_missing:{name}": pl.col(name).is_null() for name in self.required},
            **({f"{TOO_NEW}:{newness}": self._too_new(newness)} if newness else {}),
            **self.rules,
        }

    def _evaluate(
        self, frame: pl.DataFrame, reading: dict[str, TypedField], conditions: dict[str, pl.Expr]
    ) -> pl.DataFrame:
        """Return typed values, and one Boolean column per reason."""
        values = frame.select(
            "_row_number",
            "_fault",
            pl.lit(self.business_day).alias("_business_day"),
            *[one.value.alias(name) for name, one in reading.items()],
            *[
                wrong.alias(f"{MARK}{code}:{name}")
                for name, one in reading.items()
                for code, wrong in one.wrong.items()
            ],
        )
        # A moment is dear to read, so the value read once says whether the cell was sound.
        unread = [
            (pl.lit(given) & pl.col(name).is_null()).alias(f"{MARK}unclean:{name}")
            for name, one in reading.items()
            if one.wrong_where_null
            for given in [frame[name].is_not_null()]
        ]
        marks = [when.alias(f"{MARK}{reason}") for reason, when in conditions.items()]
        return values.with_columns(*unread, *marks)

    def _unless_deleted(self, condition: pl.Expr) -> pl.Expr:
        """Return the condition, limited to identifying fields in a row that says its thing was deleted."""
        tombstone, names = self.contract.tombstone, set(condition.meta.root_names())
        if tombstone is None or names <= {*self.contract.tombstone_fields, "_business_day"}:
            return condition
        return condition & pl.col(tombstone).ne_missing(1)

    def _too_new(self, newness: str) -> pl.Expr:
        end = dt.datetime.combine(self.business_day + NEWS_END_AFTER, dt.time())
        return (pl.col(newness) >= pl.lit(end)).fill_null(False)

    def _is_wrong(self, values: pl.DataFrame) -> pl.Expr:
        marks = [pl.col(name) for name in values.columns if name.startswith(MARK)]
        return pl.any_horizontal(*marks, pl.col("_fault").is_not_null()).fill_null(False)

    def _refuse_misread(self, batch: Batch, rejected: pl.DataFrame) -> None:
        """Raise FileRefused if a cell shows that the file was written in another encoding: then no cell is certain."""
        for number, reasons in rejected.select("_row_number", "_reasons").iter_rows():
            for reason in reasons:
                if reason.startswith(MISREAD_TEXT):
                    place = place_of(batch, number, reason)
                    raise FileRefused(MISREAD_TEXT, **{str(place.kind): place.at}, column=place.column)

    def _updated(self, bad: pl.DataFrame) -> pl.Series:
        newness = self.contract.newness
        if newness is None:
            return pl.Series([None] * bad.height, dtype=UPDATED)
        # What is too new to be true says nothing of how new the row is.
        believed = pl.when(~self._too_new(newness)).then(newness)
        return bad.select(believed.cast(UPDATED, strict=False))[:, 0]

    def _list_marks(self, accepted: pl.DataFrame) -> int:
        marks = [has_list_mark(field) for field in self.fields if field.shown]
        return accepted.select(pl.sum_horizontal(marks).sum()).item() if marks else 0

    def _accepted(self, values: pl.DataFrame) -> pl.DataFrame:
        return values.select("_row_number", *(f.name for f in self.fields))

    def _reasons(self, bad: pl.DataFrame) -> pl.Series:
        marks = [name for name in bad.columns if name.startswith(MARK)]
        said = [pl.when(pl.col(mark)).then(pl.lit(mark.removeprefix(MARK))) for mark in marks]
        every = bad.select(pl.concat_list(pl.col("_fault"), *said).list.drop_nulls())[:, 0].to_list()
        own = [[r for r in _first_of_each_cell(row) if not _only_follows(r, row, self.conditions)] for row in every]
        return pl.Series(own, dtype=pl.List(pl.String))


def _first_of_each_cell(reasons: list[str]) -> list[str]:
    """Return only the first reason of each cell: that a number's code has the wrong form as well would be noise."""
    first: dict[str, str] = {}
    for reason in reasons:
        first.setdefault(reason.partition(":")[2] or reason, reason)
    return list(first.values())


def _only_follows(reason: str, reasons: list[str], conditions: dict[str, str]) -> bool:
    """Return the condition without cells that are wrong in themselves: that such a cell is null would be noise."""
    for whole in NO_ROW:
        if whole in reasons:
            return reason != whole
    code = reason.partition(":")[0]
    wrong_cells = {r.partition(":")[2] for r in reasons if not r.startswith("required_missing")} - {""}
    return any(re.search(rf"\b{cell}\b", conditions.get(code, "")) for cell in wrong_cells)


class Validators:
    """One judge per source and family of formats, made when first needed."""

    def __init__(self, contracts: dict[str, Contract], business_day: dt.date) -> None:
        self._contracts, self._day = contracts, business_day
        self._made: dict[tuple[object, ...], Validator] = {}

    def __call__(self, batch: Batch) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return accepted and rejected rows of a batch."""
        kind = (batch.source, batch.family, batch.untold)
        if kind not in self._made:
            self._made[kind] = Validator(self._contracts[batch.source], batch.family, self._day, batch.untold)
        return self._made[kind](batch)

    def changed_cells(self, source: str) -> int:
        """Return how many names of accepted rows had a list mark that was removed."""
        return sum(judge.changed_cells for judge in self._made.values() if judge.contract.source == source)
