"""A PostgreSQL server of our own on a socket in a temporary folder, without a port and without a password.

Belongs here: finding the programs, making the cluster, starting and stopping the server. Does not belong here: tables.
"""

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")
ROLE = "bench"
# As a careful analyst sets them for one big load on a small machine; nothing here must survive a crash.
OPTIONS = {
    "listen_addresses": "", "shared_buffers": "1GB", "maintenance_work_mem": "256MB", "max_wal_size": "4GB",
    "fsync": "off", "synchronous_commit": "off", "autovacuum": "off",
}  # fmt: skip
STARTS_WITHIN_SECONDS = 60.0


def program(name: str) -> Path | None:
    """Return a program of PostgreSQL, on the path or where Debian puts it, of the newest version; None if absent."""
    found = shutil.which(name)
    if found:
        return Path(found)
    versions = sorted(DEBIAN.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3].split(".")[0]))
    return versions[-1] if versions else None


def missing() -> str | None:
    """Return why no server can be started here; None if one can."""
    for name in ("initdb", "postgres", "psql"):
        if program(name) is None:
            return f"{name} is not installed (Debian: apt-get install postgresql)"
    return "the server refuses to run as root, and there is no other account" if _is_root() and not _account() else None


def make_cluster() -> Path:
    """Return a new, empty cluster, removed when this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="tthc-pg-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    account = _account()
    if account:
        shutil.chown(folder, account)
    command = [str(program("initdb")), "--no-sync", "--auth=trust", "--encoding=UTF8", "--no-locale",
               "--username", ROLE, "--pgdata", str(folder / "data")]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, user=account, cwd="/")
    return folder


@contextmanager
def server(cluster: Path) -> Iterator[list[str]]:
    """Run the server on a cluster and yield the command that talks to it."""
    options = [f"-c{name}={value}" for name, value in {**OPTIONS, "unix_socket_directories": str(cluster)}.items()]
    # The server is a child of this process, so that its time and memory are measured with it.
    with (cluster / "log").open("ab") as log, subprocess.Popen(
        [str(program("postgres")), "-D", str(cluster / "data"), *options],
        stdout=log, stderr=log, user=_account(), cwd="/",
    ) as running:  # fmt: skip
        talk = [str(program("psql")), "--no-psqlrc", "--quiet", "--host", str(cluster), "--username", ROLE,
                "--dbname", "postgres", "--set", "ON_ERROR_STOP=1"]  # fmt: skip
        try:
            _wait_for(talk, running)
            yield talk
        finally:
            running.send_signal(signal.SIGINT)  # fast shutdown


def _wait_for(talk: list[str], running: "subprocess.Popen[bytes]") -> None:
    last = time.monotonic() + STARTS_WITHIN_SECONDS
    while subprocess.run([*talk, "--command", "select 1"], capture_output=True, check=False).returncode:
        if running.poll() is not None or time.monotonic() > last:
            raise RuntimeError("the PostgreSQL server did not start")
        time.sleep(0.05)


def _is_root() -> bool:
    return os.geteuid() == 0


def _account() -> str | None:
    """Return the account to run the server as: None for one's own, as root the first of the usual ones."""
    if not _is_root():
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in names), None)
