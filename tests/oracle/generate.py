"""Small synthetic provinces, dense in edge cases, for the oracle.

Nothing in them is real.

Here: units, procedures and dossiers drawn from a seed, and their files. Not here: any indicator, what belongs to a
dossier (generate_children) or to none (generate_reports), what is put right on an edge (generate_edges), and anything
as large or as lifelike as `tthc sample`.
"""

import random
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from .draws import LAST_SECOND, Draws
from .generate_children import Children
from .generate_edges import Edges
from .generate_reports import STRANGER, make_reports
from .records import PROVINCE, DossierState, Fee, Procedure, Row, Unit
from .registers import own_unit
from .rule_766_time import months_later
from .settle import day_of
from .working_days import nth_after, nth_before
from .world import Delivery, World


def worlds() -> st.SearchStrategy[World]:
    """Return provinces for hypothesis; a failure shrinks to a small seed, not to a small province."""
    return st.integers(min_value=0, max_value=2**32 - 1).map(province)


def province(seed: int) -> World:
    """Return the province of a seed: 2 to 14 units, 5 to 40 dossiers; the same for ever."""
    return _Maker(random.Random(seed)).world()


def gone(code: str, day: date, updated: datetime | None = None) -> DossierState:
    """Return a row that says no more than that a dossier was deleted."""
    return DossierState(code, None, None, None, day, DaXoa=1, NgayCapNhat=updated)


class _Maker(Draws):
    """Draws one province."""

    def world(self) -> World:
        # A system whose dossiers say whether the account was verified, or one of which none does.
        self.tells_accounts = self.chance(0.7)
        self.make_units()
        self.make_procedures()
        for number in range(1, self.rng.randint(5, 30) + 1):
            self.make_dossier(number)
        nobodys = DossierState(f"{STRANGER}-240101-9999", "", STRANGER, 4, self.days[0])
        Children(self, nobodys, self.rng.choice(self.rows["thu_tuc"])).make()
        codes = sorted({state.MaHoSo for state in self.rows["ho_so"]})
        make_reports(self, sorted({unit.MaDonVi for unit in self.rows["don_vi"]}), codes)
        edges = Edges(self)
        edges.make()
        files = tuple(self.deliveries())
        return World(self.as_of, files, edges.changes, edges.targets, edges.low, edges.editions())

    # ---- code lists -----------------------------------------------------------------------------------

    def make_units(self) -> None:
        levels = ["tinh", *(self.rng.choice(["so", "huyen", "xa"]) for _ in range(5))]
        for number, level in enumerate(levels[: self.rng.randint(2, 6)]):
            code = f"{PROVINCE}.{number:02}" if number else PROVINCE
            if number == 1 and self.chance(0.6):
                self.add("don_vi", Unit(own_unit(self.days[0]), "so", self.days[0], "Sở Thông tin", PROVINCE))
                continue
            ends = self.rng.choice(self.edges) if number and self.chance(0.18) else None
            unit = Unit(code, level, self.days[0], f"Đơn vị {number}", PROVINCE if number else None)
            if number and self.chance(0.2):
                self.add("don_vi", replace(unit, Cap=self.rng.choice(["so", "huyen", "xa"])))
                unit = replace(unit, business_day=self.days[-1])
            begins = self.rng.choice(self.edges) if number and self.chance(0.4) else date(2020, 1, 1)
            unit = replace(unit, HieuLucTu=self.rng.choice([begins, begins, begins, None]), HieuLucDen=ends)
            self.add("don_vi", unit)
            if number and self.chance(0.06):
                self.add("don_vi", replace(unit, TenDonVi="Tên khác"))

    def make_procedures(self) -> None:
        for number in range(self.rng.randint(1, 6)):
            day = self.rng.choice(self.days)
            procedure = self.procedure(f"1.00{number:04}.000.00.00.{PROVINCE}", day)
            self.add("thu_tuc", procedure)
            if self.chance(0.2):
                # On one day with the first it is a conflict, with or without an older row to fall back on.
                later = self.business_day(day)
                self.add("thu_tuc", self.procedure(procedure.MaTTHC, later))
                if self.chance(0.5):
                    self.add("thu_tuc", replace(procedure, business_day=later, TenTTHC="Tên thứ ba"))

    def procedure(self, code: str, delivered: date) -> Procedure:
        """Return a procedure whose dates lie near edges and near each other."""
        units = [("NGAY", 40), ("NGAY_LAM_VIEC", 30), ("GIO", 90), ("THANG", 2), ("THANG", 1)]
        unit, most = self.rng.choice([*units, *units, (None, 9)])
        decided = self.edge() if self.chance(0.8) else None
        deadline = nth_after(decided, 5) if decided else None
        valid = self.edge() if self.chance(0.7) else None
        if decided and valid and self.chance(0.5):
            decided = nth_before(valid, self.rng.choice([4, 5, 5, 6])) or decided
        limit = None if self.chance(0.3) else self.rng.randint(0, 4)
        return Procedure(
            code,
            delivered,
            ThoiHanGiaiQuyet=self.rng.choice([self.rng.randint(0, most), self.rng.randint(0, 4), limit]),
            DonViThoiHan=unit,
            CoPhiLePhi=self.flag(),
            ThanhToanTrucTuyen=self.flag(),
            CoKetQua=self.flag(),
            CoHoSoMau=self.flag(),
            NgayQuyetDinhCongBo=decided,
            NgayCongKhai=self.day(self.edges[0], self.horizon, deadline, deadline) if self.chance(0.8) else None,
            NgayHieuLuc=valid,
            NgayHetHieuLuc=self.edge() if self.chance(0.3) else None,
            NgayCauHinhQuyTrinh=self.day(self.edges[0], self.horizon, valid, valid) if self.chance(0.75) else None,
            DuDieuKienTrucTuyen=self.flag(),
            MucDo=self.rng.choice([None, 2, 3, 4]),
            MaDonViThucHien=self.rng.choice([None, *[own_unit(delivered)] * 2, f"{PROVINCE}.01"]),
            TichHopDVCQG=self.flag(),
            LaTTHCNoiBo=self.rng.choice([None, 0, 0, 1]),
        )

    # ---- dossiers -------------------------------------------------------------------------------------

    def make_dossier(self, number: int) -> None:
        last = self.days[-1]
        received = self.day(min(self.edges), last)
        if self.chance(0.02):
            # Before the first year of the working calendar.
            received = date(2021, 12, 31)
        chosen = self.rng.choice(self.rows["don_vi"])
        unit, ends = chosen.MaDonVi, chosen.HieuLucDen
        if ends and ends < last and self.chance(0.5):
            received = ends + timedelta(days=self.rng.choice([0, 0, 1]))
        procedure = self.rng.choice(self.rows["thu_tuc"])
        desk, handler = unit, None
        if self.chance(0.3):
            # Taken in at one unit's desk and handled by another; some systems name the handler always.
            desk, handler = self.rng.choice([self.rng.choice(self.rows["don_vi"]).MaDonVi, unit]), unit
        first = DossierState(
            MaHoSo=f"{unit}-{received:%y%m%d}-{number:04}",
            MaTTHC=procedure.MaTTHC,
            MaDonVi=desk,
            TrangThaiHoSo=2,
            business_day=self.business_day(received),
            MaDonViXuLy=handler,
            KenhThucHien=self.rng.choice([None, 1, 2, 2, 3]),
            NgayTiepNhan=self.moment(received),
            NgayHenTra=self.moment(self.due(received)) if self.chance(0.6) else None,
            DuocThanhToanTrucTuyen=self.rng.choice([None, 0, 1, 1, 2, 3]),
            TaiKhoanDuocXacThucVoiVNeID=self.rng.choice([None, 0, 1]) if self.tells_accounts else None,
        )
        history = [first]
        if self.chance(0.4):
            history.append(replace(first, TrangThaiHoSo=self.rng.choice([4, 5])))
        final = self.final(first, received, procedure)
        history.append(final)
        if self.chance(0.12):
            history.append(self.broken(history[-1], received))
        if self.chance(0.1):
            last_state = history[-1]
            history.append(self.rng.choice([gone(first.MaHoSo, last), replace(last_state, DaXoa=1)]))
            if self.chance(0.3):
                history.append(replace(last_state, DaXoa=0))
        if self.chance(0.25):
            history = history[-1:]
        if len(history) > 1 and self.chance(0.3):
            # Sent on under another unit, which may have come into being after the dossier was received.
            other, since = self.rng.choice(self.rows["don_vi"]).MaDonVi, self.rng.randint(1, len(history) - 1)
            field = "MaDonVi" if handler is None and self.chance(0.6) else "MaDonViXuLy"
            history[since:] = [replace(state, **{field: other}) for state in history[since:]]
        self.deliver(history, received)
        Children(self, final, procedure).make()

    def due(self, received: date) -> date:
        if self.chance(0.06):
            return received - timedelta(days=1)
        return self.day(received, self.days[-1] + timedelta(days=15))

    def limit_day(self, received: date, procedure: Procedure) -> date | None:
        """Return the last day on which a dossier without a due date is in time, or its neighbour."""
        limit, unit = procedure.ThoiHanGiaiQuyet, procedure.DonViThoiHan
        if limit is None or unit is None:
            return None
        off = self.rng.choice([-1, 0, 0, 1, 1, 1, 6])
        if unit == "NGAY":
            return received + timedelta(days=limit + off)
        if unit == "THANG":
            return months_later(received, limit) + timedelta(days=off)
        return nth_after(received, (-(-limit // 8) if unit == "GIO" else limit) + off)

    def final(self, first: DossierState, received: date, procedure: Procedure) -> DossierState:
        """Return the state the dossier is left in: any status, with finish fields that go with it or do not."""
        status = self.rng.choices(range(1, 11), [2, 3, 2, 4, 4, 3, 5, 4, 8, 8])[0]
        state = replace(first, TrangThaiHoSo=status)
        if status == 1 and self.chance(0.6):
            return replace(state, NgayTiepNhan=None, NgayHenTra=None)
        if status in (9, 10) or self.chance(0.6 if status == 7 else 0.2):
            end = self.day(received, self.days[-1])
            due = day_of(first.NgayHenTra) or self.limit_day(received, procedure)
            if due and received <= due <= self.days[-1] and self.chance(0.4 if first.NgayHenTra else 0.9):
                end = due
            way = self.rng.randint(0, 2)
            if way != 0:
                state = replace(state, NgayKetThucXuLy=self.moment(end))
            if way != 1:
                # With both fields filled, the day of return lies later and must not be read.
                back = end if way == 0 else self.day(end, self.days[-1])
                state = replace(state, NgayTra=self.moment(back))
        return state

    def broken(self, state: DossierState, received: date) -> DossierState:
        """Return a further state that is to be rejected."""
        finished: dict[str, Any] = {"TrangThaiHoSo": self.rng.choice([9, 10]), "NgayTra": None}
        after = self.moment(self.days[-1] + timedelta(days=1))
        before = self.moment(received - timedelta(days=1))
        ways: list[dict[str, Any]] = [
            {"MaDonVi": STRANGER},
            {"MaDonViXuLy": STRANGER},
            {"MaTTHC": f"9.999999.000.00.00.{PROVINCE}"},
            {"TrangThaiHoSo": self.rng.randint(2, 10), "NgayTiepNhan": None},
            {"NgayTiepNhan": after},
            finished | {"NgayKetThucXuLy": None},
            finished | {"NgayKetThucXuLy": after},
            finished | {"NgayTiepNhan": self.moment(received), "NgayKetThucXuLy": before},
        ]
        return replace(state, **self.rng.choice(ways))

    def deliver(self, history: list[DossierState], received: date) -> None:
        """Put the states on business days in any order, so that old states arrive late."""
        updated = datetime.combine(received, time(0, 15))
        evening = datetime.combine(self.days[-1], time(20, 0))
        for state in history:
            if self.chance(0.4):
                # Reported long after it was received, near the cut of a period.
                updated = max(updated, self.moment(self.day(received, self.days[-1])))
            ready = [day for day in map(day_of, (state.NgayKetThucXuLy, state.NgayTra)) if day]
            earliest = max([received, updated.date(), *(day for day in ready if day <= self.days[-1])])
            row = replace(state, business_day=self.business_day(earliest), NgayCapNhat=updated)
            if self.chance(0.12):
                row = replace(row, NgayCapNhat=None)
                if self.chance(0.2):
                    # As new as a row without an update time of the same business day.
                    evening_end = datetime.combine(row.business_day, LAST_SECOND)
                    self.add("ho_so", replace(row, TrangThaiHoSo=4, NgayCapNhat=evening_end))
            self.add("ho_so", row)
            if self.chance(0.06):
                # Equally new by NgayCapNhat; a conflict only where the business day is the same too.
                day = self.rng.choice([row.business_day, self.business_day(earliest)])
                channel = 2 if row.KenhThucHien != 2 else 1
                self.add("ho_so", replace(row, KenhThucHien=channel, business_day=day))
            if self.chance(0.08):
                # On the last day on which an update time is believed, a second later, and out of a broken clock.
                eve = datetime.combine(row.business_day + timedelta(days=1), LAST_SECOND)
                clock = self.rng.choice([eve, eve + timedelta(seconds=1), datetime(2099, 1, 1)])
                self.add("ho_so", replace(row, KenhThucHien=3, NgayCapNhat=clock))
            if self.chance(0.95):
                step = timedelta(hours=self.rng.randint(1, 200))
                updated += step if updated + step < evening else timedelta(minutes=20)

    # ---- files ----------------------------------------------------------------------------------------

    def deliveries(self) -> list[Delivery]:
        """Return every row in one of two files of its source and business day; files arrive in any order."""
        files: dict[tuple[str, date, str, str | None], list[Row]] = {}
        for source, rows in self.rows.items():
            for row in rows:
                name = self.rng.choice([f"{source}.csv", f"{source}-2.csv"])
                within = "ho_so" if isinstance(row, Fee) and row.in_message else None
                name = f"DongBo-{name}" if within else name
                files.setdefault((source, row.business_day, name, within), []).append(row)
        found = [
            Delivery(source, day, name, tuple(rows), within) for (source, day, name, within), rows in files.items()
        ]
        # A source without rows either came as a file that has none, or never came.
        empty = [source for source, rows in self.rows.items() if not rows and self.chance(0.3)]
        found += [Delivery(source, self.days[-1], f"{source}.csv", ()) for source in empty]
        self.rng.shuffle(found)
        return found
