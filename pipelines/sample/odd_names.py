"""Unusual but valid spellings of names and codes of procedures and units, as real lists have them.

List marks before a name, brackets, quotes, slashes, digits, line breaks, decomposed letters, names of many lines, field
codes in the national form. Belongs here: these spellings. Which row gets which depends on its position alone, so that
every delivery is the same.
"""

import unicodedata
from collections.abc import Callable

import polars as pl

Shape = Callable[[str], str]
LONG = 900
# Spellings that become the plain name when cleaned.
SAME: tuple[Shape, ...] = (
    lambda name: f"- {name}",
    lambda name: f"• {name}",
    lambda name: f" + {name} ",
    lambda name: unicodedata.normalize("NFD", name),
    lambda name: name.replace(" ", "\u00a0", 1).replace(" ", "\n", 1),
)
OTHER: tuple[Shape, ...] = (
    lambda name: f"({name})",
    lambda name: f'"{name}" (mẫu số 01/ĐK)',
    lambda name: f"{name}/gia hạn, {name[:1].lower()}{name[1:]}/cấp lại - theo Nghị định 61/2018/NĐ-CP",
    lambda name: f"1. {name}; 2. phụ lục ‘A’ & ‘B’ (từ 50% vốn, dưới 500.000.000 đồng)",
    lambda name: name.upper(),
    lambda name: "; ".join([name] * (LONG // len(name) + 1)),
)


def odd_procedure_names(names: pl.Series, plain: pl.Series) -> pl.Series:
    """Return the names, of which the first that are not marked `plain` are each spelt in another unusual way."""
    return _shaped(names, plain, (*SAME, *OTHER))


def odd_unit_names(names: pl.Series) -> pl.Series:
    """Return the names, of which the last are spelt unusually but become the plain name when cleaned."""
    return _shaped(names.reverse(), pl.repeat(False, len(names), eager=True), SAME).reverse()


def _shaped(names: pl.Series, plain: pl.Series, shapes: tuple[Shape, ...]) -> pl.Series:
    shaped, left = [], list(shapes)
    for name, is_plain in zip(names, plain, strict=True):
        shaped.append(name if is_plain or not left else left.pop(0)(name))
    return pl.Series(names.name, shaped)


def field_codes(fields: pl.Series) -> pl.Series:
    """Return a code such as G03-GD10 for every field; each twelfth has none, as in real lists."""
    named = sorted(fields.drop_nulls().unique())
    codes = {name: f"G{nth // 20 + 1:02d}-{_initials(name)}{nth % 20 + 1:02d}" for nth, name in enumerate(named)}
    for name in named[::12]:
        del codes[name]
    return pl.Series("MaLinhVuc", [codes.get(name) for name in fields], dtype=pl.String)


def _initials(name: str) -> str:
    bare = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    words = ["".join(letter for letter in word if letter.isascii() and letter.isalpha()) for word in bare.split()]
    return "".join(word[0] for word in words if word)[:2].upper()
