"""Small synthetic provinces, dense in edge cases, for the oracle. Nothing in them is real.

Here: deliveries drawn from a seed. Not here: any indicator, and anything as large or as lifelike as
`tthc sample`.
"""

import random
from bisect import bisect_left, bisect_right
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from hypothesis import strategies as st

from .records import PROVINCE, Component, DossierState, Fee, Procedure, Row, Supplement, Unit
from .settle import day_of
from .world import SOURCES, Delivery, World

# First and last days of periods, their neighbours being drawn too, and the two odd days of the winter.
EDGES = (
    [date(2023, 12, 15), date(2023, 12, 31), date(2024, 2, 29)]
    + [date(2024, month, 1) for month in range(1, 13)]
    + [date(2024, month, 1) - timedelta(days=1) for month in range(2, 13)]
    + [date(2024, 3, 12), date(2024, 6, 12), date(2024, 9, 12), date(2024, 11, 7)]
    + [date(2024, 12, 31), date(2025, 1, 1)]
)
MIDNIGHT, LAST_SECOND = time(0, 0, 0), time(23, 59, 59)


def worlds() -> st.SearchStrategy[World]:
    """Provinces for hypothesis; a failure shrinks to a small seed, not to a small province."""
    return st.integers(min_value=0, max_value=2**32 - 1).map(province)


def province(seed: int) -> World:
    """The province of a seed: 2 to 6 units, 5 to 40 dossiers; the same for ever."""
    return _Maker(random.Random(seed)).world()


class _Maker:
    """Draws one province; holds what the draws share: the random source, the days, the code lists."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        last = rng.choice(EDGES[2:]) + timedelta(days=rng.choice([0, 0, 0, 1, 13]))
        # Seldom, someone sets the as-of day before the newest delivery, or the newest delivery is missing.
        as_of = last + timedelta(days=rng.choices([0, -3, -20, 2], [7, 1, 1, 1])[0])
        self.as_of = max(as_of, date(2024, 1, 1))
        back = rng.sample(range(1, 75), rng.randint(2, 4))
        self.days = sorted({last, *(last - timedelta(days=step) for step in back)})
        # Sorted, since the order of a set of dates changes from one Python process to the next.
        self.edges = [day for day in sorted({*EDGES, self.as_of, last}) if last - day < timedelta(days=200)]
        self.near = sorted(edge + timedelta(days=step) for edge in self.edges for step in (-1, 0, 0, 1))
        self.rows: dict[str, list[Row]] = {source: [] for source in SOURCES}

    def world(self) -> World:
        self.make_units()
        self.make_procedures()
        for number in range(1, self.rng.randint(5, 40) + 1):
            self.make_dossier(number)
        self.make_children("H19.99-240101-9999", self.days[0])
        return World(self.as_of, tuple(self.deliveries()))

    # ---- draws ----------------------------------------------------------------------------------------

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def day(self, first: date, last: date) -> date:
        """A day within both bounds: mostly the edge of a period or its neighbour, else any."""
        near = self.near[bisect_left(self.near, first) : bisect_right(self.near, last)]
        if near and self.chance(0.75):
            return self.rng.choice(near)
        return first + timedelta(days=self.rng.randint(0, max((last - first).days, 0)))

    def moment(self, day: date) -> datetime:
        clock = self.rng.choice([MIDNIGHT, LAST_SECOND, time(self.rng.randint(7, 16), 30)])
        return datetime.combine(day, clock)

    def business_day(self, earliest: date) -> date:
        return self.rng.choice([day for day in self.days if day >= earliest] or self.days[-1:])

    def add(self, source: str, row: Row) -> None:
        self.rows[source].append(row)
        if self.chance(0.08):
            again = self.rng.choice([row.business_day, self.business_day(row.business_day)])
            self.rows[source] += [replace(row, business_day=again)] * self.rng.choice([1, 1, 2])

    # ---- code lists -----------------------------------------------------------------------------------

    def make_units(self) -> None:
        levels = ["tinh", *(self.rng.choice(["so", "huyen", "xa", "tinh"]) for _ in range(5))]
        for number, level in enumerate(levels[: self.rng.randint(2, 6)]):
            code = f"{PROVINCE}.{number:02}" if number else PROVINCE
            ends = self.rng.choice(self.edges) if number and self.chance(0.12) else None
            unit = Unit(code, level, self.days[0], f"Đơn vị {number}", PROVINCE if number else None)
            if number and self.chance(0.2):
                self.add("don_vi", replace(unit, Cap=self.rng.choice(["so", "huyen", "xa"])))
                unit = replace(unit, business_day=self.days[-1])
            unit = replace(unit, HieuLucTu=date(2020, 1, 1), HieuLucDen=ends)
            self.add("don_vi", unit)
            if number and self.chance(0.06):
                self.add("don_vi", replace(unit, TenDonVi="Tên khác"))

    def make_procedures(self) -> None:
        for number in range(self.rng.randint(1, 4)):
            day = self.rng.choice(self.days)
            procedure = Procedure(f"1.00{number:04}.000.00.00.{PROVINCE}", day, f"Thủ tục {number}")
            self.add("thu_tuc", procedure)
            if self.chance(0.15):
                # On one day with the first it is a conflict, with or without an older row to fall back on.
                later = self.business_day(day)
                self.add("thu_tuc", replace(procedure, business_day=later, TenTTHC="Tên khác"))
                if self.chance(0.5):
                    self.add("thu_tuc", replace(procedure, business_day=later, TenTTHC="Tên thứ ba"))

    # ---- dossiers -------------------------------------------------------------------------------------

    def make_dossier(self, number: int) -> None:
        last = self.days[-1]
        received = self.day(min(self.edges), last)
        chosen = self.rng.choice(self.rows["don_vi"])
        unit, ends = chosen.MaDonVi, chosen.HieuLucDen
        if ends and ends < last and self.chance(0.5):
            received = ends + timedelta(days=self.rng.choice([0, 0, 1]))
        first = DossierState(
            MaHoSo=f"{unit}-{received:%y%m%d}-{number:04}",
            MaTTHC=self.rng.choice(self.rows["thu_tuc"]).MaTTHC,
            MaDonVi=unit,
            TrangThaiHoSo=2,
            business_day=self.business_day(received),
            KenhThucHien=self.rng.choice([None, 1, 2, 2, 3]),
            NgayTiepNhan=self.moment(received),
            NgayHenTra=self.moment(self.due(received)) if self.chance(0.9) else None,
        )
        history = [first]
        if self.chance(0.4):
            history.append(replace(first, TrangThaiHoSo=self.rng.choice([4, 5])))
        history.append(self.final(first, received))
        if self.chance(0.12):
            history.append(self.broken(history[-1], received))
        if self.chance(0.08):
            history.append(replace(history[-1], DaXoa=1))
            if self.chance(0.3):
                history.append(replace(history[-1], DaXoa=0))
        if self.chance(0.25):
            history = history[-1:]
        self.deliver(history, received)
        self.make_children(first.MaHoSo, received)

    def due(self, received: date) -> date:
        if self.chance(0.06):
            return received - timedelta(days=1)
        return self.day(received, self.days[-1] + timedelta(days=15))

    def final(self, first: DossierState, received: date) -> DossierState:
        """The state the dossier is left in: any status, with finish fields that go with it or do not."""
        status = self.rng.choices(range(1, 11), [2, 3, 2, 4, 4, 3, 5, 3, 9, 9])[0]
        state = replace(first, TrangThaiHoSo=status)
        if status == 1 and self.chance(0.6):
            return replace(state, NgayTiepNhan=None, NgayHenTra=None)
        if status in (9, 10) or self.chance(0.6 if status == 7 else 0.2):
            end = self.day(received, self.days[-1])
            due = first.NgayHenTra
            if due and received <= due.date() <= self.days[-1] and self.chance(0.3):
                end = due.date()
            way = self.rng.randint(0, 2)
            if way != 0:
                state = replace(state, NgayKetThucXuLy=self.moment(end))
            if way != 1:
                # With both fields filled, the day of return lies later and must not be read.
                back = end if way == 0 else self.day(end, self.days[-1])
                state = replace(state, NgayTra=self.moment(back))
        return state

    def broken(self, state: DossierState, received: date) -> DossierState:
        """A further state that is to be rejected."""
        finished = {"TrangThaiHoSo": self.rng.choice([9, 10]), "NgayTra": None}
        after = self.moment(self.days[-1] + timedelta(days=1))
        before = self.moment(received - timedelta(days=1))
        ways = [
            {"MaDonVi": f"{PROVINCE}.99"},
            {"MaTTHC": f"9.999999.000.00.00.{PROVINCE}"},
            {"TrangThaiHoSo": self.rng.randint(2, 10), "NgayTiepNhan": None},
            {"NgayTiepNhan": after},
            finished | {"NgayKetThucXuLy": None},
            finished | {"NgayKetThucXuLy": after},
            finished | {"NgayTiepNhan": self.moment(received), "NgayKetThucXuLy": before},
        ]
        return replace(state, **self.rng.choice(ways))

    def deliver(self, history: list[DossierState], received: date) -> None:
        """Puts the states on business days in any order, so that old states arrive late."""
        updated = datetime.combine(received, time(0, 15))
        evening = datetime.combine(self.days[-1], time(20, 0))
        for state in history:
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
            if self.chance(0.95):
                step = timedelta(hours=self.rng.randint(1, 200))
                updated += step if updated + step < evening else timedelta(minutes=20)

    # ---- children -------------------------------------------------------------------------------------

    def make_children(self, code: str, received: date) -> None:
        horizon = self.days[-1] + timedelta(days=5)
        for number in range(self.rng.choice([0, 0, 0, 1, 1, 2])):
            asked = self.moment(self.day(received, horizon)) + timedelta(minutes=number)
            back = self.moment(self.day(asked.date(), horizon + timedelta(days=5)))
            request = Supplement(code, asked, self.business_day(received))
            self.restate("bo_sung", request, {"NgayTiepNhanBoSung": back})
        for number in range(self.rng.randint(0, 2)):
            part = Component(code, f"tep-{number}", self.rng.randint(0, 1), self.business_day(received))
            part = replace(part, IsDeleted=self.rng.choice([None, None, 0, 0, 1]))
            self.restate("thanh_phan", part, self.rng.choice([{"IsDeleted": 1}, {"DuocSoHoa": 1}]))
        for number in range(self.rng.choice([0, 1, 1, 2])):
            fee = Fee(code, f"phi-{number}", self.rng.choice([0, 1, 50_000]), 0, self.business_day(received))
            paid = {
                "TrangThaiThanhToan": self.rng.choice([0, 1, 1, 1, 1]),
                "NgayThuPhi": self.moment(self.day(received, horizon)) if self.chance(0.85) else None,
                "HinhThucThanhToan": self.rng.choice(["truc-tuyen", "truc-tuyen", "tien-mat", "chuyen-khoan", None]),
            }
            self.restate("le_phi", fee, paid)

    def restate(self, source: str, row: Row, change: dict) -> None:
        """Delivers a child once, or twice with a difference; twice on one business day is a conflict."""
        versions = [row, replace(row, **change)]
        self.rng.shuffle(versions)
        self.add(source, versions[0])
        later = [day for day in self.days if day > row.business_day]
        if later and self.chance(0.45):
            self.add(source, replace(versions[1], business_day=self.rng.choice(later)))
        elif self.chance(0.08):
            self.add(source, versions[1])

    # ---- files ----------------------------------------------------------------------------------------

    def deliveries(self) -> list[Delivery]:
        """Every row in one of two files of its source and business day; files arrive in any order."""
        files: dict[tuple[str, date, str], list[Row]] = {}
        for source, rows in self.rows.items():
            for row in rows:
                name = self.rng.choice([f"{source}.csv", f"{source}-2.csv"])
                files.setdefault((source, row.business_day, name), []).append(row)
        found = [Delivery(*place, tuple(rows)) for place, rows in files.items()]
        self.rng.shuffle(found)
        return found
