"""What lies right on an edge: drawn with care, since by chance alone it would be too seldom for a slip to show.

Drawn after everything else, so that the rest of a province stays as it is. Here: one method per edge. Not here: what is
drawn at large (generate, generate_children, generate_reports).
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from .draws import ONE_DAY, Draws
from .generate_reports import STRANGER
from .periods import periods
from .records import PROVINCE, DossierState, Feedback, Procedure, Step, Supplement, Unit
from .registers import Edition, Target, UnitChange, own_unit
from .rule_766_time import months_later
from .targets import TARGETS, plan_targets
from .working_days import between

OLD_UNIT, NEW_UNIT = f"{PROVINCE}.21", f"{PROVINCE}.22"
# Indicators whose targets differ from level to level.
LEVELLED = sorted(code for code, levels in TARGETS.items() if "*" not in levels)
# Sources without which a night is refused.
ALWAYS = ("don_vi", "thu_tuc", "ho_so")
MORNING, NOON, EVENING = time(8, 0), time(12, 0), time(17, 0)


class Edges:
    """Adds to the rows of a province; holds what its registers say besides."""

    def __init__(self, draw: Draws) -> None:
        self.draw, self.rng = draw, draw.rng
        self.cuts = sorted({period.cut for period in periods(draw.as_of)})
        self.changes: tuple[UnitChange, ...] = ()
        self.targets: tuple[Target, ...] | None = None
        self.low: tuple[str, ...] = ()
        self.number = 900

    def make(self) -> None:
        """Add some of the edges, never all."""
        for edge, probability in (
            (self.a_source_that_never_came, 0.12),
            (self.procedures_that_end_at_a_cut, 0.4),
            (self.open_for_as_long_as_allowed, 0.5),
            (self.back_as_the_clock_stopped, 0.4),
            (self.due_at_a_cut_and_asked_twice, 0.4),
            (self.a_merger, 0.4),
            (self.targets_that_change, 0.5),
            (self.a_list_that_cannot_be, 0.4),
            (self.gone_before_it_came, 0.15),
            (self.units_named, 0.6),
            (self.feedback_around_the_end_of_a_unit, 0.6),
        ):
            if self.draw.chance(probability):
                edge()

    # ---- sources and lists ----------------------------------------------------------------------------

    def a_source_that_never_came(self) -> None:
        """All rows of a source are taken back; whether an empty file stands for them is drawn later."""
        source = self.rng.choice([name for name in self.draw.rows if name not in ALWAYS])
        self.draw.rows[source].clear()

    def procedures_that_end_at_a_cut(self) -> None:
        """Procedures whose last or first day of force is a cut, or next to one; nobody uses them."""
        for _ in range(self.rng.randint(1, 3)):
            cut = self.rng.choice(self.cuts)
            off = timedelta(days=self.rng.choice([-1, 0, 0, 0, 1]))
            flags = ("CoPhiLePhi", "ThanhToanTrucTuyen", "DuDieuKienTrucTuyen", "TichHopDVCQG", "DuDieuKienToanTrinh")
            procedure = Procedure(
                self.code_of_procedure(),
                self.rng.choice(self.draw.days),
                NgayHieuLuc=self.rng.choice([None, cut, cut - timedelta(days=90)]),
                NgayHetHieuLuc=self.rng.choice([cut + off, cut + off, None]),
                MucDo=self.rng.choice([2, 3, 4]),
                MaDonViThucHien=self.rng.choice([None, own_unit(cut)]),
            )
            known: dict[str, Any] = {flag: self.rng.choice([None, 0, 1, 1, 1]) for flag in flags}
            procedure = replace(procedure, **known)
            self.draw.add("thu_tuc", procedure)

    def code_of_procedure(self) -> str:
        self.number += 1
        return f"1.00{self.number:04}.000.00.00.{PROVINCE}"

    def editions(self) -> tuple[Edition, ...]:
        """Open data published before, covering days up to a cut or the day before; an earlier one may come again."""
        cuts = self.rng.choices([None, *self.cuts], k=self.rng.randint(0, 4))
        off = timedelta(days=self.rng.choice([0, 0, 1]))
        return tuple(Edition(cut and cut - off, self.rng.randint(0, 14)) for cut in cuts)

    def targets_that_change(self) -> None:
        """Targets of the plan give way to others on a day on which periods end, or on the next one.

        Some for good, and some for every level alike. Some indicators should be low, not high.
        """
        ends = sorted({period.end for period in periods(self.draw.as_of)})
        for_all = {code for code in LEVELLED if self.draw.chance(0.3)}
        kept = [Target(code, "*", 50, date(2024, 1, 1), date(2024, 12, 31)) for code in sorted(for_all)]
        for target in plan_targets():
            if target.indicator_code in for_all:
                continue
            if self.draw.chance(0.6):
                kept.append(target)
                continue
            first = self.rng.choice(ends) + self.rng.choice([timedelta(0), ONE_DAY])
            kept.append(replace(target, last=first - ONE_DAY))
            last = self.rng.choice([None, None, first, first + timedelta(days=400)])
            percent = self.rng.choice([1, 50, target.percent])
            kept.append(replace(target, percent=percent, first=first, last=last))
        self.targets = tuple(kept)
        self.low = tuple(code for code in sorted(TARGETS) if self.draw.chance(0.15))

    # ---- names of units -------------------------------------------------------------------------------

    def units_named(self) -> None:
        """Messages name the handling unit of some dossiers.

        By today's name or an earlier one, in any case and with or without diacritics; a unit gone or yet to come; one
        of two of a name; one that nobody knows. The same state may come a second time from a file that names none,
        gives the code, or spells the name otherwise.
        """
        units = self.draw.rows["don_vi"]
        offices = [unit for unit in units if unit.Cap != "tinh"]
        for unit in self.rng.sample(offices, min(len(offices), self.rng.randint(0, 4))):
            names = [*["Ủy ban xã Hòa Đông"] * 2, "UY BAN XA HOA DONG", f"Tên cũ {unit.MaDonVi}", unit.TenDonVi]
            # Mostly before the first list, where it is an earlier name and in conflict with nothing.
            day = self.rng.choice([self.draw.days[0] - ONE_DAY] * 3 + self.draw.days)
            begins = self.rng.choice([unit.HieuLucTu, unit.HieuLucTu, self.draw.days[-1]])
            self.draw.add("don_vi", replace(unit, TenDonVi=self.rng.choice(names), business_day=day, HieuLucTu=begins))
        # Names that several units bear are drawn the more often.
        named = [unit.TenDonVi for unit in units for _ in range(4 if "Hòa" in unit.TenDonVi else 1)]
        dossiers = self.draw.rows["ho_so"]
        for place, state in enumerate(dossiers.copy()):
            if state.MaHoSo is None or state.DaXoa == 1 or not self.draw.chance(0.35):
                continue
            code = state.MaDonViXuLy if self.draw.chance(0.1) else None
            named_state = replace(state, MaDonViXuLy=code, DonViXuLy=self.spelled(self.rng.choice(named)))
            dossiers[place] = named_state
            if self.draw.chance(0.4):
                other = self.rng.choice(units).MaDonVi
                twins = ({"DonViXuLy": None}, {"DonViXuLy": None, "MaDonViXuLy": other},
                         {"DonViXuLy": self.spelled(named_state.DonViXuLy)},
                         {"DonViXuLy": self.rng.choice(named)})  # fmt: skip
                dossiers.append(replace(named_state, **self.rng.choice(twins)))

    def spelled(self, name: str) -> str:
        """Return a name as somebody may type it."""
        apart = unicodedata.normalize("NFD", name)
        plain = "".join(sign for sign in apart if unicodedata.category(sign) != "Mn")
        without = plain.replace("Đ", "D").replace("đ", "d")
        ways = [name, name.upper(), f"  {name.lower()}", name.replace(" ", "  "), apart, without, without.upper(),
                f"{name} nào đó"]  # fmt: skip
        return self.rng.choice(ways)

    # ---- open dossiers --------------------------------------------------------------------------------

    def open_for_as_long_as_allowed(self) -> None:
        """Dossiers without a due date that have used up their procedure's limit on the day of a cut, or are a day over.

        They stand still, and no step says since when.
        """
        for _ in range(self.rng.randint(1, 3)):
            unit, limit = self.rng.choice([("NGAY", 3), ("NGAY_LAM_VIEC", 2), ("GIO", 16), ("GIO", 11), ("THANG", 1)])
            cut = self.rng.choice(self.cuts)
            fitting = [day for day in self.days_before(cut) if used_up(unit, limit, day, cut)]
            if fitting:
                received = self.rng.choice(fitting) - self.rng.choice([timedelta(0), timedelta(0), ONE_DAY])
                self.open_dossier(received, self.procedure_with_limit(unit, limit), self.rng.choice([5, 8]))

    def days_before(self, cut: date) -> Iterator[date]:
        """Return the forty days up to a day, that day included."""
        return (cut - timedelta(days=back) for back in range(40))

    def procedure_with_limit(self, unit: str, limit: int) -> str:
        """Return the code of a new procedure."""
        procedure = Procedure(
            self.code_of_procedure(),
            self.draw.days[0],
            ThoiHanGiaiQuyet=limit,
            DonViThoiHan=unit,
            CoKetQua=self.draw.flag(),
        )
        self.draw.add("thu_tuc", procedure)
        return procedure.MaTTHC

    def open_dossier(
        self,
        received: date,
        procedure: str | None = None,
        status: int = 4,
        due: date | None = None,
        unit: str | None = None,
    ) -> str:
        """Return a dossier of any unit that is there, reported on the day it was received; its code."""
        self.number += 1
        if procedure is None:
            procedure = self.rng.choice(self.draw.rows["thu_tuc"]).MaTTHC
        unit = unit or self.rng.choice(self.draw.rows["don_vi"]).MaDonVi
        state = DossierState(
            f"{unit}-{received:%y%m%d}-{self.number}",
            procedure,
            unit,
            status,
            self.draw.business_day(received),
            KenhThucHien=2,
            NgayTiepNhan=datetime.combine(received, MORNING),
            NgayHenTra=datetime.combine(due, EVENING) if due else None,
            NgayCapNhat=datetime.combine(received, MORNING),
        )
        self.draw.add("ho_so", state)
        return state.MaHoSo

    def asked(self, code: str, day: date, back: date | None) -> None:
        """Add a supplement request of a dossier, answered at noon."""
        answered = datetime.combine(back, NOON) if back else None
        request = Supplement(code, datetime.combine(day, MORNING), self.draw.business_day(day), answered)
        self.draw.add("bo_sung", request)

    def back_as_the_clock_stopped(self) -> None:
        """Add a dossier that stopped on the day on which a supplement came back, or the day before.

        It stopped by a step of status 8. It is within its limit then only if the wait is taken off; at the cut it no
        longer is.
        """
        limit = self.rng.randint(1, 3)
        waited = self.rng.randint(1, 3)
        stopped = self.rng.choice(self.cuts) - timedelta(days=self.rng.randint(1, 2))
        asked_on = stopped - timedelta(days=waited)
        code = self.open_dossier(asked_on - timedelta(days=limit), self.procedure_with_limit("NGAY", limit), 4)
        self.asked(code, asked_on, stopped + timedelta(days=self.rng.choice([0, 0, 1])))
        step = Step(code, datetime.combine(stopped, EVENING), "8", self.draw.business_day(stopped))
        self.draw.add("tien_trinh", step)

    def due_at_a_cut_and_asked_twice(self) -> None:
        """Add a dossier that is due on the day of a cut and was asked for more than once; nothing is open any more."""
        due = self.rng.choice(self.cuts)
        code = self.open_dossier(due - timedelta(days=20), due=due)
        for days in (12, 8):
            self.asked(code, due - timedelta(days=days), due - timedelta(days=days - 2))

    # ---- the map --------------------------------------------------------------------------------------

    def a_merger(self) -> None:
        """One unit's dossiers go on under another's code.

        When each began, ended, and took over is drawn around one day, on which and around which the dossiers were
        received.
        """
        listed = self.draw.days[0]
        near = [listed - timedelta(days=back) for back in (4, 3, 2)]

        def around(*others: date | None) -> date | None:
            return self.rng.choice([*others, *near])

        level = self.rng.choice(["xa", "huyen"])
        self.draw.add("don_vi", Unit(OLD_UNIT, "xa", listed, "Xã cũ", PROVINCE, around(None, None), around(None, None)))
        self.draw.add("don_vi", Unit(NEW_UNIT, level, listed, "Xã mới", PROVINCE, around(None)))
        changed_on = around(None)
        if changed_on:
            self.changes = tuple(self.successions(changed_on, near))
        for _ in range(self.rng.randint(2, 5)):
            self.moved_dossier(self.rng.choice(near))
        for _ in range(self.rng.randint(1, 4)):
            self.left_behind(self.rng.choice(near))

    def successions(self, changed_on: date, near: list[date]) -> Iterator[UnitChange]:
        """Yield what the register says of the old unit.

        One successor, none, or several of which one may be the main one; the new unit may itself be replaced around the
        same days.
        """
        other = self.rng.choice([unit.MaDonVi for unit in self.draw.rows["don_vi"][:-2]] + [STRANGER])
        main = self.rng.choice([None, NEW_UNIT, other])
        kind = self.rng.choice(["merged", "merged", "abolished", "split", "split"])
        if kind == "abolished":
            yield UnitChange(OLD_UNIT, None, changed_on)
        else:
            yield UnitChange(OLD_UNIT, NEW_UNIT, changed_on, main == NEW_UNIT)
        if kind == "split":
            yield UnitChange(OLD_UNIT, other, changed_on, main == other)
        if self.draw.chance(0.3):
            yield UnitChange(NEW_UNIT, self.rng.choice([other, None]), self.rng.choice([*near, self.draw.days[0]]))

    def left_behind(self, received: date) -> None:
        """Add a dossier of the old unit that nobody sends again under another code.

        Finished around the change or open.
        """
        code = self.open_dossier(received, unit=OLD_UNIT)
        finished = received + self.rng.choice([timedelta(days=0), ONE_DAY, timedelta(days=2), timedelta(days=9)])
        if self.draw.chance(0.5) and finished <= self.draw.days[-1]:
            first = next(state for state in self.draw.rows["ho_so"] if state.MaHoSo == code)
            done, day = datetime.combine(finished, EVENING), self.draw.days[-1]
            self.draw.add(
                "ho_so", replace(first, TrangThaiHoSo=9, NgayKetThucXuLy=done, NgayCapNhat=done, business_day=day)
            )

    def feedback_around_the_end_of_a_unit(self) -> None:
        """Items of units that end, sent and answered around their last day, due at a cut soon after it.

        Some are never answered, some answered before they were sent, some sent again under another unit.
        """
        ends = {unit.MaDonVi: unit.HieuLucDen for unit in self.draw.rows["don_vi"]}
        ends |= {change.old: change.changed_on - ONE_DAY for change in self.changes if not ends.get(change.old)}
        ended = sorted((code, end) for code, end in ends.items() if end)
        for _ in range(self.rng.randint(2, 6) if ended else 0):
            self.number += 1
            code, end = self.rng.choice(ended)
            sent = end + timedelta(days=self.rng.choice([-30, -9, -2, 0, 0, 1, 2]))
            answered = end + timedelta(days=self.rng.choice([-1, 0, 0, 1, 2, 9, 40]))
            due = self.rng.choice([None, end, end + ONE_DAY, *(cut for cut in self.cuts if cut >= end)])
            item = Feedback(
                f"PA-{self.number}",
                code,
                datetime.combine(sent, MORNING),
                self.rng.choice(self.draw.days),
                HanTraLoi=due and datetime.combine(due, EVENING),
                NgayTraLoi=self.rng.choice([None, datetime.combine(answered, NOON)]),
                MucDoHaiLong=self.rng.choice([None, "HÀI LÒNG", "KHÔNG HÀI LÒNG"]),
            )
            self.draw.add("phan_anh", item)
            if self.draw.chance(0.5):
                # Sent again by the unit that took over, or by any other; its day may be corrected too.
                other = self.rng.choice([*[one.new for one in self.changes if one.new], *sorted(ends)])
                sent_on = self.rng.choice([item.NgayGui, item.NgayGui, item.NgayGui + ONE_DAY])
                day = self.draw.business_day(item.business_day + ONE_DAY)
                self.draw.add("phan_anh", replace(item, MaDonVi=other, NgayGui=sent_on, business_day=day))

    def a_list_that_cannot_be(self) -> None:
        """Add a few units whose lists, full or in part, put them under one another as it comes.

        In circles, under lower levels, under units that nobody knows. Some of their states are sound, and some dossiers
        are theirs.
        """
        codes = [f"{PROVINCE}.4{number}" for number in range(self.rng.randint(1, 4))]
        levels = {code: self.rng.choice(["so", "huyen", "xa"]) for code in codes}
        parents = [*codes, *codes, PROVINCE, PROVINCE, STRANGER, None]
        for day in self.rng.sample(self.draw.days, self.rng.randint(1, len(self.draw.days))):
            for code in codes:
                if self.draw.chance(0.4):
                    continue
                level = self.rng.choices([levels[code], "so", "huyen", "xa", "tinh"], [10, 1, 1, 1, 1.5])[0]
                parent = PROVINCE if self.draw.chance(0.3) else self.rng.choice(parents)
                if level == "tinh" and self.draw.chance(0.6):
                    parent = None
                self.draw.add("don_vi", Unit(code, level, day, f"Đơn vị {code}", parent))
        if self.draw.chance(0.3):
            # One is made a commune by a list that no longer tells of the other, which stands under it.
            above, below = f"{PROVINCE}.50", f"{PROVINCE}.51"
            codes.append(below)
            for code, level, day, parent in (
                (above, "huyen", self.draw.days[0], PROVINCE),
                (below, "huyen", self.draw.days[0], above),
                (above, "xa", self.draw.days[-1], PROVINCE),
            ):
                self.draw.add("don_vi", Unit(code, level, day, f"Đơn vị {code}", parent))
        for _ in range(2):
            self.open_dossier(self.draw.days[0], unit=self.rng.choice(codes))

    def gone_before_it_came(self) -> None:
        """Add a dossier of which no more is known than that it was deleted, and a step of it."""
        self.number += 1
        day = self.rng.choice(self.draw.days)
        state = DossierState(f"{PROVINCE}-240101-{self.number}", None, None, None, day, DaXoa=1)
        self.draw.add("ho_so", state)
        self.draw.add("tien_trinh", Step(state.MaHoSo, datetime.combine(day, MORNING), "4", day))

    def moved_dossier(self, received: date) -> None:
        """Add a dossier received by the old unit and sent on under the new one.

        Seldom its day of receipt is corrected too.

        Some are received at another desk all along, and only the unit that handles them changes.
        """
        self.number += 1
        desk = self.draw.chance(0.3)
        before = DossierState(
            f"{OLD_UNIT}-{received:%y%m%d}-{self.number}",
            self.rng.choice(self.draw.rows["thu_tuc"]).MaTTHC,
            PROVINCE if desk else OLD_UNIT,
            2,
            self.draw.days[0],
            OLD_UNIT if desk else None,
            KenhThucHien=self.rng.choice([1, 2]),
            NgayTiepNhan=datetime.combine(received, MORNING),
            NgayHenTra=datetime.combine(received + timedelta(days=2), MORNING),
            NgayCapNhat=datetime.combine(received, NOON),
        )
        later = received + (ONE_DAY if self.draw.chance(0.15) else timedelta(0))
        after = DossierState(
            before.MaHoSo,
            before.MaTTHC,
            PROVINCE if desk else NEW_UNIT,
            4,
            self.draw.days[-1],
            NEW_UNIT if desk else None,
            KenhThucHien=before.KenhThucHien,
            NgayTiepNhan=datetime.combine(later, MORNING),
            NgayHenTra=before.NgayHenTra,
            NgayCapNhat=datetime.combine(received, EVENING),
        )
        self.draw.add("ho_so", before)
        self.draw.add("ho_so", after)


def used_up(unit: str, limit: int, received: date, cut: date) -> bool:
    """Whether a limit is used up to the last day at a cut."""
    if unit == "NGAY":
        return (cut - received).days == limit
    if unit == "THANG":
        return months_later(received, limit) == cut
    return between(received, cut) == (-(-limit // 8) if unit == "GIO" else limit)
