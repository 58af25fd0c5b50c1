"""Names of offices in free text: what is one is kept, and whatever may name a person becomes empty.

The office of a step (`personal: office` in a contract) is typed by hand and may be a clerk's name. Kept is what begins
with one of the contract's words, is no longer than a name, and shows no sign of a person. This is a filter and proves
nothing: a person's name in small letters behind an office's passes, so the text stays in what officers alone read.
Belongs here: telling one from the other. Does not belong here: the words (the contracts).
"""

import re

import polars as pl

from pipelines.common.patterns import DOOR_UNSHOWN, FORMULA, NULL_WORD, PERSON, match_whole
from pipelines.contracts.cell_text import BLANKS
from pipelines.contracts.fields import OfficeWords
from pipelines.contracts.model import Contract

LONGEST = 100  # characters
_BEFORE, _AFTER = r"(?:^|[^\p{L}])", r"(?:$|[^\p{L}])"


def keep_office_names(rows: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Return rows in which each field kept as an office holds the name of one, or null."""
    for field in contract.fields:
        if field.office is not None and field.name in rows.columns:
            # There are few names in many rows, so each is looked at once.
            names = rows.get_column(field.name).drop_nulls().unique()
            known = pl.DataFrame({field.name: names, "name": office_names(names, field.office)})
            rows = rows.join(known, on=field.name, how="left", maintain_order="left")
            rows = rows.with_columns(pl.col("name").alias(field.name)).drop("name")
    return rows


def office_names(texts: pl.Series, words: OfficeWords) -> pl.Series:
    """Return each text as the name of an office, in NFC and without extra blanks; null where it is none."""
    name = pl.col("text").str.normalize("NFC").str.replace_all(f"[{BLANKS}]+", " ").str.strip_chars(" ")
    is_office = (
        name.str.contains(f"(?i)^(?:{_any_of(words.begins)}){_AFTER}")
        & (name.str.len_chars() <= LONGEST)
        & ~name.str.contains(f"{DOOR_UNSHOWN}|^[{FORMULA}]|{PERSON}")
        & ~name.str.contains(match_whole(NULL_WORD))
        & ~name.str.contains(_person_pattern(words.without))
    )
    return texts.to_frame("text").select(pl.when(is_office).then(name))[:, 0]


def _any_of(words: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, words))


def _person_pattern(words: tuple[str, ...]) -> str:
    """Return a regular expression of text that names a person by one of the words; of none if there are no words."""
    families = tuple(word for word in words if word[:1].isupper())
    others = tuple(word for word in words if not word[:1].isupper())
    patterns = []
    if families:
        named = _any_of((*families, *(word.upper() for word in families)))
        patterns.append(rf"{_BEFORE}(?:{named}) \p{{Lu}}")
    if others:
        patterns.append(f"{_BEFORE}(?i:{_any_of(others)}){_AFTER}")
    return "|".join(patterns) or "^$"
