"""Whether files of the lake are as they were written: hashed when something touched them, and anew every few days.

A file whose size, inode and times are those of its last verification is not read again until `verify_days` are over: a
changed byte changes the times, and what changes no time, a fault of the disk, is found by then. Belongs here: that
rule, and remembering what was verified. Does not belong here: what happens to a damaged file (`update_lake`).
"""

import datetime as dt

from pipelines.common.files import looks_of_file, sha256_of
from pipelines.settings import Settings
from pipelines.storage.documents import Receipt
from pipelines.storage.ledger import Verified, open_ledger, save_verified, verified_files


class LakeFiles:
    """The files of the lake in one run: each is looked at once."""

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
        self._found: dict[tuple[str, str], bool] = {}
        self._new: dict[str, Verified] = {}

    def holds(self, receipt: Receipt) -> bool:
        """Return True if all files of a receipt are there and have their hashes."""
        return all(self.is_intact(name, sha) for name, sha in receipt["files"].items())

    def is_intact(self, name: str, sha: str) -> bool:
        """Return True if a file, by its path below the lake, is there and has its hash."""
        if (name, sha) not in self._found:
            self._found[name, sha] = self._verify(name, sha)
        return self._found[name, sha]

    def add(self, receipt: Receipt) -> None:
        """Remember the files of a receipt, whose hashes were computed when they were written just now."""
        for name, sha in receipt["files"].items():
            if not self._found.get((name, sha)):
                self._remember(name, sha, looks_of_file(self._lake / name))

    def save(self) -> None:
        """Write to the ledger what was verified, and drop what is no longer there."""
        with open_ledger(self._ledger) as ledger:
            save_verified(ledger, self._new)
        self._new = {}

    def _verify(self, name: str, sha: str) -> bool:
        path = self._lake / name
        try:
            looks = looks_of_file(path)
        except OSError:
            return False
        known = self._verified.get(name)
        if known is not None and (known.sha256, list(known.looks)) == (sha, looks):
            age = (self._today - known.verified_on).days
            if 0 <= age < self._days:
                return True
        if not path.is_file() or sha256_of(path) != sha:
            return False
        self._remember(name, sha, looks)
        return True

    def _remember(self, name: str, sha: str, looks: list[int]) -> None:
        self._found[name, sha] = True
        size, inode, modified, changed = looks
        self._new[name] = Verified(sha, (size, inode, modified, changed), self._today)
