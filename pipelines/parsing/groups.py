"""Which files are parsed together: small text files of one source (`parse_group`).

Does not belong here: parsing them.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from pipelines.settings import ReadLimits
from pipelines.storage.ledger import Arrival

# Larger files cost so much by their rows that being parsed alone adds little.
SMALL_FILE = 256 << 10
MOST_FILES = 400
# The rows of a group are text in memory, larger than the file: a batch must hold them.
PART_OF_A_BATCH = 4
# Lists are decoded in a process of their own, and gzip does not say how much text it holds.
TOGETHER = re.compile(r"\.(csv|tsv|json|ndjson)$", re.IGNORECASE)


def groups(arrivals: Iterable[Arrival], limits: ReadLimits) -> Iterator[list[Arrival]]:
    """Yield the arrivals in the same order, those that are parsed together in one list."""
    for source, found in groupby(arrivals, _source):
        group: list[Arrival] = []
        size = 0
        for arrival in found:
            is_full = size + arrival.byte_count > limits.batch_bytes // PART_OF_A_BATCH or len(group) == MOST_FILES
            if group and (source is None or is_full):
                yield group
                group, size = [], 0
            group.append(arrival)
            size += arrival.byte_count
        yield group


def _source(arrival: Arrival) -> str | None:
    """Return the source of a file that may be parsed with others, None for others."""
    delivery = arrival.delivery
    is_small = arrival.byte_count <= SMALL_FILE and TOGETHER.search(delivery.file_name) is not None
    return delivery.source if is_small else None
