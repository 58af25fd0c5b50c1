"""Privacy at the door: what is personal is dropped or replaced by a keyed pseudonym before the lake.

Belongs here: the key, the pseudonym, and the removal. Which field is personal is said by the contracts.
"""

import os
import secrets
from pathlib import Path

import polars as pl
import polars_hash  # noqa: F401  (gives polars expressions their `chash`)

from pipelines.contracts import Contract

KEY_BYTES = 32
PSEUDONYM_HEX_DIGITS = 32


def load_key(path: Path) -> str:
    """The secret of this installation; made at random with mode 0600 where there is none yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as stream:
            stream.write(secrets.token_hex(KEY_BYTES))
    return path.read_text(encoding="ascii").strip()


def pseudonym(name: str, key: str) -> pl.Expr:
    """HMAC-SHA256 of a text column, the first 32 hex digits: the same value under the same key is always the
    same, and without the key it tells nothing. Null stays null."""
    return pl.col(name).chash.hmac_sha256(key=key).str.head(PSEUDONYM_HEX_DIGITS)  # type: ignore[attr-defined]


def pseudonyms(name: str, separator: str, key: str) -> pl.Expr:
    """The pseudonym of each of several values in a text column, joined again by the separator, so that one value can
    be recognised among others. Blanks around a value do not count; where there is no value, null."""
    value = pl.element().str.strip_chars()
    hashed = value.filter(value != "").chash.hmac_sha256(key=key).str.head(PSEUDONYM_HEX_DIGITS)  # type: ignore[attr-defined]
    joined = pl.col(name).str.split(separator).list.eval(hashed).list.join(separator)
    return pl.when(joined != "").then(joined).alias(name)


def protect(accepted: pl.DataFrame, contract: Contract, key: str) -> pl.DataFrame:
    """Accepted rows without their personal fields; pseudonym fields keep their name and hold the pseudonym."""
    dropped = [field.name for field in contract.fields if field.personal == "drop"]
    hidden = [
        pseudonyms(field.name, field.separator, key) if field.separator else pseudonym(field.name, key)
        for field in contract.fields
        if field.personal == "pseudonym"
    ]
    return accepted.drop(dropped, strict=False).with_columns(hidden)
