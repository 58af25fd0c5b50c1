"""A delivery: the identity of one delivered file.

Belongs here: what identifies a delivery and how it is named. Does not belong here: finding, copying or reading files.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

SYNTHETIC_MARK = "synthetic"


@dataclass(frozen=True, order=True)
class Delivery:
    """One file of one source for one business day; these three identify it, whatever bytes it has."""

    source: str
    business_day: dt.date
    file_name: str

    @cached_property
    def label(self) -> str:
        """`<source>/<business day>/<file name>`: how rows and messages name the delivery."""
        return f"{self.source}/{self.business_day.isoformat()}/{self.file_name}"

    @property
    def is_synthetic(self) -> bool:
        """True if `tthc sample` wrote the file: it puts the word into the name of every file."""
        return SYNTHETIC_MARK in self.file_name.lower()
