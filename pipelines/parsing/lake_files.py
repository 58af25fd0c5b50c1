"""Whether files of the lake are as they were written: hashed when something touched them, and before they are read.

A file whose size, inode and times are those of its last verification counts as intact for `verify_days`: a changed byte
changes the times. What changes no time, a fault of the disk, is found because a file is hashed on each day on which its
rows are read (`is_verified`). Where the lake lies in an object store, the file is the copy from which rows are read:
file and object mend each other, and count as intact only together. Belongs here: these rules. Does not belong here:
whether an object is whole (`lake_objects`), and what happens to a damaged file (`update_lake`).
"""

import datetime as dt
import logging
from collections.abc import Iterable

from pipelines.common.files import looks_of_file, sha256_of
from pipelines.common.i18n import say
from pipelines.parsing.lake_objects import LakeObjects
from pipelines.parsing.verifications import Verifications
from pipelines.settings import Settings
from pipelines.storage.documents import Receipt
from pipelines.storage.lake_store import Looks, ObjectLake, lake_store

log = logging.getLogger("tthc.parsing")


class LakeFiles:
    """The files of the lake in one run: each is looked at once, and hashed once at most."""

    def __init__(self, settings: Settings, today: dt.date | None = None) -> None:
        """Read what earlier runs verified.

        Args:
            settings: The installation.
            today: The day of the run; default the machine's.
        """
        self._days, self._store = settings.verify_days, lake_store(settings)
        self._verifications = Verifications(settings.ledger_file, today)
        self._objects: LakeObjects | None = None
        if isinstance(self._store, ObjectLake):
            self._objects = LakeObjects(self._store, self._verifications, self._days)
        # By name, hash and age in days that a verification may have.
        self._found: dict[tuple[str, str, int], bool] = {}
        self._damaged: set[str] = set()

    def claim(self, mark: str) -> None:
        """Note in an object store whose lake it is (`storage.lake_store`)."""
        if isinstance(self._store, ObjectLake):
            self._store.claim(mark)

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
            if name in self._damaged or not self._is_file_whole(name, sha, self._days):
                self._remember(name, sha)

    def send(self, receipts: Iterable[Receipt]) -> None:
        """Write the files of these receipts to the object store, if there is one, unless they are there.

        It comes before the receipts are saved: what a killed run leaves in the store is then named by none.
        """
        if self._objects is not None:
            self._objects.send(self._objects.unknown(_files_of(receipts)))

    def even_out(self, receipts: Iterable[Receipt]) -> None:
        """Send what the object store lacks of the files of these receipts, and fetch what the folder lacks."""
        if self._objects is None:
            return
        named, listed = _files_of(receipts), self._objects.listed
        lost = {name: sha for name, sha in named.items() if name not in listed and self._is_file_whole(name, sha, 0)}
        self._objects.send(lost)
        fetched = self._fetch(
            {name: sha for name, sha in named.items() if name in listed and not self._store.path(name).is_file()}
        )
        if lost or fetched:
            log.warning(say("lake_evened_out", sent=len(lost), fetched=len(fetched)))

    def save(self) -> None:
        """Write to the ledger what was verified, and forget what was found damaged."""
        self._verifications.save(self._damaged)

    def _is_found(self, name: str, sha: str, days: int) -> bool:
        if name in self._damaged:
            return False
        if (name, sha, days) not in self._found:
            self._found[name, sha, days] = self._verify(name, sha, days)
        return self._found[name, sha, days]

    def _verify(self, name: str, sha: str, days: int) -> bool:
        is_whole = self._is_file_whole(name, sha, days)
        if self._objects is not None:
            is_whole = self._with_object(self._objects, name, sha) if is_whole else bool(self._fetch({name: sha}))
        if not is_whole:
            self._damaged.add(name)
        return is_whole

    def _with_object(self, objects: LakeObjects, name: str, sha: str) -> bool:
        """Return True if the object of a whole file is whole too; if not, it is written again, unless both decayed."""
        if objects.is_whole(name, sha):
            return True
        if not self._is_file_whole(name, sha, 0):
            return False
        log.warning(say("lake_object_sent_again", name=name))
        objects.send({name: sha})
        return True

    def _is_file_whole(self, name: str, sha: str, days: int) -> bool:
        path = self._store.path(name)
        try:
            looks = _looks(looks_of_file(path))
        except OSError:
            return False
        if self._verifications.are_known(name, sha, looks, days):
            return True
        try:
            is_whole = path.is_file() and sha256_of(path) == sha
        except OSError:  # what cannot be read is made again
            return False
        if is_whole:
            self._verifications.remember(name, sha, looks)
        return is_whole

    def _fetch(self, hashes: dict[str, str]) -> list[str]:
        fetched = self._objects.fetch(hashes) if self._objects is not None else []
        for name in fetched:
            self._remember(name, hashes[name])
        return fetched

    def _remember(self, name: str, sha: str) -> None:
        """Remember a file that was written just now, whatever was found of it before."""
        self._verifications.remember(name, sha, _looks(looks_of_file(self._store.path(name))))
        self._damaged.discard(name)
        for days in (min(1, self._days), self._days):
            self._found.pop((name, sha, days), None)


def _files_of(receipts: Iterable[Receipt]) -> dict[str, str]:
    return {name: sha for receipt in receipts for name, sha in receipt["files"].items()}


def _looks(found: list[int]) -> Looks:
    size, inode, modified, changed = found
    return size, inode, modified, changed
