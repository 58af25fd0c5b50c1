"""The lock that allows one run at a time: an flock, which the kernel releases when its holder dies.

Belongs here: the lock and the pid of its holder, which error messages show.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from pipelines.common.errors import RunLocked
from pipelines.settings import Settings


@contextmanager
def run_lock(settings: Settings) -> Iterator[None]:
    """Hold the lock of this warehouse; it is re-entrant within one process.

    Raises:
        RunLocked: At once, if another process holds it.
    """
    settings.warehouse_dir.mkdir(parents=True, exist_ok=True)
    path = settings.warehouse_dir / "run.lock"
    holder = settings.warehouse_dir / "run.pid"
    lock = FileLock(path, timeout=0, is_singleton=True, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        pid = holder.read_text(encoding="ascii").strip() if holder.exists() else "?"
        raise RunLocked("locked", pid=pid) from None
    try:
        holder.write_text(str(os.getpid()), encoding="ascii")
        yield
    finally:
        lock.release()
