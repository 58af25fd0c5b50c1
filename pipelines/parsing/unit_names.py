"""Names of units as people write them: folded, so that one spelling can be compared with another, and kept as marks.

A name in a dossier is free text in which a person may be named, so only its mark (a keyed hash) enters the lake; what
it stands for is found by the marks of the names in the list of units. Both sides are folded and hashed here and nowhere
else. Does not belong here: which of several units a name stands for (dbt_project/macros/named_units.sql).
"""

import polars as pl

from pipelines.contracts.column_types import BLANKS
from pipelines.parsing.pseudonyms import keyed_hash

UNIT_NAMES = {"TenDonVi": pl.String, "mark": pl.String, "is_bare": pl.Boolean}


def fold_name(text: pl.Expr) -> pl.Expr:
    """Return the name without regard to case, to composed letters and to extra blanks; null if nothing is left."""
    # Lower case first: what it takes apart is composed again.
    plain = text.str.to_lowercase().str.normalize("NFC").str.replace_all(f"[{BLANKS}]+", " ").str.strip_chars(" ")
    return pl.when(plain != "").then(plain)


def without_diacritics(text: pl.Expr) -> pl.Expr:
    """Return a folded name without its diacritics, đ as d."""
    letters = text.str.normalize("NFD").str.replace_all(r"\p{Mn}", "").str.replace_all("đ", "d", literal=True)
    return fold_name(letters)


def hash_unit_names(names: pl.Series, secret: str) -> pl.DataFrame:
    """Return each distinct name of the list of units with the hashes by which it is recognised.

    One is of the name as it is written, one without diacritics (`is_bare`) if that differs.
    """
    known = pl.DataFrame({"TenDonVi": names.drop_nulls().unique(maintain_order=True)}, schema={"TenDonVi": pl.String})
    known = known.with_columns(whole=fold_name(pl.col("TenDonVi"))).with_columns(
        bare=without_diacritics(pl.col("whole"))
    )
    kinds = [
        known.select("TenDonVi", mark=keyed_hash(pl.col("whole"), secret), is_bare=pl.lit(False)),
        known.filter(pl.col("bare").ne_missing(pl.col("whole"))).select(
            "TenDonVi", mark=keyed_hash(pl.col("bare"), secret), is_bare=pl.lit(True)
        ),
    ]
    return pl.concat(kinds).drop_nulls().select(*UNIT_NAMES)
