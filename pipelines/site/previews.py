"""Preview pictures of pages (`og:image`): subject, period and figure.

Belongs here: drawing them as PNG. The font is the one bundled with vl-convert, so the same figures and libraries give
the same bytes on every machine. Does not belong here: their texts (`sharing`).
"""

import struct
import textwrap
import zlib
from dataclasses import dataclass
from pathlib import Path

from markupsafe import escape

FOLDER = "xem-truoc"
WIDTH, HEIGHT = 600, 315
FONT = "font-family='Liberation Sans'"
LINE = 32  # characters of a name per line
LARGEST, SMALLEST = 84, 30  # font sizes of the figure; longer texts get smaller ones
SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class PreviewText:
    """The texts of a picture.

    Attributes:
        who: The subject.
        figure: The share as printed, or why there is none.
        what: Indicator and period.
        site: Name of the site and version.
        notice: The mark of synthetic data; '' for real data.
    """

    who: str
    figure: str
    what: str
    site: str
    notice: str


def drawing(words: PreviewText) -> str:
    """Return the picture as SVG."""
    lines = textwrap.wrap(words.who, LINE)[:2]
    size = max(SMALLEST, min(LARGEST, 900 // max(1, len(words.figure))))
    band = (
        f"<rect width='{WIDTH}' height='34' fill='#a63c06'/>"
        f"<text x='30' y='23' {FONT} font-size='16' font-weight='bold' fill='#ffffff'>{escape(words.notice)}</text>"
    )
    name = "".join(
        f"<text x='30' y='{76 + 36 * at}' {FONT} font-size='30' font-weight='bold' fill='#172126'>{escape(line)}</text>"
        for at, line in enumerate(lines)
    )
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{HEIGHT}'>"
        f"<rect width='{WIDTH}' height='{HEIGHT}' fill='#f7f6f2'/>{band if words.notice else ''}{name}"
        f"<text x='28' y='208' {FONT} font-size='{size}' font-weight='bold' fill='#0b5c63'>"
        f"{escape(words.figure)}</text>"
        f"<text x='30' y='248' {FONT} font-size='20' fill='#172126'>{escape(words.what)}</text>"
        f"<text x='30' y='290' {FONT} font-size='17' fill='#4d5b62'>{escape(words.site)}</text></svg>"
    )


def write_previews(folder: Path, pictures: dict[str, PreviewText]) -> None:
    """Write one PNG per key into the folder, named by the key."""
    from vl_convert import svg_to_png

    folder.mkdir(parents=True, exist_ok=True)
    for key, words in pictures.items():
        (folder / f"{key}.png").write_bytes(smaller(svg_to_png(drawing(words))))


def smaller(png: bytes) -> bytes:
    """Return the same picture compressed again, in a third of the size.

    Compression level 6 is nearly as effective as 9, in a fifth of the time.
    """
    kept, packed, at = [], b"", len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        if kind == b"IDAT":
            packed += content
        elif kind in (b"IHDR", b"IEND"):
            kept.append(_chunk(kind, content))
        at += 12 + length
    head, end = kept
    return SIGNATURE + head + _chunk(b"IDAT", zlib.compress(zlib.decompress(packed), 6)) + end


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
