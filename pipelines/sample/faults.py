"""Planted wrong rows in known numbers: each must be rejected for its reason, and none may change a figure.

Belongs here: the kinds of faults, planting and recording them. Every wrong row is an additional one: its dossier is
invented for it, or its correct row is delivered as well, so the numbers in `truth.json` stay the same.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from pipelines.sample.behaviour import stream
from pipelines.sample.extracts import as_texts
from pipelines.sample.province_draws import ProvinceDraws

Row = dict[str, str | None]
KEYS = {"ho_so": ["MaHoSo"], "le_phi": ["MaHoSo", "MaPhiLePhi"], "thanh_phan": ["MaHoSo", "TepDinhKemId"]}


@dataclass(frozen=True)
class FaultKind:
    """One kind of wrong row.

    Attributes:
        reason: The reason for which it must be rejected.
        source: The source whose rows are spoilt.
        spoil: Takes a correct row, a serial number and the business day, and returns the wrong row.
        fresh_dossier: True gives the wrong row a dossier of its own; False delivers it beside the correct row.
    """

    reason: str
    source: str
    spoil: Callable[[Row, int, dt.date], Row]
    fresh_dossier: bool = True


def _set(**wrong: str | None) -> Callable[[Row, int, dt.date], Row]:
    return lambda row, nth, day: row | wrong


def _one_of(name: str, *values: str) -> Callable[[Row, int, dt.date], Row]:
    return lambda row, nth, day: row | {name: values[nth % len(values)]}


def _shift(text: str | None, day: dt.date) -> str:
    return day.strftime("%Y%m%d") + (text or "")[8:].rjust(6, "0")


def _finished_early(row: Row, nth: int, day: dt.date) -> Row:
    received = dt.datetime.strptime((row["NgayTiepNhan"] or "")[:8], "%Y%m%d").date()
    return row | {
        "NgayKetThucXuLy": _shift(row["NgayKetThucXuLy"], received - dt.timedelta(days=3)),
        "NgayTra": None,
    }


def _received_later(row: Row, nth: int, day: dt.date) -> Row:
    received = _shift(row["NgayTiepNhan"], day + dt.timedelta(days=2))
    return row | {"NgayTiepNhan": received, "NgayKetThucXuLy": None, "NgayTra": None, "TrangThaiHoSo": "4"}


def _finished_later(row: Row, nth: int, day: dt.date) -> Row:
    finish = _shift(row["NgayKetThucXuLy"], day + dt.timedelta(days=2))
    return row | {"NgayKetThucXuLy": finish, "NgayTra": None, "TrangThaiHoSo": "9"}


def _no_such_day(row: Row, nth: int, day: dt.date) -> Row:
    wrong = (f"{day.year}0231093000", "00250115080000", "45292", f"{day.year}1305080000")
    return row | {"NgayHenTra": wrong[nth % len(wrong)]}


def _unknown_unit(row: Row, nth: int, day: dt.date) -> Row:
    return row | {"MaDonVi": f"{(row['MaDonVi'] or '').partition('.')[0]}.99"}


def _newer_state(row: Row, nth: int, day: dt.date) -> Row:
    return row | {"NgayHenTra": f"{day.year}0231093000", "NgayCapNhat": day.strftime("%Y%m%d") + "235959"}


_OPEN = {"NgayKetThucXuLy": None, "NgayTra": None}

KINDS = (
    FaultKind("required_missing", "ho_so", _set(MaTTHC=None)),
    FaultKind("required_missing", "ho_so", _set(TrangThaiHoSo=None)),
    FaultKind(
        "bad_timestamp",
        "ho_so",
        _no_such_day,
    ),
    FaultKind("bad_timestamp", "ho_so", _newer_state, fresh_dossier=False),
    FaultKind("not_in_code_list", "ho_so", _one_of("KenhThucHien", "7", "online")),
    FaultKind("no_received_date", "ho_so", _set(NgayTiepNhan=None, TrangThaiHoSo="4", **_OPEN)),
    FaultKind("no_finish_date", "ho_so", _set(TrangThaiHoSo="9", **_OPEN)),
    FaultKind("finished_before_received", "ho_so", _finished_early),
    FaultKind("received_after_business_day", "ho_so", _received_later),
    FaultKind("finished_after_business_day", "ho_so", _finished_later),
    FaultKind("unknown_unit", "ho_so", _unknown_unit),
    FaultKind("unknown_procedure", "ho_so", _set(MaTTHC="9.999999")),
    FaultKind("bad_integer", "le_phi", _one_of("Gia", "12.5", "50.000", "abc"), fresh_dossier=False),
    FaultKind("negative_amount", "le_phi", _set(Gia="-50000"), fresh_dossier=False),
    FaultKind("not_in_code_list", "thanh_phan", _set(DuocSoHoa="9"), fresh_dossier=False),
    FaultKind("unknown_dossier", "thanh_phan", _set()),
    FaultKind("unknown_dossier", "le_phi", _set()),
)
REPEAT, CONFLICT = "identical_repeat", "conflict"


@dataclass
class Faults:
    """Add planned wrong rows to each table before it is written, and record them.

    Attributes:
        deliveries: The business days (ISO).
        per_kind: How many rows of each kind are planted over all deliveries.
        rng: The random generator of the faults.
        planted: One record per planted row: reason, source, business day and key.
        serial: The last number given to a planted row.
    """

    deliveries: tuple[str, ...]
    per_kind: int
    rng: np.random.Generator
    planted: list[dict[str, Any]] = field(default_factory=list)
    serial: int = 0

    def spoil(self, source: str, day: str, table: pl.DataFrame) -> pl.DataFrame:
        """Return the table with this delivery's wrong rows appended; tables of other sources unchanged."""
        if source not in KEYS:
            return table
        texts = as_texts(table)
        good = texts.filter(_rows_to_spoil(source)).to_dicts()
        if not good:
            return texts
        extra: list[Row] = []
        for at, kind in enumerate(KINDS):
            if kind.source == source:
                extra += self._wrong_rows(kind, at, source, day, good)
        if source == "ho_so":
            extra += self._conflicts(day, good) + self._repeats(day, good)
        return pl.concat([texts, pl.DataFrame(extra, schema=texts.schema)])

    def report(self) -> dict[str, Any]:
        """Return, per reason, the number of planted rows (`rows`) and the source, day and key of each (`keys`)."""
        result: dict[str, Any] = {}
        for row in self.planted:
            entry = result.setdefault(row["reason"], {"rows": 0, "keys": []})
            entry["rows"] += 1
            entry["keys"].append({name: value for name, value in row.items() if name != "reason"})
        return dict(sorted(result.items()))

    def _due(self, at: int, day: str) -> int:
        """Return how many rows of a kind a delivery gets: spread evenly over the year, each kind on other days."""
        nth, days = self.deliveries.index(day), len(self.deliveries)
        return sum((n * 5 + at) % days == nth for n in range(self.per_kind))

    def _pick(self, good: list[Row]) -> Row:
        return dict(good[int(self.rng.integers(0, len(good)))])

    def _wrong_rows(self, kind: FaultKind, at: int, source: str, day: str, good: list[Row]) -> list[Row]:
        rows = []
        for _ in range(self._due(at, day)):
            row = self._pick(good)
            if kind.fresh_dossier:
                row["MaHoSo"] = self._fresh(row["MaHoSo"])
            self.serial += 1
            if source == "thanh_phan":
                row["TepDinhKemId"] = f"TEP-{row['MaHoSo']}-9{self.serial}"
            elif source == "le_phi":
                row["MaPhiLePhi"] = f"LP9{self.serial}"
            row = kind.spoil(row, self.serial, dt.date.fromisoformat(day))
            self._note(kind.reason, source, day, row, newer_state=kind.spoil is _newer_state)
            rows.append(row)
        return rows

    def _conflicts(self, day: str, good: list[Row]) -> list[Row]:
        """Return pairs of rows of one new dossier that are equally new and differ, so that both are rejected."""
        rows = []
        for _ in range(self._due(len(KINDS), day)):
            row = self._pick(good)
            row["MaHoSo"] = self._fresh(row["MaHoSo"])
            rows += [row | {"KenhThucHien": "1"}, row | {"KenhThucHien": "2"}]
            self._note(CONFLICT, "ho_so", day, rows[-1])
            self._note(CONFLICT, "ho_so", day, rows[-2])
        return rows

    def _repeats(self, day: str, good: list[Row]) -> list[Row]:
        """Return repeats of correct rows: not wrong, counted as superseded."""
        rows = [self._pick(good) for _ in range(self._due(len(KINDS) + 1, day))]
        for row in rows:
            self._note(REPEAT, "ho_so", day, row)
        return rows

    def _fresh(self, code: str | None) -> str:
        self.serial += 1
        return f"{(code or '').rsplit('-', 1)[0]}-9{self.serial:05}"

    def _note(self, reason: str, source: str, day: str, row: Row, newer_state: bool = False) -> None:
        keys = {name: row[name] for name in KEYS[source]}
        entry = {"reason": reason, "source": source, "business_day": day, **keys}
        self.planted.append(entry | ({"newer_state": True} if newer_state else {}))


def plan_faults(province: ProvinceDraws) -> Faults:
    """Return the faults to plant, their number per kind scaled to the number of dossiers."""
    settings, count = province.behaviour["faults"], len(province.lifecycles.arrivals)
    per_kind = settings["least"] + count * settings["per_100000"] // 100_000
    return Faults(province.deliveries, per_kind, stream(province.seed, "faults"))


def _rows_to_spoil(source: str) -> pl.Expr:
    """Return the condition for rows to spoil: finished dossiers with every date, so that only one thing is wrong."""
    if source != "ho_so":
        return pl.lit(True)
    complete = [pl.col(name).is_not_null() for name in ("NgayTiepNhan", "NgayHenTra", "NgayKetThucXuLy", "NgayCapNhat")]
    return pl.all_horizontal(pl.col("TrangThaiHoSo").is_in(["9", "10"]), pl.col("DaXoa") == "0", *complete)
