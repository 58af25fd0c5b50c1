"""Header equality: the columns a file has against the columns its contract names.

Belongs here: mapping headers to fields, and refusing what does not fit. Does not belong here: reading files.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence

from pipelines.contracts import Contract
from pipelines.errors import FileRefused


def map_headers(
    headers: Sequence[str], contract: Contract, *, whole: bool = True, ignored: Sequence[str] = ()
) -> list[str | None]:
    """For each header the field it stands for, None where the contract (or `ignored`) ignores it.

    Raises FileRefused where a header is unknown, stands twice, or (`whole`) a required field has none; the
    message shows expected and got, which are names of columns, never values.
    """
    headers = [unicodedata.normalize("NFC", header) for header in headers]
    fields = [contract.by_header.get(header) for header in headers]
    unknown = [
        h for h, field in zip(headers, fields, strict=True) if not field and h not in {*contract.ignored, *ignored}
    ]
    names = [field.name if field else None for field in fields]
    twice = [name for name, times in Counter(names).items() if name and times > 1]
    absent = [f.name for f in contract.fields if whole and f.required and f.name not in names]
    if unknown or twice or absent:
        raise FileRefused(
            "header_differs",
            expected=", ".join(field.name for field in contract.fields),
            got=", ".join(header[:40] for header in headers[:60]),
            unknown=", ".join(h[:40] for h in unknown) or "-",
            twice=", ".join(twice) or "-",
            absent=", ".join(absent) or "-",
        )
    return names
