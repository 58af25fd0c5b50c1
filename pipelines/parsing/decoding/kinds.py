"""Detects the kind of a file by its first bytes, to refuse files whose name declares another format.

Belongs here: the kinds that offices are known to send under a wrong name, each with a message of its own.
"""

import re

from pipelines.common.errors import FileRefused

COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
MARKUP = re.compile(
    rb"(\xef\xbb\xbf)?\s*<(!doctype|!--|\?xml|html|head|body|table|meta|div|style|script)\b", re.IGNORECASE
)
XML_SPREADSHEET = b"urn:schemas-microsoft-com:office:spreadsheet"
JSON_START = re.compile(rb"(\xef\xbb\xbf)?\s*(\[\s*\{|\{\s*\")")
STARTS = {COMPOUND: "is_workbook", b"\x1f\x8b": "is_gzip", b"%PDF": "is_pdf", b"PAR1": "is_parquet"}
# How many bytes are needed to detect the kind.
HEAD_BYTES = 4096


def is_utf16(head: bytes) -> bool:
    """Return True for UTF-16 with a byte order mark, and text with NUL in most bytes at even or at odd places."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    start = head[:200]
    return len(start) > 3 and any(2 * start[n::2].count(0) > len(start[n::2]) > 2 * start[1 - n :: 2].count(0)
                                  for n in (0, 1))  # fmt: skip


def kind_of(head: bytes) -> str | None:
    """Return the refusal code of the kind of these bytes; None for text and for unknown kinds."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "is_workbook" if b"[Content_Types].xml" in head or b"xl/" in head else "is_zip"
    for start, code in STARTS.items():
        if head.startswith(start):
            return code
    if is_utf16(head):
        return "is_utf16"
    if MARKUP.match(head):
        return "xml_spreadsheet" if XML_SPREADSHEET in head else "is_html"
    return None


def refuse_other_kind(head: bytes, *allowed: str) -> None:
    """Raise FileRefused if the bytes are of a known kind that is not allowed."""
    code = kind_of(head)
    if code is not None and code not in allowed:
        raise FileRefused(code)


def is_text(head: bytes) -> bool:
    """Return True for UTF-8 without control characters; the last character may be incomplete."""
    text = head.decode(errors="replace").rstrip("\ufffd")
    return bool(text) and "\ufffd" not in text and all(sign.isprintable() or sign in "\r\n\t\ufeff" for sign in text)
