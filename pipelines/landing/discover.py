"""Finding deliveries in the landing folder: `<source>/<business day>/<file>`.

Belongs here: what counts as a delivery and what is left lying, with the reason. Does not belong here:
copying or reading what a file says.
"""

import datetime as dt
import re
import stat
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

HOME = ZoneInfo("Asia/Ho_Chi_Minh")
DELIVERED = re.compile(r"\.(csv|tsv|json|ndjson|xlsx|xls|parquet)(\.gz)?$", re.IGNORECASE)
UNFINISHED = (".tmp", ".part")
SIDECARS = (".sha256", ".rows")
SYNTHETIC_MARK = "synthetic"


@dataclass(frozen=True, order=True)
class Delivery:
    """One file of one source for one business day; these three identify it, whatever its bytes."""

    source: str
    business_day: dt.date
    file_name: str

    @property
    def label(self) -> str:
        """`<source>/<business day>/<file name>`: how rows and messages point at the delivery."""
        return f"{self.source}/{self.business_day.isoformat()}/{self.file_name}"

    @property
    def is_synthetic(self) -> bool:
        """Made by `tthc sample`: every file it writes carries the word in its name, wherever it goes."""
        return SYNTHETIC_MARK in self.file_name.lower()


@dataclass(frozen=True)
class Landing:
    """What lies in landing now: deliveries with their paths, and what is left lying with a message code."""

    deliveries: dict[Delivery, Path]
    left: dict[Path, str]


def today_at_home() -> dt.date:
    """Return today's date in Việt Nam, whatever the machine's time zone."""
    return dt.datetime.now(HOME).date()


def business_day(name: str) -> dt.date | None:
    """Return the day that a day folder's name stands for, null where it is not written YEAR-MONTH-DAY."""
    try:
        return dt.datetime.strptime(name, "%Y-%m-%d").date() if len(name) == 10 else None
    except ValueError:
        return None


def reason_to_leave(path: Path) -> str | None:
    """Return the message code that says why a file is no delivery, null where it is one. Raises OSError."""
    if not stat.S_ISREG(path.lstat().st_mode):
        return "left_not_a_file"
    if path.name.lower().endswith(UNFINISHED):
        return "left_unfinished"
    return None if DELIVERED.search(path.name) else "left_unknown_format"


def discover(raw_dir: Path, sources: Collection[str], today: dt.date | None = None) -> Landing:
    """Every delivery below `raw_dir`. Folders that no contract names and odd files are listed, never an error; so are
    business days later than `today` (default: today in Việt Nam), which would close the future."""
    today = today or today_at_home()
    deliveries: dict[Delivery, Path] = {}
    left: dict[Path, str] = {}
    for folder in sorted(p for p in raw_dir.glob("*") if p.is_dir()):
        if folder.name not in sources:
            left[folder] = "left_unknown_source"
            continue
        for day_folder in sorted(folder.iterdir()):
            day = business_day(day_folder.name)
            if day is None or not day_folder.is_dir() or day_folder.is_symlink():
                left[day_folder] = "left_no_business_day"
                continue
            if day > today:
                left[day_folder] = "left_future_day"
                continue
            for path in sorted(day_folder.iterdir()):
                if path.name.endswith(SIDECARS):
                    continue
                reason = reason_to_leave(path)
                if reason:
                    left[path] = reason
                else:
                    deliveries[Delivery(folder.name, day, path.name)] = path
    return Landing(deliveries, left)
