"""Finding deliveries in the landing folder: `<source>/<business day>/<file>`.

Belongs here: what counts as a delivery and what is left lying, with the reason. Does not belong here: copying or
reading what a file says.
"""

import datetime as dt
import re
import stat
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from pipelines.storage.delivery import Delivery

HOME = ZoneInfo("Asia/Ho_Chi_Minh")
DELIVERED = re.compile(r"\.(csv|tsv|json|ndjson|xlsx|xls|parquet)(\.gz)?$", re.IGNORECASE)
UNFINISHED = (".tmp", ".part")
SIDECARS = (".sha256", ".rows")


@dataclass(frozen=True)
class Landing:
    """The content of the landing folder now.

    Deliveries with their paths, what is left lying with a message code, and the errors of those paths that could not be
    looked at.
    """

    deliveries: dict[Delivery, Path]
    left: dict[Path, str]
    broke: dict[Path, Exception] = field(default_factory=dict)


def today_at_home() -> dt.date:
    """Return today's date in Việt Nam, whatever the machine's time zone."""
    return dt.datetime.now(HOME).date()


def _business_day_of(folder: Path) -> dt.date | None:
    """Return the day that a folder is named after; None if it is no folder or its name is no day."""
    return None if not folder.is_dir() or folder.is_symlink() else business_day(folder.name)


def business_day(name: str) -> dt.date | None:
    """Return the day that a day folder's name stands for, None if it is not written YEAR-MONTH-DAY."""
    try:
        return dt.datetime.strptime(name, "%Y-%m-%d").date() if len(name) == 10 else None
    except ValueError:
        return None


def reason_to_leave(path: Path) -> str | None:
    """Return the message code of why a file is neither delivery nor sidecar; None if it is one."""
    try:
        path.name.encode()
        mode = path.lstat().st_mode
    except UnicodeEncodeError:
        return "left_bad_name"
    except OSError:  # gone since it was listed, or not to be looked at
        return "left_unreadable"
    is_sidecar = path.name.endswith(SIDECARS)
    if not stat.S_ISREG(mode):
        return "left_odd_sidecar" if is_sidecar else "left_not_a_file"
    if is_sidecar:
        return None
    if path.name.lower().endswith(UNFINISHED):
        return "left_unfinished"
    return None if DELIVERED.search(path.name) else "left_unknown_format"


def discover(raw_dir: Path, sources: Collection[str], today: dt.date | None = None) -> Landing:
    """Return every delivery below `raw_dir`.

    Folders that no contract names and odd files are listed, never an error; so are business days later than `today`
    (default: today in Việt Nam), which would close the future.
    """
    today = today or today_at_home()
    landing = Landing({}, {})
    for folder in sorted(p for p in raw_dir.glob("*") if p.is_dir()):
        if folder.name not in sources:
            landing.left[folder] = "left_unknown_source"
            continue
        for day_folder in _listed(folder, landing.left):
            _discover_at(landing, day_folder, _discover_day, folder.name, today)
    return landing


def _discover_at(landing: Landing, path: Path, look: Callable[..., None], *place: object) -> None:
    """Look at one path; if that breaks down, leave the path and go on with the others."""
    try:
        look(landing, path, *place)
    except Exception as error:
        landing.left[path], landing.broke[path] = "left_broke", error


def _discover_day(landing: Landing, folder: Path, source: str, today: dt.date) -> None:
    day = _business_day_of(folder)
    if day is None:
        landing.left[folder] = "left_no_business_day"
        return
    if day > today:
        landing.left[folder] = "left_future_day"
        return
    for path in _listed(folder, landing.left):
        _discover_at(landing, path, _discover_file, source, day)


def _discover_file(landing: Landing, path: Path, source: str, day: dt.date) -> None:
    if reason := reason_to_leave(path):
        landing.left[path] = reason
    elif not path.name.endswith(SIDECARS):
        landing.deliveries[Delivery(source, day, path.name)] = path


def _listed(folder: Path, left: dict[Path, str]) -> list[Path]:
    """Return what lies in a folder; a folder that may not be opened is left with the reason."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        left[folder] = "left_unreadable"
        return []
