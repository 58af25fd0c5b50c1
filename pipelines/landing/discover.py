"""Find deliveries in the landing folder: `<source>/<business day>/<file>`.

Belongs here: which files are deliveries, and which are left in landing, with the reason; how a folder looks, so that
one that nothing touched need not be looked through again. Does not belong here: copying or reading files.
"""

import datetime as dt
import hashlib
import os
import re
import stat
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from pipelines.storage.delivery import Delivery

HOME = ZoneInfo("Asia/Ho_Chi_Minh")
DELIVERED = re.compile(r"\.(csv|tsv|json|ndjson|xlsx|xls|parquet)(\.gz)?$", re.IGNORECASE)
TEMPORARY_SUFFIXES = (".tmp", ".part")
SIDECARS = (".sha256", ".rows")
Days = tuple[dt.date, dt.date]  # the first and the last business day


@dataclass(frozen=True)
class Landing:
    """The current content of the landing folder.

    Attributes:
        deliveries: Path of each delivery.
        left: Message code of why a path is left in landing.
        broke: Error of a path that could not be examined.
        looks: How the folder of a day looked before its files were examined; missing if that is not known.
        unchanged: Folders of days that look as they did when all their files were archived; their files are in none of
            the above.
        outside: Folders of days that this run was asked to leave alone.
    """

    deliveries: dict[Delivery, Path]
    left: dict[Path, str]
    broke: dict[Path, Exception] = field(default_factory=dict)
    looks: dict[Path, str] = field(default_factory=dict)
    unchanged: set[Path] = field(default_factory=set)
    outside: set[Path] = field(default_factory=set)


def today_at_home() -> dt.date:
    """Return today's date in Việt Nam, whatever the machine's time zone."""
    return dt.datetime.now(HOME).date()


def moment_at_home(text: str) -> str:
    """Return a moment of the ledger (ISO, UTC) in Việt Nam's time, to the minute."""
    return dt.datetime.fromisoformat(text).astimezone(HOME).strftime("%Y-%m-%d %H:%M")


def _business_day_of(folder: Path) -> dt.date | None:
    """Return the day that a folder is named after; None if it is no folder or its name is no date."""
    return None if not folder.is_dir() or folder.is_symlink() else business_day(folder.name)


def business_day(name: str) -> dt.date | None:
    """Return the day of a folder name of the form YEAR-MONTH-DAY, None for other names."""
    try:
        return dt.datetime.strptime(name, "%Y-%m-%d").date() if len(name) == 10 else None
    except ValueError:
        return None


def reason_to_leave(path: Path) -> str | None:
    """Return the message code of why a file is left in landing; None if it is a delivery or a sidecar."""
    try:
        path.name.encode()
        mode = path.lstat().st_mode
    except UnicodeEncodeError:
        return "left_bad_name"
    except OSError:  # removed since it was listed, or not accessible
        return "left_unreadable"
    is_sidecar = path.name.endswith(SIDECARS)
    if not stat.S_ISREG(mode):
        return "left_odd_sidecar" if is_sidecar else "left_not_a_file"
    if is_sidecar:
        return None
    if path.name.lower().endswith(TEMPORARY_SUFFIXES):
        return "left_unfinished"
    return None if DELIVERED.search(path.name) else "left_unknown_format"


def looks_of(folder: Path) -> str | None:
    """Return a hash over names, sizes, inodes and times of all entries of a folder; None if they cannot be seen.

    Writing a file, even with its old size and time, changes the time at which its inode changed, and so the hash.
    """
    try:
        with os.scandir(folder) as entries:
            seen = [(entry.name, entry.stat(follow_symlinks=False)) for entry in entries]
    except OSError:
        return None
    facts = sorted((name, s.st_mode, s.st_size, s.st_ino, s.st_mtime_ns, s.st_ctime_ns) for name, s in seen)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def discover(
    raw_dir: Path, sources: Collection[str], today: dt.date | None = None, known: Mapping[Path, str] | None = None,
    days: Days | None = None,
) -> Landing:  # fmt: skip
    """Return all deliveries below the landing folder.

    Folders without a contract, odd files and future business days are listed in `left`, never an error.

    Args:
        raw_dir: The landing folder.
        sources: Sources that have a contract.
        today: Last business day that is accepted; None is today in Việt Nam.
        known: How folders of days looked when all their files were archived.
        days: First and last business day to look at; None is all.
    """
    today, known = today or today_at_home(), known or {}
    landing = Landing({}, {})
    for folder in sorted(p for p in raw_dir.glob("*") if p.is_dir()):
        if folder.name not in sources:
            landing.left[folder] = "left_unknown_source"
            continue
        for day_folder in _listed(folder, landing.left):
            _discover_at(landing, day_folder, _discover_day, folder.name, today, known, days)
    return landing


def _discover_at(landing: Landing, path: Path, look: Callable[..., None], *place: object) -> None:
    """Examine one path; if that fails, leave the path in landing and continue with the others."""
    try:
        look(landing, path, *place)
    except Exception as error:
        landing.left[path], landing.broke[path] = "left_broke", error


def _discover_day(
    landing: Landing, folder: Path, source: str, today: dt.date, known: Mapping[Path, str], days: Days | None
) -> None:
    day = _business_day_of(folder)
    if day is None:
        landing.left[folder] = "left_no_business_day"
        return
    if day > today:
        landing.left[folder] = "left_future_day"
        return
    if days is not None and not days[0] <= day <= days[1]:
        landing.outside.add(folder)
        return
    looks = looks_of(folder)
    if looks is not None:
        if known.get(folder) == looks:
            landing.unchanged.add(folder)
            return
        landing.looks[folder] = looks
    for path in _listed(folder, landing.left):
        _discover_at(landing, path, _discover_file, source, day)


def _discover_file(landing: Landing, path: Path, source: str, day: dt.date) -> None:
    if reason := reason_to_leave(path):
        landing.left[path] = reason
    elif not path.name.endswith(SIDECARS):
        landing.deliveries[Delivery(source, day, path.name)] = path


def _listed(folder: Path, left: dict[Path, str]) -> list[Path]:
    """Return the entries of a folder; a folder that cannot be opened is added to `left`."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        left[folder] = "left_unreadable"
        return []
