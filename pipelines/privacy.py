"""Privacy at the door: what is personal is dropped or replaced by a keyed pseudonym before the lake.

Belongs here: the key, the pseudonym, and the removal. Which field is personal is said by the contracts.
"""

import hmac
import os
import secrets
from collections.abc import Iterable
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


def pseudonyms(values: Iterable[str], key: bytes) -> list[str]:
    """HMAC-SHA256 of each value, its first 32 hex digits: the same value under the same key is always the same,
    and without the key it tells nothing."""
    keyed = hmac.new(key, digestmod="sha256")
    found = []
    for value in values:
        one = keyed.copy()  # the key is worked in once, not once per value
        one.update(value.encode())
        found.append(one.hexdigest()[:PSEUDONYM_HEX_DIGITS])
    return found


def protect(accepted: pl.DataFrame, contract: Contract, key: bytes) -> pl.DataFrame:
    """Accepted rows without their personal fields; pseudonym fields keep their name and hold the pseudonym."""
    dropped = [field.name for field in contract.fields if field.personal == "drop"]
    frame = accepted.drop(dropped, strict=False)
    for field in contract.fields:
        if field.personal == "pseudonym":
            values = frame[field.name].unique().drop_nulls()
            hidden = pl.Series(pseudonyms(values, key), dtype=pl.String)
            frame = frame.with_columns(pl.col(field.name).replace_strict(values, hidden, default=None,
                                                                         return_dtype=pl.String))  # fmt: skip
    return frame
