"""Distinguish faults of one file from faults of the machine, and keep stack traces for maintainers.

Belongs here: that distinction, and the folder of traces. Does not belong here: what happens to the file (the callers).
"""

import errno
import hashlib
import sqlite3
import traceback
from collections.abc import Iterator
from pathlib import Path

from pipelines.common.errors import LakeUnreachable
from pipelines.common.files import private_folder, remove_tree
from pipelines.settings import Settings

# A full or read-only disk, too many open files: every further file would fail too.
SYSTEM_WIDE = {
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.EIO, errno.ENOMEM,
}  # fmt: skip
DISK_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}


def is_machine_fault(error: BaseException) -> bool:
    """Return True if the error or one of its causes comes from the machine and not from the file."""
    return any(_is_system_wide(cause) for cause in _causes(error))


def _is_system_wide(error: BaseException) -> bool:
    if isinstance(error, LakeUnreachable):
        return True
    if isinstance(error, sqlite3.Error):
        # The low byte is the primary code; the rest says where in SQLite it arose.
        return (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF in DISK_FULL
    return isinstance(error, OSError) and error.errno in SYSTEM_WIDE


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def keep_trace(settings: Settings, label: str, error: BaseException) -> Path:
    """Write the stack trace of an error to `restricted/traces/`, and return the path.

    A trace may quote values, so the folder is private. A trace that cannot be written raises nothing; the path is
    returned all the same.

    Args:
        settings: The installation.
        label: What was being processed; the file is named by its hash.
        error: The error.
    """
    path = _folder(settings) / f"{hashlib.sha256(label.encode(errors='replace')).hexdigest()[:16]}.txt"
    text = f"{label}\n{''.join(traceback.format_exception(error))}"
    try:
        private_folder(path.parent)
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8", errors="replace")
    except OSError:
        pass
    return path


def clear_traces(settings: Settings) -> None:
    """Remove the traces of earlier runs."""
    remove_tree(_folder(settings))


def _folder(settings: Settings) -> Path:
    return settings.restricted_dir / "traces"
