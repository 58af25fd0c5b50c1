"""Reliable file operations: hashing, private folders, and writing that a crash cannot leave half done.

Nothing here knows what a file is about.
"""

import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

# Endings of what is being written and of what is being removed; a crash can leave either behind.
UNFINISHED, LEAVING = ".part", ".leaving"


def open_regular(path: Path) -> BufferedReader:
    """Open a regular file for reading.

    Raises:
        OSError: For a link, a folder or a pipe, which would wait for ever.
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


def fingerprint(*places: Path, names: str = "*") -> str:
    """Return one SHA-256 over the names and bytes of all matching files below the folders.

    A place may also be a single file. The result is the version of what these files define.
    """
    digest = hashlib.sha256()
    for place in places:
        folder, found = (place.parent, [place]) if place.is_file() else (place, place.rglob(names))
        for path in sorted(p for p in found if p.is_file() and "__pycache__" not in p.parts):
            digest.update(f"{path.relative_to(folder).as_posix()} {sha256_of(path)}\n".encode())
    return digest.hexdigest()


def private_folder(path: Path) -> Path:
    """Make the folder, its parents too, and close it to everyone else (mode 0700)."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def sync_folder(path: Path) -> None:
    """Make the folder's own entries durable: a rename is only safe once its folder is on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Make a file's bytes durable."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


@contextmanager
def atomic_write(path: Path, mode: int = 0o644) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it is made durable and renamed over it."""
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


def link_or_copy(source: str | Path, target: str | Path) -> None:
    """Give the bytes of a file a second name, as a hard link where the disk can, else as a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def link_tree(source: Path, target: Path) -> None:
    """Give every file below a folder a second name below `target`, which may exist already."""
    shutil.copytree(source, target, copy_function=link_or_copy, dirs_exist_ok=True)


def remove_atomically(path: Path) -> None:
    """Remove a folder so that nobody ever finds it half there: under its own name it is whole or gone."""
    if path.exists():
        leaving = path.with_name(f".{path.name}{LEAVING}")
        remove_tree(leaving)
        path.rename(leaving)
        remove_tree(leaving)


def remove_leftovers(folder: Path) -> int:
    """Remove what a crash left of unfinished writes and removals below the folder, and return how many."""
    left: list[Path] = []
    for place, folders, files in os.walk(folder):
        here = [name for name in (*folders, *files) if name.endswith((UNFINISHED, LEAVING))]
        left += [Path(place, name) for name in here]
        folders[:] = [name for name in folders if name not in here]
    for path in left:
        remove_tree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
    return len(left)


def remove_tree(path: Path) -> None:
    """Remove a folder and all below it, read-only files included; nothing there is no error."""
    if path.exists():
        for child in (path, *path.rglob("*")):
            if child.is_dir() and not child.is_symlink():
                child.chmod(0o700)
        shutil.rmtree(path)
