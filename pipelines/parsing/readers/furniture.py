"""What stands in a list and is no row of it: headers repeated on each page, numbers of columns, what comes below.

Belongs here: rules over rows as people lay them out, for text and sheets alike. Does not belong here: single cells.
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
SEVERAL = 3
CODE = r"^[A-Za-z0-9._/-]*[0-9][A-Za-z0-9._/-]*$"


def label(cell: Any) -> str:
    """Return a header cell as it is compared: NFC, one blank between words; whole numbers in digits."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(unicodedata.normalize("NFC", cell).split()) if isinstance(cell, str) else str(cell or "")


def _same(cells: Sequence[Any]) -> list[str]:
    return [label(cell).casefold() for cell in cells]


def is_numbering(cells: Sequence[Any]) -> bool:
    """Return True for the numbers of a form's columns: `(1) (2) (3)=(1)+(2)`."""
    filled = [label(cell) for cell in cells if label(cell)]
    return len(filled) > 1 and all(COLUMN_NUMBER.fullmatch(cell) for cell in filled)


class RepeatedHeader:
    """Knows a header that comes again, as on every printed page, in any letter case."""

    def __init__(self, header: Sequence[Sequence[Any]], fields: Sequence[str | None], contract: Contract) -> None:
        self._header, self._labels = [_same(row) for row in header], [label(cell) for cell in header[-1]]
        self._known = {header.casefold(): field.name for header, field in contract.by_header.items()}
        self._known |= {header.casefold(): "" for header in contract.ignored}
        self._required = {field.name for field in contract.fields if field.required}
        self._places = [n for n, name in enumerate(fields) if name in self._required]

    def __call__(self, cells: Sequence[Any], **place: object) -> bool:
        """Return True if a row of the header is repeated.

        Raises:
            FileRefused: If another header begins.
        """
        if not any(isinstance(cells[n], str) and label(cells[n]).casefold() in self._known for n in self._places):
            return False
        labels = _same(cells)
        if labels in self._header:
            return True
        named = {self._known[cell] for cell in labels if self._known.get(cell)}
        if len(named) > 1 and self._required <= named:
            raise FileRefused(
                "header_again", expected=", ".join(shown(one, False) for one in self._labels if one),
                got=", ".join(shown(label(cell), doubtful=True) for cell in cells if label(cell)), **place,
            )  # fmt: skip
        return False


class ListEnd:
    """Tells rows below a list (signatures, notes) from rows of it, batch by batch.

    A list has ended after an empty row or line, and after a row with words where the key is a code, or without a key,
    that fills fewer cells than any row above (or as few, where those are hardly any). What follows is a row again only
    where its key is written like a code and like those above. What is not, is rejected and never accepted: people sign
    there.
    """

    def __init__(self, contract: Contract) -> None:
        codes = [f for f in contract.fields if f.type == "code" and f.personal != "drop"]
        keys = [f.name for f in codes if f.name in contract.key] or [f.name for f in codes if f.required]
        self._key = keys[0] if keys else None
        self._required = sum(f.required for f in contract.fields)
        self._above: pl.Series | None = None
        self._least, self._have_digits, self._has_ended, self._has_gap = self._required, False, False, False

    def below(self, frame: pl.DataFrame, after_gap: pl.Series | None = None) -> pl.Series | None:
        """Return which rows stand below the list, None if none does.

        Args:
            after_gap: An empty line stands before the row.
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
            self._learn(frame[: first[0]] if len(first) else frame)
        if not len(first) and not self._has_ended:
            return None
        if self._has_ended:
            # A code with a digit in a row that is full is a row: nearly all are, and need no closer look.
            is_row = frame.select(
                pl.col(self._key).str.contains(CODE).fill_null(False) & (_given(frame) >= self._least)
            )
            doubtful = ~is_row.to_series()
        else:
            doubtful = pl.int_range(frame.height, eager=True) >= first[0]
        found = self._judge(frame.filter(doubtful), None if after_gap is None else after_gap.filter(doubtful))
        return pl.Series([False], dtype=pl.Boolean).new_from_index(0, frame.height).scatter(doubtful.arg_true(), found)

    def _learn(self, above: pl.DataFrame) -> None:
        key = above[self._key or ""]
        self._above = key
        if above.height:
            self._least = min(above.select(_filled(above))[:, 0].to_list())
            self._have_digits = bool(key.str.contains("[0-9]").all())

    def _judge(self, frame: pl.DataFrame, after_gap: pl.Series | None) -> pl.Series:
        key = pl.col(self._key or "").str.strip_chars()
        key = pl.when(key != "").then(key)
        filled = _filled(frame)
        has_words = key.str.contains(r"\s|[^\x00-\x7f]").fill_null(False)
        is_sentence = key.str.contains(r"\p{L}\S*\s+\S*\p{L}").fill_null(False)
        is_few = (filled <= self._least) & (filled <= MOST_CELLS_BELOW)
        parts = (filled == 0) | (has_words & (filled < self._least)) | (is_sentence & is_few)
        if after_gap is not None:
            parts = parts | pl.lit(after_gap)
        ends = parts | ((filled < self._least) & key.is_null())
        has_gap = parts.cast(pl.UInt8).cum_max().cast(pl.Boolean) | pl.lit(self._has_gap)
        has_ended = ends.cast(pl.UInt8).cum_max().cast(pl.Boolean) | pl.lit(self._has_ended)
        # A date beside a signature is written like a code; a list that goes on has more of the kind.
        unlike = ~_shape(key).is_in(self._shapes) & (pl.len().over(_shape(key)) < SEVERAL) & pl.lit(bool(self._shapes))
        no_digit = ~key.str.contains("[0-9]") & pl.lit(self._have_digits)
        unfit = key.is_not_null() & ((has_ended & (has_words | no_digit)) | (has_gap & is_few & unlike))
        found = frame.select(unfit=unfit.fill_null(False), ended=has_ended, gap=has_gap)
        if found.height:
            self._has_ended, self._has_gap = bool(found["ended"][-1]), bool(found["gap"][-1])
        return found["unfit"]

    @cached_property
    def _shapes(self) -> list[str]:
        assert self._above is not None
        return self._above.to_frame("k").select(_shape(pl.col("k")))["k"].unique().to_list()


def _filled(frame: pl.DataFrame) -> pl.Expr:
    """Return how many cells of the list's own columns hold something but blanks."""
    own = [name for name in frame.columns if not name.startswith("_")]
    return pl.sum_horizontal(pl.col(name).str.strip_chars().str.len_bytes().fill_null(0) > 0 for name in own)


def _given(frame: pl.DataFrame) -> pl.Expr:
    """Return how many cells are not empty, blanks counted in."""
    return pl.sum_horizontal(pl.col(name).is_not_null() for name in frame.columns if not name.startswith("_"))


def _shape(key: pl.Expr) -> pl.Expr:
    """Return how a code is written: runs of digits as 9, of letters as A, signs as they are."""
    return key.str.replace_all("[0-9]+", "9").str.replace_all(r"\p{L}+", "A")
