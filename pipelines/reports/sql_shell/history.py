"""What was typed at the prompt, kept for the same person's next time.

It lies in the person's own folder, mode 0600, never beside a version; where it cannot be written, the prompt works
without. Does not belong here: the prompt (`prompt`).
"""

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prompt_toolkit.history import History

FILE = Path("tthc") / "sql_history"
MODE = 0o600


def history_file() -> Path:
    """Return where the history lies: in XDG_STATE_HOME, by default ~/.local/state."""
    own = os.environ.get("XDG_STATE_HOME", "")
    return (Path(own) if own.startswith("/") else Path.home() / ".local" / "state") / FILE


def open_history(path: Path, elsewhere: Path) -> "History":
    """Return the history of a file, or one in memory if that cannot be written or lies in the warehouse.

    Args:
        path: The file.
        elsewhere: The warehouse, in which it must not lie.
    """
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    class PrivateHistory(FileHistory):
        """A history whose file may be lost or full while the prompt is open."""

        def store_string(self, string: str) -> None:
            try:
                super().store_string(string)
            except OSError:
                return

        def load_history_strings(self) -> Iterable[str]:
            try:
                yield from super().load_history_strings()
            except OSError:
                return

    if elsewhere.resolve() in path.resolve().parents or not _is_ready(path):
        return InMemoryHistory()
    return PrivateHistory(str(path))


def _is_ready(path: Path) -> bool:
    """Return True if the file is there, ours alone, and can be written to."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK, MODE)
        try:
            os.fchmod(handle, MODE)
            return stat.S_ISREG(os.fstat(handle).st_mode)
        finally:
            os.close(handle)
    except (OSError, RuntimeError):  # no rights, no home, a link
        return False
