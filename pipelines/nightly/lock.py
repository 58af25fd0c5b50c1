"""The lock that allows one run at a time: an flock, which the kernel releases when its holder dies.

Belongs here: the lock and the pid of its holder, which error messages show.
"""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.common.errors import RunLocked, TthcError
from pipelines.settings import Settings

# What a kernel answers that cannot lock a file here: no call for it, no lock server, not for this file system.
WITHOUT_FLOCK = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP}


@contextmanager
def run_lock(settings: Settings) -> Iterator[None]:
    """Hold the lock of this warehouse; it is re-entrant within one process.

    Raises:
        RunLocked: At once, if another process holds it.
        TthcError: If the file system cannot lock. The library would take a file's mere existence for a lock then, and
            such a file outlives a killed run.
    """
    settings.warehouse_dir.mkdir(parents=True, exist_ok=True)
    path = settings.warehouse_dir / "run.lock"
    holder = settings.warehouse_dir / "run.pid"
    lock = FileLock(path, timeout=0, is_singleton=True, thread_local=False, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        pid = holder.read_text(encoding="ascii").strip() if holder.exists() else "?"
        raise RunLocked("locked", pid=pid) from None
    except OSError as error:
        if error.errno not in WITHOUT_FLOCK:
            raise
        kind = file_system(settings.warehouse_dir)
        raise TthcError("lock_impossible", kind=kind, folder=settings.warehouse_dir) from error
    try:
        holder.write_text(str(os.getpid()), encoding="ascii")
        yield
    finally:
        lock.release()


def file_system(folder: Path, mounts: Path = Path("/proc/self/mountinfo")) -> str:
    """Return the kind of file system on which a folder lies, such as `ext4` or `nfs4`; `?` where it cannot be told."""
    try:
        lines = mounts.read_text(encoding="utf-8").splitlines()
    except OSError:
        return "?"
    found, longest = "?", -1
    for line in lines:
        mount, _, rest = line.partition(" - ")
        place = Path(re.sub(r"\\([0-7]{3})", lambda escaped: chr(int(escaped[1], 8)), mount.split()[4]))
        if folder.resolve().is_relative_to(place) and len(place.parts) >= longest:
            found, longest = rest.split()[0], len(place.parts)
    return found
