"""Sources without a parent dossier: units, procedures, feedback, reported figures, tasks of the plan.

Belongs here: the rows of one delivery of each, with their columns. Flags of procedures that the register lacks are
drawn here. Does not belong here: files (`extracts`).
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.sample.behaviour import Behaviour, Flags, Ints, over_year, stream
from pipelines.sample.child_tables import RATINGS
from pipelines.sample.clock import DAY, NEVER, OPEN, WORKDAY, Clock, null_where
from pipelines.sample.departments import department_codes
from pipelines.sample.odd_names import field_codes, odd_procedure_names, odd_unit_names
from pipelines.sample.province_draws import ProvinceDraws
from pipelines.sample.span import Span

ANSWERED, WAITING = "DA_TRA_LOI", "DANG_XU_LY"
CHANNELS = ["DVCQG", "CDVC", "1022", "TRUC_TIEP"]


def unit_list(province: ProvinceDraws, at: int) -> pl.DataFrame:
    """Return `don_vi`, in full, as it stood at a moment; where the register says so, with ends still to come."""
    reference, day = province.reference, at // DAY
    table = reference.units.select("MaDonVi", "TenDonVi", "Cap", "MaDonViCha", "HieuLucTu", "HieuLucDen")
    table = table.with_columns(odd_unit_names(table["TenDonVi"]))
    sample = reference.province.sample
    if sample is None or not sample.list_foretells_ends:
        ended = pl.Series(reference.last_day <= day)
        table = table.with_columns(HieuLucDen=pl.when(ended).then("HieuLucDen"))
    return table.filter(pl.Series(reference.first_day <= day))


def procedure_list(province: ProvinceDraws, at: int) -> pl.DataFrame:
    """Return `thu_tuc`, in full, as it stood at a moment."""
    table, limits, clock = province.reference.procedures, province.limits, province.clock
    shares, rng = province.behaviour["procedure_flags"], stream(province.seed, "procedure list")
    count = table.height

    def flag(value: Flags) -> pl.Series:
        return null_where(value.astype(int), rng.random(count) < shares["unknown_flag"])

    def happens_with(share: str) -> Flags:
        flags: Flags = rng.random(count) < shares[share]
        return flags

    department = department_codes(province.reference, at // DAY)
    fit = happens_with("fit_online") & ((limits.service_level > 2) | happens_with("fit_not_offered"))
    # The real list gives the planning department few procedures: if none of them were fit or of the year, its own goals
    # would have no case.
    in_the_end = department_codes(province.reference, province.as_of // DAY)
    own = (in_the_end == province.reference.own_unit).fill_null(value=False).to_numpy()
    fit |= own
    internal = happens_with("internal") & ~limits.frequent
    announced, public, in_force, configured = _dates(rng, shares, province.reference.span, clock, own)

    def dates(moment: Ints) -> pl.Series:
        return clock.dates(np.where((announced <= at) & (moment <= at), moment, NEVER))

    return table.select(
        "MaTTHC",
        odd_procedure_names(table["TenTTHC"], pl.Series(limits.frequent)),
        field_codes(table["TenLinhVuc"]),
        "TenLinhVuc",
        department.alias("MaDonViThucHien"),
        province.reference.procedure_levels(at // DAY, province.behaviour["procedures"]["passed"]),
        "ThoiHanGiaiQuyet",
        "DonViThoiHan",
        "CoPhiLePhi",
        ThanhToanTrucTuyen=null_where(limits.pays_online.astype(int), ~limits.has_fee),
        CoKetQua="CoKetQua",
        CoHoSoMau=flag(happens_with("sample_dossier")),
        NgayQuyetDinhCongBo=dates(announced),
        NgayCongKhai=dates(public),
        # A future date is delivered too: without it the procedure would seem to be in force already.
        NgayHieuLuc=clock.dates(in_force),
        NgayHetHieuLuc=pl.lit(None, pl.String),
        NgayCauHinhQuyTrinh=dates(configured),
        DuDieuKienTrucTuyen=flag(fit),
        DuDieuKienToanTrinh=flag(fit & happens_with("fit_fully_online")),
        MucDo=pl.Series(limits.service_level),
        TichHopDVCQG=flag(fit & happens_with("integrated")),
        LaTTHCNoiBo=null_where(internal.astype(int), ~internal),
    )


def _number(day: dt.date) -> int:
    return int(np.datetime64(day, "D").astype(int))


def _dates(
    rng: np.random.Generator, shares: Behaviour, span: Span, clock: Clock, own: Flags
) -> tuple[Ints, Ints, Ints, Ints]:
    """Return the moments at which each procedure was announced, published, came into force and was configured.

    Most lie years back, those of the planning department (`own`) in the years that are drawn.
    """
    count = len(own)
    first = int(clock.number(np.array(span.start + 1)))
    of_year = (rng.random(count) < shares["announced_in_year"]) | own
    start = np.where(
        of_year, first + rng.integers(0, 240 * len(span.years), count), rng.integers(10, first - 60, count)
    )
    public = start + rng.integers(0, 5, count) + np.where(rng.random(count) < shares["public_late"], 8, 0)
    in_force = start + rng.integers(5, 12, count)
    configured = in_force - rng.integers(0, 5, count)
    configured = configured + np.where(rng.random(count) < shares["configured_late"], 15, 0)
    announced, public, in_force, configured = (
        clock.from_work(number * WORKDAY) for number in (start, public, in_force, configured)
    )
    return announced, public, in_force, configured


@dataclass(frozen=True)
class Feedback:
    """`phan_anh`: citizens' feedback, each item again when it is answered."""

    province: ProvinceDraws
    unit: Ints
    channel: Ints
    sent: Ints
    answered: Ints
    deadline: Ints
    rating: Ints
    dossier: Ints
    refused: Ints
    asked: Ints
    public: Ints

    def delivered(self, nth: int) -> pl.DataFrame:
        """Return the items of the nth delivery: those sent or changed since the delivery before."""
        province = self.province
        at, clock = int(province.ends[nth]), province.clock
        moments = (self.sent, self.answered, self.refused, self.asked, self.public)
        rows = np.flatnonzero(np.any([province.delivery_of(moment) == nth for moment in moments], axis=0))
        answered = self.answered[rows] <= at
        about = self.dossier[rows]
        table = pl.DataFrame(
            {
                "n": rows + 1,
                "rated": answered & (self.rating[rows] >= 0),
                "is_about": about >= 0,
                "code": province.codes.gather(np.maximum(about, 0)),
            }
        )

        def reported_by_now(moments: Ints) -> pl.Series:
            return clock.stamps(np.where(moments[rows] <= at, moments[rows], NEVER))

        year = (self.sent[rows] // DAY).astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970
        number = pl.col("n").cast(pl.String).str.zfill(6)
        rating = pl.Series(RATINGS).gather(np.maximum(self.rating[rows], 0))
        return table.select(
            MaPhanAnh=pl.concat_str(pl.lit("PA-"), pl.Series(year).cast(pl.String), pl.lit("-"), number),
            KenhTiepNhan=pl.Series(CHANNELS).gather(self.channel[rows]),
            MaDonVi=province.reference.units["MaDonVi"].gather(self.unit[rows]),
            MaHoSo=pl.when("is_about").then("code"),
            NgayGui=clock.stamps(self.sent[rows]),
            NgayTuChoi=reported_by_now(self.refused),
            NgayYeuCauBoSung=reported_by_now(self.asked),
            HanTraLoi=clock.stamps(self.deadline[rows]),
            NgayTraLoi=clock.stamps(np.where(answered, self.answered[rows], NEVER)),
            NgayCongKhai=reported_by_now(self.public),
            TrangThai=pl.Series([WAITING, ANSWERED]).gather(answered.astype(int)),
            MucDoHaiLong=pl.when("rated").then(rating),
        )


def draw_feedback(province: ProvinceDraws) -> Feedback:
    """Return items of all years that are drawn, in order of sending."""
    shares, rng = province.behaviour["feedback"], stream(province.seed, "feedback")
    clock, arrivals = province.clock, province.lifecycles.arrivals
    count = max(shares["least"], len(arrivals) * shares["per_1000_dossiers"] // 1000)
    span = province.reference.span
    first = span.start * DAY
    sent = np.sort(first + OPEN + rng.integers(0, span.end * DAY - 1 - first - DAY, count))
    start = clock.to_work(sent)
    late = rng.random(count) < shares["answered_late"]
    days = np.where(late, rng.integers(16, 40, count), rng.integers(0, 14, count))
    answered = clock.from_work(start + days * WORKDAY + rng.integers(600, WORKDAY, count))
    is_left = rng.random(count) < shares["unanswered"]
    answered = np.where(is_left, NEVER, answered)
    deadline = clock.working_days[clock.number(sent // DAY) + 15] * DAY + 17 * 3600
    good = rng.random(count) < shares["good"]
    rating = np.where(good, (rng.random(count) < 0.6).astype(int), 2)
    about = rng.integers(0, len(arrivals), count)
    more = stream(province.seed, "feedback details")
    answered = np.where(answered <= province.as_of, answered, NEVER)
    is_public = (answered < NEVER) & (more.random(count) < shares["public"])
    is_refused = is_left & (more.random(count) < shares["refused"])
    knows = (arrivals.received[about] < sent) & (more.random(count) < shares["about_a_dossier"])
    return Feedback(
        province=province,
        unit=province.successions.with_heirs(arrivals.unit[about], arrivals.heir[about], sent // DAY),
        channel=rng.choice(4, count, p=[0.35, 0.25, 0.3, 0.1]),
        sent=sent,
        answered=answered,
        deadline=np.where(rng.random(count) < shares["no_deadline"], NEVER, deadline),
        rating=np.where(rng.random(count) < shares["rated"], rating, -1),
        dossier=np.where(knows, about, -1),
        refused=np.where(is_refused, sent + DAY, NEVER),
        asked=np.where(more.random(count) < shares["asked_for_more"], sent + DAY, NEVER),
        public=np.where(is_public, answered + DAY, NEVER),
    )


def reported_figures(province: ProvinceDraws, number: int) -> pl.DataFrame:
    """Return `so_lieu` of one reporting round, counted from 0: every goal, from every unit that reports it.

    A round of a year for which the register has no periods is empty: nobody collects figures for periods that are none.
    """
    behaviour, reference = province.behaviour, province.reference
    year, quarter = reference.span.first_year + number // 4, number % 4
    first_year = min(reference.periods.first_year, reference.span.last_year)  # that of periods, or of the as-of day
    if quarter >= len(reference.periods.reports) or year < first_year:
        return pl.DataFrame()
    report = reference.periods.reports[quarter]
    period, until = f"{year}-{report.suffix}", _number(reference.periods.end_of(report, year))
    units, rows = reference.units.filter(pl.Series(reference.living(until))), []
    later = f" {year}" if year > reference.span.first_year else ""
    for goal, goal_settings in behaviour["reported_figures"].items():
        rng = stream(province.seed, f"figure {goal}{later}")
        reporting = units.filter(pl.col("Cap").is_in(goal_settings["levels"]))["MaDonVi"]
        size = goal_settings["of"] if goal_settings["of"] < 50 else int(goal_settings["of"] * rng.uniform(0.9, 1.1))
        aim = float(over_year(goal_settings["share"], np.array(quarter / 3)))
        share = np.clip(aim + rng.normal(0, 0.03, (4, len(reporting)))[quarter] * (aim < 1), 0, 1)
        done = np.round(share * size).astype(int).tolist()
        rows += [(goal, unit, period, n, size, None) for unit, n in zip(reporting, done, strict=True)]
    names = ["MaChiTieu", "MaDonVi", "KyBaoCao", "TuSo", "MauSo", "MinhChung"]
    return pl.DataFrame(rows, schema=names, orient="row", schema_overrides={"MinhChung": pl.String})


def task_reports(province: ProvinceDraws, number: int, day: str) -> pl.DataFrame:
    """Return `nhiem_vu` of one reporting round, counted from 0, for every task of the annex of the year's plan."""
    year, quarter = province.reference.span.first_year + number // 4, number % 4
    tasks = [task.task_code for task in province.reference.tasks if task.plan_year == year]
    rng = stream(province.seed, "tasks")
    pace = rng.uniform(0.6, 1.5, len(tasks))
    share = np.clip(np.round(25 * (quarter + 1) * pace / 5) * 5, 0, 100).astype(int)
    idle = (quarter == 0) & (rng.random(len(tasks)) < 0.15)
    share = np.where(idle, 0, share)
    state = np.where(share == 0, "CHUA", np.where(share == 100, "XONG", "DANG"))
    printed = dt.date.fromisoformat(day).strftime("%Y%m%d")
    return pl.DataFrame(
        {
            "MaNhiemVu": tasks,
            "NgayBaoCao": [printed] * len(tasks),
            "TrangThai": state.tolist(),
            "TyLe": share,
            "SanPham": pl.Series([None] * len(tasks), dtype=pl.String),
        }
    )
