"""Header equality: the columns a file has against the columns its contract names.

Belongs here: mapping headers to fields, and refusing what does not fit. Does not belong here: reading files.
"""

import re
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
    absent = [name for name in required_in(names, contract) if whole and name not in names]
    if unknown or twice or absent:
        doubtful = 2 * len(unknown) > len(headers)
        raise FileRefused(
            "header_differs",
            expected=", ".join(field.name for field in contract.fields),
            got=", ".join(shown(header, doubtful) for header in headers[:60]),
            unknown=", ".join(shown(header, doubtful) for header in unknown[:60]) or "-",
            twice=", ".join(twice) or "-",
            absent=", ".join(absent) or "-",
        )
    return names


def required_in(names: Sequence[str | None], contract: Contract) -> list[str]:
    """The fields that a file with these columns must have: where it has the tombstone and, beyond the key, none of
    the required ones, it is a list of what was deleted, and the key is enough."""
    required = [field.name for field in contract.fields if field.required]
    if contract.tombstone in names and not (set(required) - set(contract.key)).intersection(names):
        return list(contract.key)
    return required


def shown(header: str, doubtful: bool) -> str:
    """A header as a message may show it. Where hardly any is known, the row may be no header at all but the
    first person of a list: then only what is written like a field's name is shown."""
    return header[:40] if not doubtful or re.fullmatch(r"[A-Za-z_][A-Za-z_0-9]{0,39}", header) else "…"
