"""Where officers' reports lie, and what a written one says of itself.

Belongs here: folders, names and the record beside a workbook. Does not belong here: what is in the files.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.common.checksums import checksum_matches, with_checksum
from pipelines.common.errors import UsageFault
from pipelines.common.files import atomic_write, sha256_of
from pipelines.reports.officers.words import word
from pipelines.settings import Settings

# Readable by the warehouse's own group: dossier codes are for officers only.
FILE_MODE, FOLDER_MODE = 0o640, 0o750
RECORD, LOCKED, FINDINGS, WORKLIST = "report.json", "locked", "findings", "worklist"
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,40}")


@dataclass(frozen=True)
class ReportFiles:
    """Names of the files of one period's report, in its folder."""

    period: str
    folder: Path

    @property
    def workbook(self) -> Path:
        """The workbook with form II.06a and the lists."""
        return self.folder / f"{word('file_workbook')}-{self.period}.xlsx"

    @property
    def summary(self) -> Path:
        """The summary of one page."""
        return self.folder / f"{word('file_summary')}-{self.period}.docx"

    @property
    def report(self) -> Path:
        """The full periodic report."""
        return self.folder / f"{word('file_report')}-{self.period}.docx"

    @property
    def record(self) -> Path:
        """What was written, of which version."""
        return self.folder / RECORD


def report_files(settings: Settings, period: str, root: Path | None = None) -> ReportFiles:
    """Return the files of a period's report below `root`, by default the reports' own folder.

    Raises:
        UsageFault: If the code is no safe name of a folder.
    """
    if not SAFE_NAME.fullmatch(period) or period in (LOCKED, FINDINGS, WORKLIST):
        raise UsageFault("unknown_period_asked", asked=period, near="–")
    return ReportFiles(period, (root or settings.reports_dir) / period)


def officers_folder(path: Path) -> Path:
    """Create a folder that only the warehouse's own group may read, and return it."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(FOLDER_MODE)
    return path


def read_record(path: Path) -> dict[str, Any] | None:
    """Return a record with its checksum verified; None if there is none or it is damaged."""
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) and checksum_matches(content) else None


def is_as_written(files: ReportFiles) -> bool:
    """Return True if nobody has changed a file of a report since it was written."""
    record = read_record(files.record)
    return record is not None and all(sha256_of(files.folder / name) == sha for name, sha in record["files"].items())


def write_record(path: Path, content: dict[str, Any], mode: int = FILE_MODE) -> None:
    """Write a record with its checksum."""
    text = json.dumps(with_checksum(content), ensure_ascii=False, indent=1)
    with atomic_write(path, mode) as waiting:
        waiting.write_text(text, encoding="utf-8")
