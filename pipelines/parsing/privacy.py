"""Privacy at the door: what is personal is dropped or replaced by a keyed pseudonym before the lake.

Belongs here: the key, the pseudonym, and the removal. Which field is personal is said by the contracts.
"""

import contextlib
import hmac
import os
import secrets
import stat
import tempfile
from pathlib import Path

import polars as pl
import polars_hash  # noqa: F401  (gives polars expressions their `chash`)

from pipelines.common.errors import TthcError
from pipelines.common.files import UNFINISHED, sync_folder
from pipelines.contracts.fields import ContractField
from pipelines.contracts.model import Contract

KEY_BYTES = 32
LARGEST_KEY = 4_096
PSEUDONYM_HEX_DIGITS = 32


def load_key(path: Path) -> str:
    """Return the secret of this installation; make a random one, mode 0600, if there is none yet.

    Raises:
        TthcError: If the file cannot be a secret: a link or no regular file, readable by others, not ASCII, or
            shorter than 32 bytes.
    """
    if not path.is_symlink() and not path.exists():
        _make_key(path)
    return _read_key(path)


def key_id(secret: str) -> str:
    """Return a short mark that tells one secret from another and reveals nothing of it."""
    return hmac.digest(secret.encode(), b"key id", "sha256").hex()[:16]


def _make_key(path: Path) -> None:
    """Write a new secret whole or not at all: under another name first, durable, then linked to its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}", suffix=UNFINISHED, dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "w") as stream:
            stream.write(secrets.token_hex(KEY_BYTES))
            stream.flush()
            os.fsync(stream.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first: its secret counts
            os.link(temporary, path)
        sync_folder(path.parent)
    finally:
        Path(temporary).unlink()


def _read_key(path: Path) -> str:
    try:
        # Neither a link nor a pipe is followed or waited for; what was opened is what is looked at.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise TthcError("secret_not_a_file" if path.is_symlink() else "secret_unreadable", file=path) from error
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise TthcError("secret_not_a_file", file=path)
        if found.st_mode & 0o077:
            raise TthcError("secret_open_to_others", file=path)
        content = os.read(handle, LARGEST_KEY + 1).strip()
    finally:
        os.close(handle)
    if not KEY_BYTES <= len(content) <= LARGEST_KEY or not content.isascii() or len(set(content)) == 1:
        raise TthcError("secret_too_short", file=path, least=KEY_BYTES)
    return content.decode("ascii")


def keyed_hash(text: pl.Expr, key: str) -> pl.Expr:
    """Return the HMAC-SHA256 of a text, the first 32 hex digits; null stays null.

    The same value under the same key always gives the same, and without the key it reveals nothing.
    """
    hashed: pl.Expr = text.chash.hmac_sha256(key=key)  # type: ignore[attr-defined]  # polars_hash adds `chash`
    return hashed.str.head(PSEUDONYM_HEX_DIGITS)


def pseudonyms(name: str, separator: str, key: str) -> pl.Expr:
    """Return the pseudonym of each of several values in a text column, joined again by the separator.

    So one value can be recognised among others. Blanks around a value do not count; where there is no value, null.
    """
    value = pl.element().str.strip_chars()
    hashed = value.filter(value != "").chash.hmac_sha256(key=key).str.head(PSEUDONYM_HEX_DIGITS)  # type: ignore[attr-defined]
    joined = pl.col(name).str.split(separator).list.eval(hashed).list.join(separator)
    return pl.when(joined != "").then(joined).alias(name)


def protect(accepted: pl.DataFrame, contract: Contract, key: str) -> pl.DataFrame:
    """Return accepted rows without their personal fields; pseudonym fields keep their name and hold the pseudonym."""
    dropped = [field.name for field in contract.fields if field.personal == "drop"]
    kept = [field for field in contract.fields if field.personal == "pseudonym" and field.name in accepted.columns]
    hidden = [_protected_column(field, key) for field in kept]
    return accepted.drop(dropped, strict=False).with_columns(hidden)


def _protected_column(field: ContractField, key: str) -> pl.Expr:
    # Imported here: what folds names needs `mark`.
    from pipelines.parsing.unit_names import fold_name

    if field.separator:
        return pseudonyms(field.name, field.separator, key)
    value = pl.col(field.name)
    return keyed_hash(fold_name(value) if field.unit_name else value, key).alias(field.name)
