"""The secret of this installation, under which personal values become pseudonyms.

Belongs here: the file that holds it and a public mark by which two secrets are told apart. Does not belong here: what
is hashed with it (`pseudonyms`), and which fields are personal (the contracts).
"""

import contextlib
import hmac
import os
import secrets
import stat
import tempfile
from pathlib import Path

from pipelines.common.errors import TthcError
from pipelines.common.files import UNFINISHED, sync_folder

KEY_BYTES = 32
LARGEST_KEY_BYTES = 4_096


def load_key(path: Path) -> str:
    """Return the secret of this installation; create a random one, mode 0600, if there is none yet.

    Raises:
        TthcError: If the file cannot be a secret: a link or no regular file, readable by others, not ASCII, or
            shorter than 32 bytes.
    """
    if not path.is_symlink() and not path.exists():
        _create_key(path)
    return _read_key(path)


def key_id(secret: str) -> str:
    """Return 16 hex digits that differ between two secrets and reveal nothing of either."""
    return hmac.digest(secret.encode(), b"key id", "sha256").hex()[:16]


def _create_key(path: Path) -> None:
    """Write a new secret atomically: to a temporary file, synced to disk, then linked to its name."""
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
        # Never follow a link or wait for a pipe; the checks below are on the file that was opened.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise TthcError("secret_not_a_file" if path.is_symlink() else "secret_unreadable", file=path) from error
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise TthcError("secret_not_a_file", file=path)
        if status.st_mode & 0o077:
            raise TthcError("secret_open_to_others", file=path)
        content = os.read(handle, LARGEST_KEY_BYTES + 1).strip()
    finally:
        os.close(handle)
    if not KEY_BYTES <= len(content) <= LARGEST_KEY_BYTES or not content.isascii() or len(set(content)) == 1:
        raise TthcError("secret_too_short", file=path, least=KEY_BYTES)
    return content.decode("ascii")
