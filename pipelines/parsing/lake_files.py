"""Whether files of the lake are as they were written: hashed when something touched them, and before they are read.

A file whose size, inode and times are those of its last verification counts as intact for `verify_days`: a changed byte
changes the times. What changes no time, a fault of the disk, is found because a file is hashed on each day on which its
rows are read (`is_verified`). Belongs here: these rules, and remembering what was verified. Does not belong here: what
happens to a damaged file (`update_lake`).
"""

import datetime as dt

from pipelines.common.files import looks_of_file, sha256_of
from pipelines.settings import Settings
from pipelines.storage.documents import Receipt
from pipelines.storage.ledger import Verified, forget_verified, open_ledger, save_verified, verified_files


class LakeFiles:
    """The files of the lake in one run: each is looked at once, and hashed once at most."""

    def __init__(self, settings: Settings, today: dt.date | None = None) -> None:
        """Read what earlier runs verified.

        Args:
            settings: The installation.
            today: The day of the run; default the machine's.
        """
        self._lake, self._ledger, self._days = settings.lake_dir, settings.ledger_file, settings.verify_days
        self._today = today or dt.date.today()
        with open_ledger(self._ledger) as ledger:
            self._verified = verified_files(ledger)
        # By name, hash and age in days that a verification may have.
        self._found: dict[tuple[str, str, int], bool] = {}
        self._new: dict[str, Verified] = {}
        self._damaged: set[str] = set()

    def holds(self, receipt: Receipt) -> bool:
        """Return True if all files of a receipt are there and count as intact."""
        return all(self.is_intact(name, sha) for name, sha in receipt["files"].items())

    def holds_verified(self, receipt: Receipt) -> bool:
        """Return True if all files of a receipt may be read (`is_verified`)."""
        found = [self.is_verified(name, sha) for name, sha in receipt["files"].items()]  # all of them are looked at
        return all(found)

    def is_intact(self, name: str, sha: str) -> bool:
        """Return True if a file, by its path below the lake, is there and nothing touched it since it had this hash."""
        return self._is_found(name, sha, self._days)

    def is_verified(self, name: str, sha: str) -> bool:
        """Return True if a file has this hash, found today: so before its rows are read."""
        return self._is_found(name, sha, min(1, self._days))

    def add(self, receipt: Receipt) -> None:
        """Remember the files of a receipt, whose hashes were computed when they were written just now."""
        for name, sha in receipt["files"].items():
            if not self.is_intact(name, sha):
                self._remember(name, sha, looks_of_file(self._lake / name))

    def save(self) -> None:
        """Write to the ledger what was verified, and forget what was found damaged."""
        with open_ledger(self._ledger) as ledger:
            save_verified(ledger, self._new)
            forget_verified(ledger, self._damaged)
        self._new = {}

    def _is_found(self, name: str, sha: str, days: int) -> bool:
        if name in self._damaged:
            return False
        if (name, sha, days) not in self._found:
            self._found[name, sha, days] = self._verify(name, sha, days)
        return self._found[name, sha, days]

    def _verify(self, name: str, sha: str, days: int) -> bool:
        path = self._lake / name
        try:
            looks = looks_of_file(path)
        except OSError:
            return False
        known = self._new.get(name) or self._verified.get(name)
        if known is not None and (known.sha256, list(known.looks)) == (sha, looks):
            age = (self._today - known.verified_on).days
            if 0 <= age < days:
                return True
        try:
            is_whole = path.is_file() and sha256_of(path) == sha
        except OSError:  # what cannot be read is made again
            is_whole = False
        if not is_whole:
            self._damaged.add(name)
            return False
        self._remember(name, sha, looks)
        return True

    def _remember(self, name: str, sha: str, looks: list[int]) -> None:
        size, inode, modified, changed = looks
        self._new[name] = Verified(sha, (size, inode, modified, changed), self._today)
        self._damaged.discard(name)
        for days in (min(1, self._days), self._days):
            self._found.pop((name, sha, days), None)
