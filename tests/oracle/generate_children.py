"""What belongs to a drawn dossier: steps, supplements, documents, fees, ratings, notices, letters, the portal's copy.

Here: children dated near the dossier's own days and the edges of periods. Not here: dossiers themselves.
"""

import random
from dataclasses import replace
from datetime import date, datetime, timedelta

from .draws import MIDNIGHT, ONE_DAY, Draws
from .records import (
    Component,
    DossierState,
    Fee,
    Letter,
    NationalCopy,
    Notice,
    Procedure,
    Rating,
    Result,
    Step,
    Supplement,
)
from .settle import day_of, finished_day
from .working_days import between, nth_after

OFFICES = [None, "Bộ phận một cửa", "Phòng Tư pháp", "Phòng Văn hóa - Xã hội"]
RATINGS = ["RẤT HÀI LÒNG", "HÀI LÒNG", "KHÔNG HÀI LÒNG"]
# An input file and a result file may be one; several paths are joined, and an empty piece is no path.
INPUTS = [None, "a", "b", "a##b", "##c", "r"]
RESULTS = [None, "r", "r", "a", "a##b", "b##r", "c##"]


class Children:
    """Makes the children of one dossier."""

    def __init__(self, draw: Draws, state: DossierState, procedure: Procedure) -> None:
        self.draw, self.code, self.procedure = draw, state.MaHoSo, procedure
        self.state = state
        self.received = day_of(state.NgayTiepNhan) or draw.days[0]
        self.due, self.finished = day_of(state.NgayHenTra), finished_day(state)

    def make(self) -> None:
        """All of them."""
        self.supplements()
        self.steps()
        self.components()
        self.results()
        self.fees()
        self.ratings()
        self.notices()
        self.letters()
        if self.draw.chance(0.6):
            self.copy()

    def aside(self, moment: datetime) -> random.Random:
        """Return a random source for what was added later, so that all else of a province is drawn as before."""
        return random.Random(f"{self.code} {moment}")

    def delivered(self) -> date:
        return self.draw.business_day(self.received)

    def near(self, *anchors: date | None) -> date:
        return self.draw.day(self.received, self.draw.horizon, self.finished, self.due, *anchors)

    def some(self, counts: list[int]) -> list[datetime]:
        """Return moments near the dossier's days, as many as one of the counts."""
        return self.draw.moments([self.near() for _ in range(self.draw.rng.choice(counts))])

    def supplements(self) -> None:
        wait = self.saving_wait()
        if wait is not None and self.draw.chance(0.8):
            asked, back = wait
            known = self.draw.moment(asked)
            self.draw.add("bo_sung", Supplement(self.code, known, self.delivered(), self.draw.moment(back)))
            return
        for asked in self.some([0, 0, 0, 0, 1, 1, 2, 3]):
            latest = self.draw.horizon + timedelta(days=5)
            back = self.draw.moment(max(self.draw.day(asked.date(), latest, self.finished), asked.date()))
            before = self.draw.moment(self.near()) if self.draw.chance(0.6) else None
            request = Supplement(self.code, asked, self.delivered(), NgayHenTraTruoc=before)
            self.draw.restate("bo_sung", request, {"NgayTiepNhanBoSung": back})

    def saving_wait(self) -> tuple[date, date] | None:
        """Return a wait that decides about the time limit of a dossier without a due date.

        With it the dossier just keeps its procedure's time limit, or just does not.
        """
        limit, unit = self.procedure.ThoiHanGiaiQuyet, self.procedure.DonViThoiHan
        # While it is open, the limit is looked at on the day where a period is cut.
        end = self.finished or self.draw.rng.choice(self.draw.edges)
        if self.due or limit is None or unit not in ("NGAY", "NGAY_LAM_VIEC") or end <= self.received:
            return None
        off = self.draw.rng.choice([-1, -1, 0, 0, 1])
        asked = self.received + timedelta(days=self.draw.rng.randint(0, 3))
        if unit == "NGAY":
            back = asked + timedelta(days=(end - self.received).days - limit + off)
        else:
            taken = between(self.received, end)
            later = None if taken is None or taken - limit + off < 1 else nth_after(asked, taken - limit + off)
            if later is None:
                return None
            back = later
        return (asked, back) if asked <= back <= end else None

    def steps(self) -> None:
        if self.draw.chance(0.35):
            return
        for moment in self.some([1, 1, 2, 3]):
            # 99 and 05 stand in no list of statuses; 3, 7, 9 and 10 no open dossier can have.
            status = self.draw.rng.choice(["2", "4", "5", "5", "6", "8", "8", "9", "10", "7", "3", "99", "05"])
            step = Step(self.code, moment, status, self.delivered(), PhongBanXuLy=self.aside(moment).choice(OFFICES))
            self.draw.restate("tien_trinh", step, {"NgayKetThucTheoQuyDinh": moment + ONE_DAY})
            if self.aside(moment).random() < 0.1:
                # The same step once more, without its office.
                self.draw.rows["tien_trinh"].append(replace(step, PhongBanXuLy=None))
            if self.draw.chance(0.25):
                # Reception and hand-over, written in one second.
                self.draw.add("tien_trinh", replace(step, TrangThai=self.draw.rng.choice(["2", "4", "5", "8"])))

    def components(self) -> None:
        rng = self.draw.rng
        for number in range(rng.randint(0, 2)):
            part = Component(
                self.code,
                f"tep-{number}",
                rng.randint(0, 1),
                self.delivered(),
                rng.choice([None, None, 0, 0, 1]),
                rng.choice([0, 0, 0, 1, 2]),
                rng.choice([0, 0, 1]),
                rng.choice(INPUTS),
            )
            change = rng.choice([{"IsDeleted": 1}, {"DuocSoHoa": 1}, {"DuocTaiSuDung": 2}, {"DuongDanTaiTepTin": "a"}])
            self.draw.restate("thanh_phan", part, change)

    def results(self) -> None:
        rng = self.draw.rng
        for number in range(rng.choice([0, 1, 1, 2])):
            code = rng.choice([None, "KQ1", "KQ1"])
            result = Result(self.code, f"giay-{number}", self.delivered(), code, rng.choice(RESULTS))
            self.draw.restate("ket_qua", result, rng.choice([{"DuongDanTepTinKetQua": "r"}, {"MaGiayToKetQua": "KQ1"}]))

    def fees(self) -> None:
        rng, draw = self.draw.rng, self.draw
        free = draw.chance(0.2)
        for number in range(rng.choice([0, 1, 1, 2])):
            amount = 0 if free else rng.choice([0, 1, 50_000])
            fee = Fee(self.code, f"phi-{number}", amount, 0, self.delivered())
            paid = {
                "TrangThaiThanhToan": rng.choice([0, 1, 1, 1, 1]),
                "NgayThuPhi": draw.moment(draw.day(self.received, draw.horizon)) if draw.chance(0.85) else None,
                "HinhThucThanhToan": rng.choice(["truc-tuyen", "truc-tuyen", "tien-mat", "chuyen-khoan", None]),
            }
            draw.restate("le_phi", fee, paid)
            if draw.chance(0.3):
                self.fee_in_message(fee)

    def fee_in_message(self, fee: Fee) -> None:
        """Add the same fee in the dossier's sync message, which says nothing of its payment.

        Mostly on the day of the file, seldom of another amount, seldom all the same with a word on the payment.
        """
        rng, draw = self.draw.rng, self.draw
        day = fee.business_day if draw.chance(0.7) else rng.choice(draw.days)
        same = replace(fee, TrangThaiThanhToan=None, business_day=day, in_message=True)
        if draw.chance(0.12):
            same = replace(same, Gia=fee.Gia + 1)
        if draw.chance(0.15):
            same = replace(same, TrangThaiThanhToan=rng.choice([0, 1]))
        if draw.chance(0.1):
            same = replace(same, HinhThucThanhToan="tien-mat")
        draw.add("le_phi", same)

    def ratings(self) -> None:
        for moment in self.some([0, 0, 1, 2, 2, 3]):
            rating = Rating(self.code, moment, self.draw.rng.choice(RATINGS), self.delivered())
            self.draw.restate("danh_gia", rating, {"DanhGia": self.draw.rng.choice(RATINGS)})

    def notices(self) -> None:
        for moment in self.some([0, 0, 1, 2]):
            way = self.draw.rng.choice(["SMS", "ZALO", "EMAIL"])
            notice = Notice(self.code, moment, self.draw.rng.choice([0, 1, 1]), self.delivered(), way)
            self.draw.restate("thong_bao", notice, {"TrangThai": 1})
            if self.draw.chance(0.25):
                # Sent by another channel in the same second.
                self.draw.add("thong_bao", replace(notice, Kenh="ZALO" if way == "SMS" else "SMS", TrangThai=1))

    def letters(self) -> None:
        for moment in self.some([0, 0, 1, 2]):
            letter = Letter(self.code, moment, self.delivered())
            self.draw.restate("xin_loi", letter, {"NgayHenTraLai": moment + timedelta(days=7)})

    def copy(self) -> None:
        """Add the portal's copy: like the dossier, or off by a day or a status, or without a date."""
        rng, draw, state = self.draw.rng, self.draw, self.state
        off = timedelta(days=rng.choice([-1, 0, 0, 0, 0, 1]))
        received = None if draw.chance(0.08) else draw.moment(self.received + off)
        if draw.chance(0.1):
            received = draw.moment(draw.edge())
        status = state.TrangThaiHoSo if draw.chance(0.75) else rng.randint(1, 10)
        end = self.finished or (draw.edge() if draw.chance(0.3) else None)
        if end is not None:
            end += timedelta(days=rng.choice([0, 0, 0, 0, 1]))
        finished = draw.moment(end) if end is not None and draw.chance(0.9) else None
        synced = draw.moment(self.received + ONE_DAY)
        assert status is not None
        aside = self.aside(synced)
        due = None if self.due is None else self.due + timedelta(days=aside.choice([-1, 0, 0, 0, 0, 7]))
        promised = None if due is None or aside.random() < 0.1 else datetime.combine(due, MIDNIGHT)
        copy = NationalCopy(self.code, status, synced, self.delivered(), received, finished, promised)
        change = rng.choice([{"TrangThaiHoSo": 4}, {"NgayTiepNhan": state.NgayTiepNhan}, {"NgayKetThucXuLy": None}])
        draw.restate("dvcqg", copy, change)
