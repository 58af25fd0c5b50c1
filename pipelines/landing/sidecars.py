"""Sidecars: the small text files beside a delivery that say its hash (`.sha256`) and its number of rows (`.rows`).

Belongs here: reading them so that nothing under such a name can be waited for. Does not belong here: what comes of it.
"""

import os
import stat
from pathlib import Path

LARGEST_BYTES = 4_096
NO_WORD = ""


def sidecar_word(path: Path, suffix: str) -> str | None:
    """Return the first word of the file beside `path`: null where there is no such file, '' where it holds no word or
    is no small text file (a pipe, a folder, megabytes)."""
    try:
        # A pipe without a writer would be waited for; opened this way it is not.
        handle = os.open(path.with_name(path.name + suffix), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:  # the name with its suffix may be longer than any file's; else there is one that cannot be read
        return None if len(os.fsencode(path.name + suffix)) > os.pathconf(path.parent, "PC_NAME_MAX") else NO_WORD
    with os.fdopen(handle, "rb") as stream:
        seen = os.fstat(stream.fileno())
        if not stat.S_ISREG(seen.st_mode) or seen.st_size > LARGEST_BYTES:
            return NO_WORD
        words = stream.read(LARGEST_BYTES).decode("utf-8", errors="replace").split()
    return words[0] if words else NO_WORD


def expected_sha256(path: Path) -> str | None:
    """Return the hash that the sidecar says, in small letters; null where there is no sidecar."""
    word = sidecar_word(path, ".sha256")
    return word.lower() if word is not None else None


def expected_rows(path: Path) -> int | None:
    """Return how many rows the sidecar says; null where there is no sidecar. Raises ValueError where it says none."""
    word = sidecar_word(path, ".rows")
    if word is None:
        return None
    if not (word.isascii() and word.isdecimal()) or len(word) > 25:
        raise ValueError
    return int(word)
