"""Write deliveries: CSV under `<source>/<business day>/`, and the sync message of one department in JSON.

Belongs here: file names (each contains `synthetic`) and formats. Does not belong here: what the rows say.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

ENVELOPE_LISTS = {
    "thanh_phan": "TaiLieuNop",
    "le_phi": "DanhSachLePhi",
    "bo_sung": "DanhSachHoSoBoSung",
    "ket_qua": "DanhSachGiayToKetQua",
}


@dataclass
class Writer:
    """Write deliveries below `out` and count their rows per source.

    Attributes:
        out: The landing folder.
        by_night: True puts each file below one more folder, named after the night on which it arrives; a night's
            folder copied over the landing folder gives what that night finds.
        rows: Rows written so far, per source.
    """

    out: Path
    by_night: bool = False
    rows: Counter[str] = field(default_factory=Counter)

    def csv(self, source: str, day: str, table: pl.DataFrame, night: str | None = None) -> None:
        """Write one CSV file; an extract without rows is not delivered.

        Args:
            source: The source.
            day: Its business day (ISO).
            table: The rows.
            night: The night on which it arrives (ISO); None is its business day.
        """
        if table.is_empty():
            return
        self._put(source, day, table, night)
        self.rows[source] += table.height

    def first_edition(self, source: str, day: str, table: pl.DataFrame) -> None:
        """Write the earlier edition of a file that is delivered again; its rows are not counted."""
        self._put(source, day, table, None)

    def _put(self, source: str, day: str, table: pl.DataFrame, night: str | None) -> None:
        name = f"{source}-{day}.synthetic.csv"
        table.write_csv(self._place(source, day, night) / name, line_terminator="\n")

    def message(self, day: str, unit: str, dossiers: pl.DataFrame, children: dict[str, pl.DataFrame]) -> None:
        """Write a `DongBoHoSoMC` message: all values strings, null as an empty string, children nested."""
        if dossiers.is_empty():
            return
        nested = {source: _by_dossier(table) for source, table in children.items()}
        data = [
            row | {ENVELOPE_LISTS[source]: lists.get(row["MaHoSo"], []) for source, lists in nested.items()}
            for row in _texts(dossiers)
        ]
        head = {"session": "SYNTHETIC", "madonvi": unit, "service": "DongBoHoSoMC", "isUpdating": "True"}
        text = json.dumps({**head, "data": data}, ensure_ascii=False, separators=(",", ":"))
        name = f"DongBoHoSoMC-{unit}-{day}.synthetic.json"
        (self._place("ho_so", day) / name).write_text(text + "\n", encoding="utf-8")
        self.rows["ho_so"] += dossiers.height
        for source, table in children.items():
            self.rows[source] += table.height

    def _place(self, source: str, day: str, night: str | None = None) -> Path:
        folder = (self.out / (night or day) if self.by_night else self.out) / source / day
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def as_texts(table: pl.DataFrame) -> pl.DataFrame:
    """Return the same rows with every column as text."""
    return table.select(pl.all().cast(pl.String))


def _texts(table: pl.DataFrame) -> list[dict[str, str]]:
    return as_texts(table).with_columns(pl.all().fill_null("")).to_dicts()


def _by_dossier(table: pl.DataFrame) -> dict[str, list[dict[str, str]]]:
    lists: dict[str, list[dict[str, str]]] = {}
    for row in _texts(table):
        lists.setdefault(row.pop("MaHoSo"), []).append(row)
    return lists
