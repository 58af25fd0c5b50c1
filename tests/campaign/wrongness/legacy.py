"""Vietnamese as older systems write it: TCVN3 and VNI fonts, and UTF-8 that was read wrongly and saved again.

Only what the corpus of encodings needs: from right text to damaged text, never back.
"""

import unicodedata

# Position for position: the letter, and the Latin-1 character whose place it takes in a TCVN3 (ABC) font.
TCVN3 = dict(
    zip(
        "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ",
        "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u00adõøö÷ùúýûüþ¡¢§£¤¥¦",
        strict=True,
    )
)
# A VNI font writes the bare letter and then its marks as one Latin-1 letter.
VNI_MARKS = {"\u0300": "ø", "\u0301": "ù", "\u0309": "û", "\u0303": "õ", "\u0323": "ï"}
VNI_HAT = {"\u0300": "à", "\u0301": "á", "\u0309": "å", "\u0303": "ã", "\u0323": "ä", "": "â"}
VNI_BREVE = {"\u0300": "è", "\u0301": "é", "\u0309": "ú", "\u0303": "ü", "\u0323": "ë", "": "ê"}


def to_tcvn3(text: str) -> str:
    """Return what a program without the font shows of text that was typed in a TCVN3 font."""
    return "".join(
        TCVN3.get(letter, TCVN3.get(letter.lower(), letter)) for letter in unicodedata.normalize("NFC", text)
    )


def to_vni(text: str) -> str:
    """Return the same for a VNI font."""
    shown = []
    for letter in unicodedata.normalize("NFC", text):
        base, *marks = list(unicodedata.normalize("NFD", letter))
        tone = next((mark for mark in marks if mark in VNI_MARKS), "")
        if letter in "đĐ":
            shown.append("ñ" if letter == "đ" else "Ñ")
        elif "\u0302" in marks:
            shown.append(base + VNI_HAT[tone])
        elif "\u0306" in marks:
            shown.append(base + VNI_BREVE[tone])
        elif "\u031b" in marks:
            shown.append(("ö" if base in "uU" else "ô") + VNI_MARKS.get(tone, ""))
        else:
            shown.append(base + VNI_MARKS.get(tone, ""))
    return "".join(shown)


def read_wrongly(text: str, encoding: str) -> str:
    """Return UTF-8 read as a one-byte encoding: what stands in a file that was opened wrongly and saved again."""
    return text.encode().decode(encoding, errors="replace")
