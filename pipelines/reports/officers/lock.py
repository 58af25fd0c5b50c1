"""Reports that were handed in: kept as they were, with version, hash, time and who handed them in.

Belongs here: locking a written workbook, and reading what is locked with its hash verified. What is locked is never
written again; a second hand-in of a period lies beside the first. Does not belong here: differences (`changes`).
"""

import datetime as dt
import shutil
from pathlib import Path

from pipelines.common.errors import TthcError
from pipelines.common.files import atomic_write, sha256_of
from pipelines.landing.discover import HOME
from pipelines.reports.officers.changes import LockedReport
from pipelines.reports.officers.files import LOCKED, officers_folder, read_record, report_files, write_record
from pipelines.reports.officers.words import day_text, word
from pipelines.settings import Settings

LOCK_FILE, LOCKED_MODE = "lock.json", 0o440


def locked_dir(settings: Settings, period: str) -> Path:
    """Return the folder of what was handed in for a period; each hand-in has a numbered folder in it."""
    return settings.reports_dir / LOCKED / report_files(settings, period).period


def lock_report(settings: Settings, period: str, who: str, *, replace: bool = False) -> Path:
    """Keep the workbook that lies in the period's folder as handed in, and return its copy.

    Args:
        settings: The installation.
        period: Period code.
        who: Who hands it in.
        replace: Whether a further hand-in is meant where one is locked.

    Raises:
        TthcError: If no report was written, if the workbook was changed since, if one is locked already, or if what is
            locked is damaged.
    """
    files = report_files(settings, period)
    record = read_record(files.record)
    if record is None or not files.workbook.is_file():
        raise TthcError("report_not_written", period=period)
    sha256 = sha256_of(files.workbook)
    if record["files"].get(files.workbook.name) != sha256:
        raise TthcError("report_altered", file=files.workbook, period=period)
    earlier = read_lock(settings, period)
    if earlier is not None and not replace:
        raise TthcError("report_locked_already", period=period, folder=locked_dir(settings, period))
    number = 1 if earlier is None else earlier.number + 1
    officers_folder(settings.reports_dir / LOCKED)
    officers_folder(locked_dir(settings, period))
    folder = officers_folder(locked_dir(settings, period) / str(number))
    kept = folder / files.workbook.name
    with atomic_write(kept, LOCKED_MODE) as waiting:
        shutil.copyfile(files.workbook, waiting)
    content = {
        "period": period, "number": number, "version": record["version"], "as_of": record["as_of"], "file": kept.name,
        "sha256": sha256, "locked_at": dt.datetime.now(HOME).isoformat(timespec="seconds"), "locked_by": who,
        "figures": record["figures"],
    }  # fmt: skip
    write_record(folder / LOCK_FILE, content, LOCKED_MODE)
    return kept


def read_lock(settings: Settings, period: str) -> LockedReport | None:
    """Return the newest hand-in of a period; None if there is none.

    Raises:
        TthcError: If file or record of it are not what was locked.
    """
    place = locked_dir(settings, period)
    numbers = sorted(int(path.name) for path in place.glob("[0-9]*") if path.name.isdigit())
    if not numbers:
        return None
    folder = place / str(numbers[-1])
    record = read_record(folder / LOCK_FILE)
    kept = folder / record["file"] if record is not None else None
    if record is None or kept is None or not kept.is_file() or sha256_of(kept) != record["sha256"]:
        raise TthcError("report_lock_damaged", folder=folder)
    day = day_text(dt.datetime.fromisoformat(record["locked_at"]).date())
    line = word("locked_line", number=record["number"], day=day, version=record["version"], sheet=word("sheet_changes"))
    return LockedReport(record["number"], line, record["figures"])


def handed_in(settings: Settings) -> list[dict[str, str | int | None]]:
    """Return the newest hand-in of each period: period, number, time, who, version; null but the period if damaged."""
    found: list[dict[str, str | int | None]] = []
    for place in sorted((settings.reports_dir / LOCKED).glob("[!.]*")):
        names = [folder.name for folder in place.iterdir() if folder.name.isdigit()]
        record = read_record(place / max(names, key=int) / LOCK_FILE) if names else None
        shown = ("number", "locked_at", "locked_by", "version")
        found.append({"period": place.name} | {key: record[key] if record else None for key in shown})
    return found
