"""What was verified when: hashes of lake files and objects, as they looked, in the ledger and in this run.

Belongs here: remembering. Does not belong here: looking and hashing (`lake_files`, `lake_objects`).
"""

import datetime as dt
from pathlib import Path

from pipelines.storage.lake_store import Looks
from pipelines.storage.ledger import Verified, forget_verified, open_ledger, save_verified, verified_files


class Verifications:
    """Verifications by key: the path of a file below the lake, or the address of an object."""

    def __init__(self, ledger: Path, today: dt.date | None = None) -> None:
        """Read what earlier runs verified.

        Args:
            ledger: The file of the ledger.
            today: The day of the run; default the machine's.
        """
        self._ledger, self._today = ledger, today or dt.date.today()
        with open_ledger(ledger) as connection:
            self._verified = verified_files(connection)
        self._new: dict[str, Verified] = {}

    def are_known(self, key: str, sha: str, looks: Looks, days: int | None) -> bool:
        """Return True if something that looks so had this hash, by a verification of less than so many days ago.

        Args:
            key: What was verified.
            sha: The hash.
            looks: How it looks.
            days: The age; None is any.
        """
        known = self._new.get(key) or self._verified.get(key)
        if known is None or (known.sha256, known.looks) != (sha, looks):
            return False
        return days is None or 0 <= (self._today - known.verified_on).days < days

    def remember(self, key: str, sha: str, looks: Looks) -> None:
        """Remember that something that looks so has this hash today."""
        self._new[key] = Verified(sha, looks, self._today)

    def save(self, damaged: set[str]) -> None:
        """Write to the ledger what was verified, and forget what was found damaged."""
        with open_ledger(self._ledger) as ledger:
            save_verified(ledger, self._new)
            forget_verified(ledger, damaged)
        self._verified |= self._new
        self._new = {}
