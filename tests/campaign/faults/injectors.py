"""The faults themselves, as functions that are called in a night's own process before it begins.

Each prepares one accident: a kill at a stage or at the n-th durable step, a full disk, a clock that was set back, no
network. Does not belong here: what is done to files between nights (`damage`).
"""

import ctypes
import errno
import json
import logging
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# The calls by which work becomes durable or visible; between any two of them a crash must do no harm.
DURABLE = ("replace", "rename", "fsync", "unlink", "symlink", "rmdir")
ATTEMPTS = "ATTEMPTS TO CONNECT"
CLONE_NEWNET = 0x40000000
Injector = Callable[[], object]


def die() -> None:
    """As a power cut would: nothing is flushed, nothing is printed."""
    os.kill(os.getpid(), signal.SIGKILL)


def at_stage(stage: str, act: Callable[[], object] = die) -> Injector:
    """Return `act` as the named stage begins."""

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if getattr(record, "stage", None) == stage:
                act()

    def injector() -> None:
        logger = logging.getLogger("tthc.stage")
        logger.setLevel(logging.INFO)
        logger.addHandler(Listener())

    return injector


def site_of() -> str:
    """Return which function of ours asked for a durable step; `files` only does what others ask of it."""
    frame: Any = sys._getframe(2)
    while frame is not None:
        code = Path(frame.f_code.co_filename)
        if "pipelines" in code.parts and code.name != "files.py":
            return f"{code.stem}.{frame.f_code.co_name}"
        frame = frame.f_back
    return "elsewhere"


def durable_steps(act: Callable[[str, str, str], object]) -> Injector:
    """Return `act(name, site, when)` before and after every durable step that code of ours takes."""

    def wrap(name: str) -> None:
        real = getattr(os, name)

        def step(*args: Any, **options: Any) -> Any:
            site = site_of()
            act(name, site, "before")
            try:
                return real(*args, **options)
            finally:  # the removal of what is not there fails, and is a step all the same
                act(name, site, "after")

        setattr(os, name, step)

    def strike() -> None:
        for name in DURABLE:
            wrap(name)

    return strike


def note_steps(path: Path) -> Injector:
    """List the durable steps of a night in a file, so that each can be cut off later."""

    def act(name: str, site: str, when: str) -> None:
        if when == "before" and site != "elsewhere":
            with path.open("a", encoding="utf-8") as stream:
                stream.write(f"{site} {name}\n")

    return durable_steps(act)


def kill_at_step(site: str, name: str, when: str) -> Injector:
    """Die before or after the first durable step of that kind that the site takes."""
    return durable_steps(lambda n, s, w: die() if (n, s, w) == (name, site, when) else None)


def no_room_at_step(site: str, name: str) -> Injector:
    """Fill the disk whenever the site asks for a durable step of that kind."""

    def act(n: str, s: str, when: str) -> None:
        if (n, s, when) == (name, site, "before"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return durable_steps(act)


def kill_dbt(after: float) -> Injector:
    """Kill dbt alone, some seconds after it started."""

    def injector() -> None:
        from tests.forked_dbt import ForkedDbt

        start = ForkedDbt.__init__

        def started(self: Any, *args: Any, **options: Any) -> None:
            start(self, *args, **options)
            threading.Timer(after, self.kill).start()

        ForkedDbt.__init__ = started  # type: ignore[method-assign]

    return injector


def file_size_limit(size: int) -> Injector:
    """No file may grow beyond so many bytes: what a quota does, at each write in turn."""

    def injector() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return injector


def fill_disk(leave: int) -> None:
    """Take all room of the warehouse's file system but so many bytes."""
    ballast = ballast_of(Path(os.environ["TTHC_WAREHOUSE_DIR"]))
    room = os.statvfs(ballast.parent)
    with ballast.open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, max(1, room.f_bavail * room.f_frsize - leave))


def ballast_of(warehouse: Path) -> Path:
    """Return the file that takes the room."""
    return warehouse.with_name("ballast")


def environment(**settings: str) -> Injector:
    """Return settings of one night."""

    def injector() -> None:
        os.environ.update(settings)
        time.tzset()

    return injector


def clock_set_back(days: int) -> Injector:
    """Return the wall clock as the program asks for it, so many days ago."""
    real = time.time
    return lambda: setattr(time, "time", lambda: real() - days * 86_400)


def ask_to_stop(after: float) -> Injector:
    """Return SIGTERM after some seconds, taken as the command takes it."""

    def injector() -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        threading.Timer(after, os.kill, (os.getpid(), signal.SIGTERM)).start()

    return injector


def no_network() -> Callable[[], None]:
    """Return a network of its own with nothing in it, for this process and its children.

    Give what tells of attempts to use it.

    Raises:
        OSError: If that is not allowed.
    """
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "no network namespace may be made here")
    return lambda: print(ATTEMPTS, json.dumps(attempts()))


def attempts() -> dict[str, int]:
    """Return what this network namespace counted: connections begun, packets that had no way out."""
    lines = Path("/proc/self/net/snmp").read_text(encoding="ascii").splitlines()
    tables: dict[str, dict[str, int]] = {}
    for names, values in zip(lines[::2], lines[1::2], strict=True):
        kind, _, rest = names.partition(":")
        tables[kind] = dict(zip(rest.split(), map(int, values.partition(":")[2].split()), strict=True))
    return {
        "tcp": tables["Tcp"]["ActiveOpens"], "udp": tables["Udp"]["OutDatagrams"],
        "unroutable": tables["Ip"]["OutNoRoutes"],
    }  # fmt: skip
