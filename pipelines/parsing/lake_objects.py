"""Whether the objects of the lake are as they were written, where it lies in an object store.

An object whose size and time are those of its last verification counts as intact for `verify_days`; then it is read and
hashed again. Rows are not read from it but from its copy, which is hashed as any file of the lake (`lake_files`).
Belongs here: these rules, sending and fetching. Does not belong here: the requests themselves (`storage.lake_store`).
"""

from functools import cached_property

from pipelines.parsing.verifications import Verifications
from pipelines.storage.lake_store import Looks, ObjectLake


class LakeObjects:
    """The objects of the lake in one run; they are listed once."""

    def __init__(self, store: ObjectLake, verifications: Verifications, days: int) -> None:
        """Make no request yet.

        Args:
            store: The object store.
            verifications: What was verified when.
            days: Age in days from which on an object is hashed again.
        """
        self._store, self._verifications, self._days = store, verifications, days

    @cached_property
    def listed(self) -> dict[str, Looks]:
        """Looks by name."""
        return self._store.objects()

    def is_whole(self, name: str, sha: str) -> bool:
        """Return True if an object is there, and nothing touched it since it had this hash, or it has it now."""
        if name not in self.listed:
            return False
        key, looks = self._store.address(name), self.listed[name]
        if self._verifications.are_known(key, sha, looks, self._days):
            return True
        if self._store.sha256_of(name) != sha:
            return False
        self._verifications.remember(key, sha, looks)
        return True

    def unknown(self, hashes: dict[str, str]) -> dict[str, str]:
        """Return those of which no object is there that had this hash, however long ago that was seen."""
        return {
            name: sha
            for name, sha in hashes.items()
            if name not in self.listed
            or not self._verifications.are_known(self._store.address(name), sha, self.listed[name], None)
        }

    def send(self, hashes: dict[str, str]) -> None:
        """Write files with these hashes to the store."""
        for name, looks in self._store.send(hashes).items():
            self.listed[name] = looks
            self._verifications.remember(self._store.address(name), hashes[name], looks)

    def fetch(self, hashes: dict[str, str]) -> list[str]:
        """Copy objects to the folder, and return those that were there with these hashes."""
        found = self._store.fetch(hashes)
        for name, is_whole in found.items():
            if not is_whole:
                self.listed.pop(name, None)  # what is there is not what a receipt names
            elif name in self.listed:
                self._verifications.remember(self._store.address(name), hashes[name], self.listed[name])
        return [name for name, is_whole in found.items() if is_whole]
