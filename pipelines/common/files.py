"""Reliable file operations: hashing, private folders, atomic writing and removal.

Belongs here: operations on any file or folder. Does not belong here: anything about their contents.
"""

import ctypes
import errno
import hashlib
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

# Suffixes of files being written and of folders being removed; a crash can leave either behind.
UNFINISHED, LEAVING = ".part", ".leaving"
SETTLED = 1  # second; a file's times are set in steps of at most some hundredths
_HASHES: dict[tuple[int, ...], str] = {}  # by state of a file (`sha256_once`)


def open_regular(path: Path) -> BufferedReader:
    """Open a regular file for reading.

    Raises:
        OSError: For a link, a folder or a pipe, on which reading would block.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def sha256_of(path: Path) -> str:
    """Return SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256_once(path: Path) -> str:
    """Return SHA-256 of a file's bytes, which are read once in this process as long as the file is not touched.

    Device, number, size and both times tell whether it was: the kernel notes the second one (ctime) at every change,
    and no program can set it. It counts in steps of some milliseconds, so the hash of a file that was touched less
    than SETTLED seconds before it was read is not remembered. What decays on the disk by itself is not noticed: use
    `sha256_of` for files of earlier runs, and where a version is verified as a whole.
    """
    before, now = path.stat(), time.time_ns()
    state = (before.st_dev, before.st_ino, before.st_size, before.st_mtime_ns, before.st_ctime_ns)
    if state in _HASHES:
        return _HASHES[state]
    sha = sha256_of(path)
    if before.st_ctime_ns + SETTLED * 10**9 < now:
        _HASHES[state] = sha
    return sha


def looks_of_file(path: Path) -> list[int]:
    """Return size, inode, and times of modification and change of a file in nanoseconds.

    Whoever changes a byte of a file changes one of them; a fault of the disk does not.
    """
    status = path.stat()
    return [status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns]


def fingerprint(*places: Path, names: str = "*") -> str:
    """Return one SHA-256 over names and bytes of all matching files.

    Args:
        places: Folders, searched recursively, or single files.
        names: Pattern of file names within folders.
    """
    digest = hashlib.sha256()
    for place in places:
        folder, found = (place.parent, [place]) if place.is_file() else (place, place.rglob(names))
        for path in sorted(p for p in found if p.is_file() and "__pycache__" not in p.parts):
            digest.update(f"{path.relative_to(folder).as_posix()} {sha256_of(path)}\n".encode())
    return digest.hexdigest()


def private_folder(path: Path) -> Path:
    """Create the folder and its parents, set its mode to 0700, and return it."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def sync_folder(path: Path) -> None:
    """Flush a folder's entries to disk; a rename is durable only after that."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Flush a file's bytes to disk."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def sync_all(folder: Path) -> None:
    """Flush everything that was written to the file system of a folder; for many files this is one wait for the disk.

    Raises:
        OSError: If something could not be written.
    """
    try:
        sync = ctypes.CDLL(None, use_errno=True).syncfs
    except (AttributeError, OSError):  # only Linux can flush a single file system
        os.sync()
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        if sync(handle) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), str(folder))
    finally:
        os.close(handle)


@contextmanager
def atomic_write(path: Path, mode: int = 0o644) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it is flushed to disk and renamed to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name[:100]}{UNFINISHED}")
    try:
        yield temporary
        temporary.chmod(mode)
        sync_file(temporary)
        temporary.replace(path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def unfinished(path: Path) -> Path:
    """Return the name under which a file, link or folder is prepared; a crash can leave it behind."""
    return path.with_name(f".{path.name}{UNFINISHED}")


def switch_link(link: Path, target: Path) -> None:
    """Point a link to a target in one step."""
    prepared = unfinished(link)
    prepared.unlink(missing_ok=True)
    prepared.symlink_to(target)
    prepared.replace(link)
    sync_folder(link.parent)


def link_or_copy(source: str | Path, target: str | Path) -> None:
    """Create a hard link to a file, or a copy if the file system does not support links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def link_tree(source: Path, target: Path) -> None:
    """Link or copy every file below a folder to the same place below `target`, which may exist."""
    shutil.copytree(source, target, copy_function=link_or_copy, dirs_exist_ok=True)


def remove_atomically(path: Path) -> None:
    """Remove a folder atomically: it is renamed first, so under its own name it is complete or absent."""
    if path.exists():
        leaving = path.with_name(f".{path.name}{LEAVING}")
        remove_tree(leaving)
        path.rename(leaving)
        remove_tree(leaving)


def remove_leftovers(folder: Path, beside: Path | None = None) -> int:
    """Remove unfinished writes and removals that a crash left below a folder, and return how many.

    Args:
        folder: The folder.
        beside: A folder below it that is not searched.
    """
    left: list[Path] = []
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if beside is None or f"{place}/{name}" != str(beside)]
        here = [name for name in (*folders, *files) if name.endswith((UNFINISHED, LEAVING))]
        left += [Path(place, name) for name in here]
        folders[:] = [name for name in folders if name not in here]
    for path in left:
        remove_tree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
    return len(left)


def remove_tree(path: Path) -> None:
    """Remove a folder with everything below it, read-only files included; do nothing if it does not exist."""
    if path.exists():
        for child in (path, *path.rglob("*")):
            if child.is_dir() and not child.is_symlink():
                child.chmod(0o700)
        shutil.rmtree(path)
