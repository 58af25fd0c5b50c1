"""Resolve the arguments of `tthc check` (names, folders, wildcards) to files with source and business day.

Belongs here: finding files as the nightly job would, and why one would be left in landing. Does not belong here:
reading.
"""

import datetime as dt
import glob
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.common.errors import UsageFault
from pipelines.landing.discover import SIDECARS, business_day, discover, reason_to_leave


@dataclass(frozen=True)
class FileToCheck:
    """One file to check, with its source and business day.

    Attributes:
        left: The message code of why it would not be taken (then `source` may be ''), else None.
    """

    path: Path
    source: str
    day: dt.date
    left: str | None = None


@dataclass(frozen=True)
class FileRequest:
    """Options of the command that hold for all files.

    Attributes:
        sources: The sources that have a contract.
        source: The source of all files; None if the folders tell it.
        day: Business day of files that lie in no day folder.
        today: Today; later business days are refused.
    """

    sources: Collection[str]
    source: str | None
    day: dt.date
    today: dt.date

    def places(self, arguments: list[Path]) -> list[FileToCheck]:
        """Return all files that the arguments stand for, each once, in their order.

        Raises:
            UsageFault: If the source of a file is unknown.
        """
        found: dict[Path, FileToCheck] = {}
        for argument in arguments:
            for path in _expanded(argument):
                of_folder = path.is_dir() and not path.is_symlink()
                for place in self._below(path) if of_folder else [self._file(path)]:
                    if not (place.path.name.endswith(SIDECARS) and place.left is None):
                        found.setdefault(place.path.absolute(), place)
        return list(found.values())

    def _below(self, folder: Path) -> Iterator[FileToCheck]:
        """Yield the files below a folder: in a landing folder those that landing finds, else all."""
        landing = self._landing_of(folder)
        if landing is None:
            for path in _files(folder):
                yield self._file(path)
            return
        sources = [self.source] if self.source else self.sources
        here, seen = folder.absolute(), discover(landing, self.sources, self.today)
        taken = {
            path: FileToCheck(path, delivery.source, delivery.business_day)
            for delivery, path in seen.deliveries.items()
        }
        for path, code in seen.left.items():
            source = path.relative_to(landing).parts[0]
            taken[path] = FileToCheck(path, source, business_day(path.parent.name) or self.day, code)
        for path in sorted(taken):
            place = taken[path]
            if path.is_relative_to(here) and (place.source in sources or self.source is None):
                yield FileToCheck(folder / path.relative_to(here), place.source, place.day, place.left)

    def _landing_of(self, folder: Path) -> Path | None:
        """Return the landing folder that this folder is or lies in (as a source's or day's folder), else None."""
        here = folder.absolute()
        if here.parent.name in self.sources and business_day(here.name):
            return here.parent.parent
        if here.name in self.sources and (self.source is None or any(business_day(p.name) for p in here.iterdir())):
            return here.parent
        return here if any((here / source).is_dir() for source in self.sources) else None

    def _file(self, path: Path) -> FileToCheck:
        folder = path.absolute().parent
        in_day = business_day(folder.name)
        infers = in_day is not None and folder.parent.name in self.sources
        source, day = self.source or (folder.parent.name if infers else ""), in_day or self.day
        if path.name.endswith(SIDECARS):
            return FileToCheck(path, source, day)
        left = self._why_left(path) or ("left_future_day" if day > self.today else None)
        if left is None and not source:
            raise UsageFault("check_which_source", file=path)
        return FileToCheck(path, source, day, left)

    @staticmethod
    def _why_left(path: Path) -> str | None:
        return reason_to_leave(path) if os.path.lexists(path) else "no_such_file"


def _expanded(argument: Path) -> list[Path]:
    """Return the matches of a name with wildcards; the name itself if it exists or nothing matches."""
    text = str(argument)
    if os.path.lexists(argument) or not glob.has_magic(text):
        return [argument]
    return sorted(Path(name) for name in glob.glob(text, recursive=True)) or [argument]  # noqa: PTH207 - also absolute


def _files(folder: Path) -> Iterator[Path]:
    """Yield all files below a folder, sorted, except hidden ones; links are not followed."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(here, name)
