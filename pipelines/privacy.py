"""Privacy at the door: what is personal is dropped or replaced by a keyed pseudonym before the lake.

Belongs here: the key, the pseudonym, and the removal. Which field is personal is said by the contracts.
"""

import hmac
import os
import secrets
from pathlib import Path

import polars as pl

from pipelines.contracts import Contract

KEY_BYTES = 32
PSEUDONYM_HEX_DIGITS = 32


def load_key(path: Path) -> bytes:
    """The secret of this installation; made at random with mode 0600 where there is none yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as stream:
            stream.write(secrets.token_hex(KEY_BYTES))
    return bytes.fromhex(path.read_text(encoding="ascii").strip())


def pseudonym(value: str, key: bytes) -> str:
    """The same value under the same key always gives the same 32 hex digits; without the key, nothing."""
    return hmac.digest(key, value.encode(), "sha256").hex()[:PSEUDONYM_HEX_DIGITS]


def protect(accepted: pl.DataFrame, contract: Contract, key: bytes) -> pl.DataFrame:
    """Accepted rows without their personal fields; pseudonym fields keep their name and hold the pseudonym."""
    dropped = [field.name for field in contract.fields if field.personal == "drop"]
    frame = accepted.drop(dropped, strict=False)
    for field in contract.fields:
        if field.personal == "pseudonym":
            values = frame[field.name].unique().drop_nulls()
            hidden = pl.Series([pseudonym(value, key) for value in values], dtype=pl.String)
            frame = frame.with_columns(pl.col(field.name).replace_strict(values, hidden, default=None,
                                                                         return_dtype=pl.String))  # fmt: skip
    return frame
