"""The corpora: for every file what it truly holds, by a source that knows nothing of our reader.

Four lie outside the project, beside the checkout (`shared/real`); the encodings and the kinds are made here.
"""

import csv
import json
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.contracts.model import Contract, load_contract, load_contracts
from pipelines.settings import PROJECT_DIR, Settings
from tests.campaign.wrongness.kinds import silent_kinds
from tests.campaign.wrongness.legacy import read_wrongly, to_tcvn3, to_vni
from tests.campaign.wrongness.verdict import Case, Row, text_row

REAL = PROJECT_DIR.parent / "shared" / "real"
# csv_spectrum contradicts itself once: its JSON has a made-up phone number where its CSV has this one.
MENDED = {"location_coordinates": {"Contact Phone Number": "2095257564"}}
NAMES = [
    "Phường Trảng Dài", "Xã Phú Lộc", "Ủy ban nhân dân huyện Định Quán", "Sở Thông tin và Truyền thông", "Xã Xuân Bảo",
    "Thị trấn Vĩnh An", "Đồng Nai", "Chi cục Kiểm lâm", "Xã Suối Nho", "Phường Hòa Bình",
]  # fmt: skip


def text_contract(columns: list[str]) -> Contract:
    """Return a contract under which every column is plain text."""
    words = {"vi": "chữ", "en": "text"}
    fields = [{"name": name, "type": "text", "description": words} for name in columns]
    return Contract.model_validate(
        {"source": "chu", "title": words, "grain": words, "key": columns[:1], "fields": fields}
    )


def csv_spectrum(_: Path) -> Iterator[Case]:
    """Yield csv_spectrum: the corners of CSV that are legal, with their content as JSON."""
    for path in sorted((REAL / "csv_spectrum").glob("*.csv")):
        found = json.loads((REAL / "csv_spectrum_expected" / f"{path.stem}.json").read_text(encoding="utf-8"))
        records = [record | MENDED.get(path.stem, {}) for record in (found if isinstance(found, list) else [found])]
        yield Case(path, text_contract(list(records[0])), [text_row(record.values()) for record in records])


def pollock(_: Path) -> Iterator[Case]:
    """Yield the Pollock sample: one table, damaged in 115 ways, through a contract of types and patterns."""
    contract = load_contract(Path(__file__).parent / "pollock.yml")
    for path in sorted((REAL / "pollock_sample" / "csv").glob("*.csv")):
        yield Case(
            path, contract, [text_row(cells) for cells in _cells(REAL / "pollock_sample" / "clean" / path.name)[1:]]
        )


def damaged_in_dialect_only(path: Path) -> bool:
    """Return True for a Pollock file that the declared dialect alone reads rightly: our reader has no excuse there."""
    stated = json.loads(
        (REAL / "pollock_sample" / "parameters" / f"{path.name}_parameters.json").read_text(encoding="utf-8")
    )
    clean = _cells(REAL / "pollock_sample" / "clean" / path.name)
    try:
        return _cells(path, delimiter=stated["delimiter"], quotechar=stated["quotechar"], strict=True) == clean
    except csv.Error:
        return False


def hostile_workbooks(_: Path) -> Iterator[Case]:
    """Yield workbooks made to break readers: bombs, fuzzed files, passwords, external links.

    None is a list of ours.
    """
    contract = load_contracts(Settings().contracts_dir)["thu_tuc"]
    for path in sorted((REAL / "hostile_workbooks").iterdir()):
        yield Case(path, contract, None)


def naughty_strings(folder: Path) -> Iterator[Case]:
    """Yield strings that break programs, one a file, written by polars.

    Stored composed (NFC), else byte for byte.
    """
    for number, text in enumerate(json.loads((REAL / "naughty_strings.json").read_text(encoding="utf-8"))):
        path = folder / f"{number}.csv"
        try:
            pl.DataFrame({"n": ["x"], "s": [text]}).write_csv(path, quote_style="always")
        except UnicodeEncodeError:
            continue  # half a character is no text; no CSV can hold it
        yield Case(path, text_contract(["n", "s"]), [text_row(["x", unicodedata.normalize("NFC", text)])])


def encodings(folder: Path) -> Iterator[Case]:
    """Yield a list of units in every encoding that offices are known to use, rightly and wrongly declared."""
    plain = load_contracts(Settings().contracts_dir)["don_vi"]
    old = plain.model_copy(update={"formats": plain.formats.model_copy(update={"encoding": "cp1258"})})
    truth: list[Row] = [(f"H19.{number}", name, "xa", None, None, None) for number, name in enumerate(NAMES, 10)]

    def case(name: str, written: bytes, contract: Contract = plain) -> Case:
        path = folder / f"{name}.csv"
        path.write_bytes(written)
        return Case(path, contract, truth)

    def table(change: Callable[[str], str] = str) -> str:
        return "MaDonVi,TenDonVi,Cap\n" + "".join(
            f"{code},{change(str(name))},{level}\n" for code, name, level, *_ in truth
        )

    decomposed = unicodedata.normalize("NFD", table())
    yield case("utf-8", table().encode())
    yield case("utf-8 with byte order mark", table().encode("utf-8-sig"))
    yield case("utf-8 decomposed (NFD)", decomposed.encode())
    yield case("utf-8 with CRLF", table().replace("\n", "\r\n").encode())
    for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        yield case(name, table().encode(name))
    yield case("windows-1258 declared", _cp1258(table()), old)
    yield case("windows-1258 not declared", _cp1258(table()))
    yield case("utf-8 declared windows-1258", table().encode(), old)
    for encoding in ("cp1252", "latin-1", "cp1258"):
        yield case(f"utf-8 read as {encoding}", table(lambda name: read_wrongly(name, encoding)).encode())  # noqa: B023
    yield case("utf-8 read as latin-1 twice",
               table(lambda name: read_wrongly(read_wrongly(name, "latin-1"), "latin-1")).encode())  # fmt: skip
    yield case("TCVN3 bytes", table(to_tcvn3).encode("latin-1"))
    yield case("TCVN3 saved as utf-8", table(to_tcvn3).encode())
    yield case("VNI bytes", table(to_vni).encode("latin-1"))
    yield case("VNI saved as utf-8", table(to_vni).encode())
    yield case("letters lost to question marks", table(lambda name: name.encode("latin-1", "replace").decode("latin-1"))
               .encode())  # fmt: skip
    yield case(
        "letters lost to U+FFFD", table(lambda name: name.replace("ả", "\ufffd").replace("ộ", "\ufffd")).encode()
    )


def _cp1258(text: str) -> bytes:
    """windows-1258 has letters with hats, and the tones as marks of their own behind them."""
    out = []
    for letter in unicodedata.normalize("NFC", text):
        try:
            out.append(letter.encode("cp1258"))
        except UnicodeEncodeError:
            base, *marks = list(unicodedata.normalize("NFD", letter))
            tone = next(mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323")
            bare = unicodedata.normalize("NFC", base + "".join(mark for mark in marks if mark != tone))
            out.append(bare.encode("cp1258") + tone.encode("cp1258"))
    return b"".join(out)


def _cells(path: Path, **dialect: Any) -> list[list[str]]:
    with path.open(newline="", encoding="ascii") as stream:
        return list(csv.reader(stream, **dialect))


CORPORA = {
    "csv_spectrum": csv_spectrum,
    "Pollock sample": pollock,
    "hostile workbooks": hostile_workbooks,
    "naughty strings": naughty_strings,
    "Vietnamese encodings": encodings,
    "kinds once silently wrong": silent_kinds,
}
MADE_HERE = ("Vietnamese encodings", "kinds once silently wrong")
