"""Rows in a list that are not data: headers repeated on each page, numbers of the columns, signatures and notes below.

Belongs here: recognising such rows, in text files and sheets alike. Does not belong here: single cells, and totals
(`grid`).
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import polars as pl

from pipelines.common.errors import FileRefused
from pipelines.contracts.model import Contract
from pipelines.parsing.readers.headers import shown

BELOW_THE_LIST = "below_the_list"
COLUMN_NUMBER = re.compile(r"\(\d{1,2}\)(\s*=.*)?")
# A row below a list fills few cells: two signatures side by side, a note, a place and a date.
MOST_CELLS_BELOW = 3
# So many keys of one shape after the end of a list are rows of data.
SEVERAL = 3
MOST_UNLEARNED = 1_000
CODE = r"^[A-Za-z0-9._/-]*[0-9][A-Za-z0-9._/-]*$"


def label(cell: Any) -> str:
    """Return the text of a header cell for comparison: NFC, one blank between words, whole numbers in digits."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(unicodedata.normalize("NFC", cell).split()) if isinstance(cell, str) else str(cell or "")


def _folded_labels(cells: Sequence[Any]) -> list[str]:
    return [label(cell).casefold() for cell in cells]


def is_numbering(cells: Sequence[Any]) -> bool:
    """Return True for a row that numbers the columns of a form: `(1) (2) (3)=(1)+(2)`."""
    count = 0
    for text in filter(None, map(label, cells)):
        if not COLUMN_NUMBER.fullmatch(text):
            return False
        count += 1
    return count > 1


class RepeatedHeader:
    """Recognises rows that repeat the header, as printed on every page, in any letter case."""

    def __init__(self, header: Sequence[Sequence[Any]], fields: Sequence[str | None], contract: Contract) -> None:
        self._header, self._contract = header, contract
        self._required = {field.name for field in contract.fields if field.required}
        self._required_columns = [n for n, name in enumerate(fields) if name in self._required]

    @cached_property
    def _known(self) -> dict[str, str]:
        """Fields by their headers, in lower case; empty for headers to ignore."""
        known = {header.casefold(): field.name for header, field in self._contract.by_header.items()}
        return known | {header.casefold(): "" for header in self._contract.ignored}

    def __call__(self, cells: Sequence[Any], **place: object) -> bool:
        """Return True if a row repeats a row of the header.

        Args:
            cells: The cells of the row, in the order of the columns.
            place: Where the row is, for the message.

        Raises:
            FileRefused: If the row is another header.
        """
        if not any(
            isinstance(cells[n], str) and label(cells[n]).casefold() in self._known for n in self._required_columns
        ):
            return False
        labels = _folded_labels(cells)
        if labels in map(_folded_labels, self._header):
            return True
        named = {self._known[cell] for cell in labels if self._known.get(cell)}
        if len(named) > 1 and self._required <= named:
            raise FileRefused(
                "header_again", expected=", ".join(shown(name, False) for name in map(label, self._header[-1]) if name),
                got=", ".join(shown(label(cell), doubtful=True) for cell in cells if label(cell)), **place,
            )  # fmt: skip
        return False


class ListEnd:
    """Recognises rows below a list (signatures, notes), batch by batch.

    A list has ended after an empty row, and after a row that has words in place of its key, or no key, and fills fewer
    cells than any row above (or as few, if those are hardly any). A later row is data only if its key is written like a
    code and like the keys above; otherwise it is rejected, since it may hold the name of a person.
    """

    def __init__(self, contract: Contract) -> None:
        codes = [f for f in contract.fields if f.type == "code" and f.personal != "drop"]
        keys = [f.name for f in codes if f.name in contract.key] or [f.name for f in codes if f.required]
        self._key = keys[0] if keys else None
        self._required = sum(f.required for f in contract.fields)
        self._above: pl.Series | None = None
        self._unlearned: pl.DataFrame | None = None
        self._least_filled, self._keys_have_digits, self._has_ended, self._has_gap = self._required, False, False, False

    def below(self, frame: pl.DataFrame, after_gap: pl.Series | None = None) -> pl.Series | None:
        """Return which rows are below the list; None if none is.

        Args:
            frame: The next rows.
            after_gap: Which of them follow an empty row or line; None if none does.
        """
        if self._key is None or self._key not in frame.columns or not frame.height:
            return None
        key = frame[self._key]
        has_words = key.str.contains(" ", literal=True)
        doubtful = has_words.fill_null(True)
        if after_gap is not None:
            doubtful = doubtful | after_gap
        first = doubtful.arg_true()
        if self._above is None:
            self._unlearned = frame[: first[0]] if len(first) else frame
            self._above = self._unlearned[self._key]
        is_plain = not len(first) and not self._has_ended
        # Most small files are plain, and the first rows of a large one are not kept in memory.
        if self._unlearned is not None and not (is_plain and self._unlearned.height <= MOST_UNLEARNED):
            self._learn(self._unlearned)
            self._unlearned = None
        if is_plain:
            return None
        if self._has_ended:
            # A row with a code as its key and enough filled cells is data; nearly all rows are, and skip `_classify`.
            is_row = frame.select(
                pl.col(self._key).str.contains(CODE).fill_null(False) & (_count_not_null(frame) >= self._least_filled)
            )
            doubtful = ~is_row.to_series()
        else:
            doubtful = pl.int_range(frame.height, eager=True) >= first[0]
        is_below = self._classify(frame.filter(doubtful), None if after_gap is None else after_gap.filter(doubtful))
        none = pl.Series([False], dtype=pl.Boolean).new_from_index(0, frame.height)
        return none.scatter(doubtful.arg_true(), is_below)

    def _learn(self, above: pl.DataFrame) -> None:
        """Store how keys are written and how many cells are filled in rows that certainly are data."""
        if above.height:
            self._least_filled = min(above.select(_count_filled(above))[:, 0].to_list())
            self._keys_have_digits = bool(above[self._key or ""].str.contains("[0-9]").all())

    def _classify(self, frame: pl.DataFrame, after_gap: pl.Series | None) -> pl.Series:
        """Return which of these rows are below the list."""
        key = pl.col(self._key or "").str.strip_chars()
        key = pl.when(key != "").then(key)
        filled = _count_filled(frame)
        has_words = key.str.contains(r"\s|[^\x00-\x7f]").fill_null(False)
        is_sentence = key.str.contains(r"\p{L}\S*\s+\S*\p{L}").fill_null(False)
        is_few = (filled <= self._least_filled) & (filled <= MOST_CELLS_BELOW)
        separates = (filled == 0) | (has_words & (filled < self._least_filled)) | (is_sentence & is_few)
        if after_gap is not None:
            separates = separates | pl.lit(after_gap)
        ends = separates | ((filled < self._least_filled) & key.is_null())
        has_gap = separates.cast(pl.UInt8).cum_max().cast(pl.Boolean) | pl.lit(self._has_gap)
        has_ended = ends.cast(pl.UInt8).cum_max().cast(pl.Boolean) | pl.lit(self._has_ended)
        # A date beside a signature is written like a code; if the list continues, several keys have that shape.
        unlike = ~_shape(key).is_in(self._shapes) & (pl.len().over(_shape(key)) < SEVERAL) & pl.lit(bool(self._shapes))
        no_digit = ~key.str.contains("[0-9]") & pl.lit(self._keys_have_digits)
        is_below = key.is_not_null() & ((has_ended & (has_words | no_digit)) | (has_gap & is_few & unlike))
        rows = frame.select(is_below=is_below.fill_null(False), ended=has_ended, gap=has_gap)
        if rows.height:
            self._has_ended, self._has_gap = bool(rows["ended"][-1]), bool(rows["gap"][-1])
        return rows["is_below"]

    @cached_property
    def _shapes(self) -> list[str]:
        """The shapes of the keys above the end of the list."""
        assert self._above is not None
        return self._above.to_frame("k").select(_shape(pl.col("k")))["k"].unique().to_list()


def _count_filled(frame: pl.DataFrame) -> pl.Expr:
    """Return the number of cells of a row that hold more than blanks."""
    own = [name for name in frame.columns if not name.startswith("_")]
    return pl.sum_horizontal(pl.col(name).str.strip_chars().str.len_bytes().fill_null(0) > 0 for name in own)


def _count_not_null(frame: pl.DataFrame) -> pl.Expr:
    """Return the number of cells of a row that are not null, cells of blanks included."""
    return pl.sum_horizontal(pl.col(name).is_not_null() for name in frame.columns if not name.startswith("_"))


def _shape(key: pl.Expr) -> pl.Expr:
    """Return the shape of a code: runs of digits become 9, of letters A, other signs stay."""
    return key.str.replace_all("[0-9]+", "9").str.replace_all(r"\p{L}+", "A")
