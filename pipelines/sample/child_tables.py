"""Child sources of a dossier (steps, documents, fees, ratings, …), under the national field names.

Belongs here: which rows of such a source a delivery holds, and their columns. Does not belong here: drawing, files.
Columns are numbers or text; null prints as an empty string.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from pipelines.sample.behaviour import Ints
from pipelines.sample.clock import CLOSE, DAY, NEVER
from pipelines.sample.offices import StepOffices, step_offices
from pipelines.sample.province_draws import ProvinceDraws

CHILDREN = ("tien_trinh", "bo_sung", "thanh_phan", "ket_qua", "le_phi", "danh_gia", "thong_bao", "xin_loi")
METHODS = ["truc-tuyen", "tien-mat", "chuyen-khoan", None]
RATINGS = ["RẤT HÀI LÒNG", "HÀI LÒNG", "KHÔNG HÀI LÒNG"]
NOTICES = ["SMS", "ZALO", "EMAIL"]


@dataclass(frozen=True)
class ChildTables:
    """All child sources of dossiers.

    In its methods `rows` are positions in the drawn table, `at` is a moment (seconds since 1970).
    """

    province: ProvinceDraws

    def rows_of(self, source: str, nth: int) -> Ints:
        """Return the rows of the nth delivery: those created or completed since the delivery before."""
        hits = np.zeros(len(self._dossiers[source]), dtype=bool)
        for delivery in self._deliveries[source]:
            hits |= delivery == nth
        return np.flatnonzero(hits)

    def rows_with(self, source: str, dossiers: Ints) -> Ints:
        """Return all rows of these dossiers up to the as-of day."""
        return np.flatnonzero(np.isin(self._dossiers[source], dossiers))

    def dossiers(self, source: str, rows: Ints) -> Ints:
        """Return which dossier each row belongs to."""
        return self._dossiers[source][rows]

    def table(self, source: str, rows: Ints, at: int) -> pl.DataFrame:
        makers: dict[str, Callable[[Ints, int], pl.DataFrame]] = {
            "thanh_phan": self._components,
            "le_phi": self._fees,
            "bo_sung": self._supplements,
            "ket_qua": self._results,
            "tien_trinh": self._steps,
            "danh_gia": self._ratings,
            "thong_bao": self._notices,
            "xin_loi": self._apologies,
        }
        return makers[source](rows, at)

    @cached_property
    def _offices(self) -> StepOffices:
        fields = self.province.reference.procedures["TenLinhVuc"]
        return step_offices(self.province.steps, self.province.lifecycles.arrivals, fields)

    @cached_property
    def _supplement_rows(self) -> tuple[Ints, Ints]:
        """(dossier, round) of each request that the extract shows."""
        lifecycles = self.province.lifecycles
        supplement_rounds = [
            np.flatnonzero((s.asked < NEVER) & lifecycles.supplement_is_reported) for s in lifecycles.supplements
        ]
        dossier = np.concatenate(supplement_rounds)
        nth = np.concatenate([np.full(len(rows), n) for n, rows in enumerate(supplement_rounds)])
        order = np.lexsort((nth, dossier))
        return dossier[order], nth[order]

    def _of_supplement(self, column: str, rows: Ints | None = None) -> Ints:
        dossier, nth = self._supplement_rows
        if rows is not None:
            dossier, nth = dossier[rows], nth[rows]
        rounds = np.stack([getattr(s, column) for s in self.province.lifecycles.supplements])
        return rounds[nth, dossier]

    @cached_property
    def _dossiers(self) -> dict[str, Ints]:
        province = self.province
        papers = province.papers
        return {
            "thanh_phan": papers.components.dossier,
            "le_phi": papers.fees.dossier,
            "bo_sung": self._supplement_rows[0],
            "ket_qua": papers.results.dossier,
            "tien_trinh": province.steps.dossier,
            "danh_gia": province.ratings.dossier,
            "thong_bao": province.notices.dossier,
            "xin_loi": province.apologies.dossier,
        }

    @cached_property
    def _deliveries(self) -> dict[str, tuple[Ints, ...]]:
        """Per source and moment, the delivery of each row, never earlier than that of its dossier."""
        province = self.province
        entered = {source: province.entered[dossiers] for source, dossiers in self._dossiers.items()}
        return {
            source: tuple(province.delivery_of(np.maximum(moment, entered[source])) for moment in moments)
            for source, moments in self._moments.items()
        }

    @cached_property
    def _moments(self) -> dict[str, tuple[Ints, ...]]:
        province = self.province
        lifecycles, papers = province.lifecycles, province.papers
        return {
            "thanh_phan": (lifecycles.arrivals.submitted[papers.components.dossier],),
            "le_phi": (lifecycles.arrivals.received[papers.fees.dossier], papers.fees.paid),
            "bo_sung": (self._of_supplement("asked"), self._of_supplement("answered")),
            "ket_qua": (lifecycles.finished[papers.results.dossier],),
            "tien_trinh": (province.steps.moment,),
            "danh_gia": (province.ratings.moment,),
            "thong_bao": (province.notices.moment,),
            "xin_loi": (province.apologies.moment,),
        }

    def _codes(self, source: str, rows: Ints) -> pl.Series:
        return self.province.codes.gather(self.dossiers(source, rows))

    def _components(self, rows: Ints, at: int) -> pl.DataFrame:
        components = self.province.papers.components
        table = pl.DataFrame({"code": self._codes("thanh_phan", rows), "nth": components.nth[rows]})
        return table.select(
            MaHoSo="code",
            TepDinhKemId=pl.concat_str(pl.lit("TEP-"), "code", pl.lit("-"), "nth"),
            MaThanhPhanHoSo=pl.concat_str(pl.lit("TP"), "nth"),
            TenTepDinhKem=pl.concat_str(pl.lit("giay-to-"), "nth", pl.lit(".pdf")),
            DuongDanTaiTepTin=_input_path(pl.col("nth")),
            DuocSoHoa=pl.Series(components.digitised[rows].astype(int)),
            DuocTaiSuDung=pl.Series(components.reused[rows]),
            DuocLayTuKhoDMQG=pl.Series(components.from_store[rows].astype(int)),
            IsDeleted=pl.Series(components.deleted[rows].astype(int)),
        )

    def _fees(self, rows: Ints, at: int) -> pl.DataFrame:
        fees, clock = self.province.papers.fees, self.province.clock
        paid = fees.paid[rows] <= at
        method = pl.Series(METHODS).gather(np.where(paid, fees.method[rows], len(METHODS) - 1))
        table = pl.DataFrame({"code": self._codes("le_phi", rows), "nth": fees.nth[rows]})
        return table.select(
            MaHoSo="code",
            MaPhiLePhi=pl.concat_str(pl.lit("LP"), "nth"),
            LoaiPhiLePhi=pl.lit(1),
            Gia=pl.Series(fees.amount[rows]),
            TrangThaiThanhToan=pl.Series(paid.astype(int)),
            HinhThucThanhToan=method,
            NgayThuPhi=clock.stamps(np.where(paid & fees.has_payment_date[rows], fees.paid[rows], NEVER)),
        )

    def _supplements(self, rows: Ints, at: int) -> pl.DataFrame:
        clock = self.province.clock
        answered = self._of_supplement("answered", rows)
        back = answered <= at
        return pl.DataFrame(
            {
                "MaHoSo": self._codes("bo_sung", rows),
                "NgayBoSung": clock.stamps(self._of_supplement("asked", rows)),
                "NgayTiepNhanBoSung": clock.stamps(np.where(back, answered, NEVER)),
                "NgayHenTraTruoc": clock.stamps(self._of_supplement("due_before", rows)),
                "NgayHenTraMoi": clock.stamps(np.where(back, self._of_supplement("due_after", rows), NEVER)),
            }
        )

    def _results(self, rows: Ints, at: int) -> pl.DataFrame:
        results = self.province.papers.results
        table = pl.DataFrame({"code": self._codes("ket_qua", rows), "same": results.is_input[rows]})
        own = pl.concat_str(pl.lit("synthetic/ket-qua/"), "code", pl.lit(".pdf"))
        return table.select(
            MaHoSo="code",
            GiayToId=pl.concat_str(pl.lit("KQ-"), "code"),
            MaGiayToKetQua=pl.lit("KQ.SYNTHETIC"),
            DuongDanTepTinKetQua=pl.when("same").then(_input_path(pl.lit("1"))).otherwise(own),
        )

    def _steps(self, rows: Ints, at: int) -> pl.DataFrame:
        steps, clock = self.province.steps, self.province.clock
        moment, dossier = steps.moment[rows], steps.dossier[rows]
        clerk = pl.DataFrame({"n": (dossier * 7 + steps.kind[rows]) % 40 + 1})
        due = np.where(steps.kind[rows] == 4, moment // DAY * DAY + DAY + CLOSE, NEVER)
        return pl.DataFrame(
            {
                "MaHoSo": self._codes("tien_trinh", rows),
                "ThoiDiemXuLy": clock.stamps(moment),
                "TrangThai": steps.kind[rows],
                "NguoiXuLy": clerk.select(pl.concat_str(pl.lit("Cán bộ giả lập "), "n"))[:, 0],
                "PhongBanXuLy": self._offices.of(rows),
                "NgayKetThucTheoQuyDinh": clock.stamps(due),
            }
        )

    def _ratings(self, rows: Ints, at: int) -> pl.DataFrame:
        ratings = self.province.ratings
        return pl.DataFrame(
            {
                "MaHoSo": self._codes("danh_gia", rows),
                "ThoiGianDanhGia": self.province.clock.stamps(ratings.moment[rows]),
                "DanhGia": pl.Series(RATINGS).gather(ratings.kind[rows]),
            }
        )

    def _notices(self, rows: Ints, at: int) -> pl.DataFrame:
        notices = self.province.notices
        return pl.DataFrame(
            {
                "MaHoSo": self._codes("thong_bao", rows),
                "NgayGui": self.province.clock.stamps(notices.moment[rows]),
                "Kenh": pl.Series(NOTICES).gather(notices.kind[rows] % 10),
                "TrangThai": (notices.kind[rows] < 10).astype(int),
            }
        )

    def _apologies(self, rows: Ints, at: int) -> pl.DataFrame:
        apologies, clock = self.province.apologies, self.province.clock
        moment = apologies.moment[rows]
        promised = clock.working_days[clock.number(moment // DAY) + apologies.kind[rows]] * DAY + CLOSE
        return pl.DataFrame(
            {
                "MaHoSo": self._codes("xin_loi", rows),
                "NgayXinLoi": clock.stamps(moment),
                "NgayHenTraLai": clock.stamps(promised),
            }
        )


def _input_path(nth: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit("synthetic/dau-vao/"), "code", pl.lit("/"), nth, pl.lit(".pdf"))
