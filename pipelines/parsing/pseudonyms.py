"""Pseudonyms: keyed hashes (HMAC-SHA256) that stand for personal values, so that equal values can be counted.

Belongs here: the hash of one value, and of each of several values in one cell. Does not belong here: the secret
(`secret`), and which fields are replaced (`privacy`).
"""

import polars as pl
import polars_hash  # noqa: F401  (gives polars expressions their `chash`)

PSEUDONYM_HEX_DIGITS = 32


def keyed_hash(text: pl.Expr, key: str) -> pl.Expr:
    """Return the HMAC-SHA256 of a text, the first 32 hex digits; null stays null.

    Equal values under one key have equal hashes; without the key a hash reveals nothing.
    """
    hashed: pl.Expr = text.chash.hmac_sha256(key=key)  # type: ignore[attr-defined]  # polars_hash adds `chash`
    return hashed.str.head(PSEUDONYM_HEX_DIGITS)


def hash_each_value(name: str, separator: str, key: str) -> pl.Expr:
    """Return the hash of each of several values in a text column, joined again by the separator.

    Blanks around a value do not count, and empty values are left out; null if no value is left.
    """
    value = pl.element().str.strip_chars()
    joined = (
        pl.col(name).str.split(separator).list.eval(keyed_hash(value.filter(value != ""), key)).list.join(separator)
    )
    return pl.when(joined != "").then(joined).alias(name)
