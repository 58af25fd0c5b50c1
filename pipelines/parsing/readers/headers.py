"""Headers of a file: which field of the contract each of them names.

Belongs here: mapping headers to fields, refusing headers that do not fit, and how a header may be shown in a message.
Does not belong here: finding the header in a file.
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
    """Return for each header the field that it names, None if it is ignored.

    Args:
        headers: The headers as the file has them.
        contract: The contract of the source.
        whole: Whether all required fields must have a header.
        ignored: Headers that are ignored, besides those of the contract.
        place: Where the header is, for the message.

    Raises:
        FileRefused: If a header is unknown, two name the same field, or a required field has none. The message shows
            names of columns, never values.
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

    A file that has the tombstone, and of the required fields none but the key, lists what was deleted: it needs only
    the key.
    """
    required = [field.name for field in contract.fields if field.required]
    if contract.tombstone in names and not (set(required) - set(contract.key)).intersection(names):
        return list(contract.key)
    return required


def shown(header: str, doubtful: bool) -> str:
    """Return a header as a message may show it, with the code points of invisible characters.

    Args:
        header: The header.
        doubtful: True if the row may not be a header but the data of a person: then only what is written like the name
            of a field is shown.
    """
    if not header.strip():
        return "∅"
    if doubtful and not re.fullmatch(r"[A-Za-z_][A-Za-z_0-9]{0,39}", header):
        return "…"
    return INVISIBLE.sub(lambda sign: f"<U+{ord(sign[0]):04X}>", header[:40])
