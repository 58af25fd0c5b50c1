"""Names of units as people write them: normalised, so that spellings can be compared, and stored as a keyed hash.

The name of a unit in a dossier is free text that may name a person, so only its hash (column `mark`) enters the lake;
the unit is found by the hashes of the names in the list of units. Belongs here: normalising both sides, and hashing the
list. Does not belong here: which of several units a name stands for (dbt_project/macros/named_units.sql).
"""

import polars as pl

from pipelines.contracts.cell_text import BLANKS
from pipelines.parsing.pseudonyms import keyed_hash

UNIT_NAMES = {"TenDonVi": pl.String, "mark": pl.String, "is_bare": pl.Boolean}


def fold_name(text: pl.Expr) -> pl.Expr:
    """Return the name in lower case, in NFC and without extra blanks; null if nothing is left."""
    # Lower case comes first: it may decompose letters, which NFC composes again.
    plain = text.str.to_lowercase().str.normalize("NFC").str.replace_all(f"[{BLANKS}]+", " ").str.strip_chars(" ")
    return pl.when(plain != "").then(plain)


def without_diacritics(text: pl.Expr) -> pl.Expr:
    """Return a folded name without diacritics, with d for đ."""
    letters = text.str.normalize("NFD").str.replace_all(r"\p{Mn}", "").str.replace_all("đ", "d", literal=True)
    return fold_name(letters)


def hash_unit_names(names: pl.Series, secret: str) -> pl.DataFrame:
    """Return the hashes of each distinct name in the list of units, in the columns of UNIT_NAMES.

    Each name has one row for its folded form, and another without diacritics (`is_bare`) if that differs.

    Args:
        names: The names; null is left out.
        secret: Key of the hashes.
    """
    units = pl.DataFrame({"TenDonVi": names.drop_nulls().unique(maintain_order=True)}, schema={"TenDonVi": pl.String})
    units = units.with_columns(whole=fold_name(pl.col("TenDonVi"))).with_columns(
        bare=without_diacritics(pl.col("whole"))
    )
    kinds = [
        units.select("TenDonVi", mark=keyed_hash(pl.col("whole"), secret), is_bare=pl.lit(False)),
        units.filter(pl.col("bare").ne_missing(pl.col("whole"))).select(
            "TenDonVi", mark=keyed_hash(pl.col("bare"), secret), is_bare=pl.lit(True)
        ),
    ]
    return pl.concat(kinds).drop_nulls().select(*UNIT_NAMES)
