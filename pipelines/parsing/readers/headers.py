"""Header equality: the columns a file has against the columns its contract names.

Belongs here: mapping headers to fields, and refusing what does not fit. Does not belong here: reading files.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from pipelines.common.errors import FileRefused
from pipelines.contracts.model import Contract

INVISIBLE = re.compile(r"[^\S ]|[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
                       r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffd\x00-\x1f\x7f-\x9f]")  # fmt: skip
MOST_SHOWN = 60


def map_headers(
    headers: Sequence[str], contract: Contract, *, whole: bool = True, ignored: Sequence[str] = (), **place: object
) -> list[str | None]:
    """Return for each header the field it stands for, None if the contract (or `ignored`) ignores it.

    Raises:
        FileRefused: If a header is unknown, stands twice, or (`whole`) a required field has none; the message shows
            what is wrong, expected and got, which are names of columns, never values, and `place`.
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
            got=", ".join(shown(header, doubtful) for header in headers[:MOST_SHOWN]),
            unknown=", ".join(shown(header, doubtful) for header in unknown[:MOST_SHOWN]),
            twice=", ".join(twice),
            absent=", ".join(absent),
            **place,
        )
    return names


def required_in(names: Sequence[str | None], contract: Contract) -> list[str]:
    """Return the fields that a file with these columns must have.

    Where it has the tombstone and, beyond the key, none of the required ones, it is a list of what was deleted, and the
    key is enough.
    """
    required = [field.name for field in contract.fields if field.required]
    if contract.tombstone in names and not (set(required) - set(contract.key)).intersection(names):
        return list(contract.key)
    return required


def shown(header: str, doubtful: bool) -> str:
    """Return a header as a message may show it, invisible characters by their number.

    If hardly any is known, the row may be no header at all but the first person of a list: then only what is written
    like a field's name is shown.
    """
    if not header.strip():
        return "∅"
    if doubtful and not re.fullmatch(r"[A-Za-z_][A-Za-z_0-9]{0,39}", header):
        return "…"
    return INVISIBLE.sub(lambda sign: f"<U+{ord(sign[0]):04X}>", header[:40])
