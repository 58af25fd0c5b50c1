"""Preview pictures of pages (`og:image`): subject, period and figure.

Belongs here: drawing them as PNG. The font is the one bundled with vl-convert, so the same figures and libraries give
the same bytes on every machine. Does not belong here: their texts (`sharing`).
"""

import struct
import textwrap
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from markupsafe import escape

FOLDER = "xem-truoc"
WIDTH, HEIGHT = 600, 315
FONT = "font-family='Liberation Sans'"
LINE = 32  # characters of a name per line
LARGEST, SMALLEST = 84, 30  # font sizes of the figure; longer texts get smaller ones
# Subject and figure stand in the rows from TOP to FOOT and nothing else does.
TOP, FOOT = 36, 228
SIGNATURE, ZLIB_HEAD = b"\x89PNG\r\n\x1a\n", b"\x78\x9c"
ALONE = (0, 1)  # filters of PNG that look at their own row only


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
    folder.mkdir(parents=True, exist_ok=True)
    picture = painter()
    for key, words in pictures.items():
        (folder / f"{key}.png").write_bytes(picture(words))


def painter() -> Callable[[PreviewText], bytes]:
    """Return a function that makes pictures as PNG; what stands above and below subject and figure is drawn once."""
    frames: dict[PreviewText, tuple[_Rows, _Rows, bytes]] = {}

    def picture(words: PreviewText) -> bytes:
        around = replace(words, who="", figure="")
        if around not in frames:
            head, pixels = _pixels(around)
            frames[around] = _Rows(pixels[:TOP]), _Rows(pixels[FOOT:], is_last=True), head
        above, below, head = frames[around]
        own = _Rows(_pixels(replace(words, notice="", what="", site=""))[1][TOP:FOOT])
        checksum = zlib.adler32(below.pixels, zlib.adler32(own.pixels, above.checksum))
        packed = ZLIB_HEAD + above.packed + own.packed + below.packed + struct.pack(">I", checksum)
        return SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")

    return picture


class _Rows:
    """Some rows of a picture, packed so that packed rows can stand one after another.

    Compression level 6 is nearly as effective as 9, in a fifth of the time; what vl-convert writes is three times as
    long.
    """

    def __init__(self, pixels: list[bytes], *, is_last: bool = False) -> None:
        self.pixels = b"".join(pixels)
        self.checksum = zlib.adler32(self.pixels)
        packer = zlib.compressobj(6, wbits=-zlib.MAX_WBITS)
        self.packed = packer.compress(self.pixels) + packer.flush(zlib.Z_FINISH if is_last else zlib.Z_FULL_FLUSH)


def _pixels(words: PreviewText) -> tuple[bytes, list[bytes]]:
    """Return the head of the picture's PNG, and its rows; rows are independent of each other.

    Raises:
        ValueError: If a row is written as the difference to the one above, which no release of vl-convert did so far.
    """
    from vl_convert import svg_to_png

    png, head, packed, at = svg_to_png(drawing(words)), b"", b"", len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        head, packed = (content, packed) if kind == b"IHDR" else (head, packed + content * (kind == b"IDAT"))
        at += 12 + length
    pixels = zlib.decompress(packed)
    length = len(pixels) // HEIGHT
    rows = [pixels[at : at + length] for at in range(0, len(pixels), length)]
    if any(row[0] not in ALONE for row in (rows[0], rows[TOP], rows[FOOT])):
        raise ValueError("rows of a PNG depend on each other")
    return head, rows


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
