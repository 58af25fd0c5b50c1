"""Small transformations of one delivery, each a way in which a delivery is false.

Named by `kinds.yml`.

Here: rows as texts in, rows as texts out. Each takes what came (by source), what came the time before, chance, the size
(mostly the share of rows that is struck) and what the kind says beyond. Not here: which kinds there are.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from tests.campaign.vigilance.province import Delivery, File

WIDTH = "0123456789"


@dataclass(frozen=True)
class Night:
    """What is falsified: tonight's delivery, the one of the source before it, chance, size, and the newest lists."""

    now: Delivery
    before: Delivery
    source: str
    chance: np.random.Generator
    size: float
    units: pl.DataFrame
    lists: Delivery = field(default_factory=dict)

    @property
    def rows(self) -> pl.DataFrame:
        """Rows of the source, all files together."""
        return joined(self.now.get(self.source, []))

    def struck(self, among: pl.Series | None = None, table: pl.DataFrame | None = None) -> pl.Series:
        """Return which rows are struck: a share of all, or of those among which it falls."""
        table = self.rows if table is None else table
        hit = pl.Series("struck", self.chance.random(table.height) < self.size, dtype=pl.Boolean)
        return hit if among is None else hit & among.fill_null(value=False)


def joined(files: list[File]) -> pl.DataFrame:
    """Return rows of several files of one source."""
    return pl.concat([file.texts for file in files], how="diagonal") if files else pl.DataFrame()


def put(night: Night, table: pl.DataFrame, source: str | None = None) -> Delivery:
    """Return the delivery with other rows of a source, in one file under the first one's name."""
    source = source or night.source
    files = night.now.get(source) or night.before[source]
    name = files[0].name
    return {**night.now, source: [File(name, table)]}


def _when(hit: pl.Series, column: str, value: pl.Expr) -> pl.Expr:
    return pl.when(pl.lit(hit)).then(value).otherwise(pl.col(column)).alias(column)


def day_later(column: str, days: int) -> pl.Expr:
    """Return a stamp (yyyymmddHHMMSS) as many days later; null and what is no stamp stay."""
    moment = pl.col(column).str.strptime(pl.Datetime, "%Y%m%d%H%M%S", strict=False)
    return moment.dt.offset_by(f"{days}d").dt.strftime("%Y%m%d%H%M%S")


def working_day_later(column: str, days: int) -> pl.Expr:
    """Return the same, and a Saturday or Sunday moves to Monday."""
    moment = pl.col(column).str.strptime(pl.Datetime, "%Y%m%d%H%M%S", strict=False).dt.offset_by(f"{days}d")
    weekday = moment.dt.weekday()
    moved = (
        pl.when(weekday == 6)
        .then(moment.dt.offset_by("2d"))
        .when(weekday == 7)
        .then(moment.dt.offset_by("1d"))
        .otherwise(moment)
    )
    return moved.dt.strftime("%Y%m%d%H%M%S")


def later(night: Night, column: str, days: int, *, working: bool = True) -> Delivery:
    """Return dates moved by some days."""
    move = working_day_later if working else day_later
    return put(night, night.rows.with_columns(_when(night.struck(), column, move(column, days))))


def set_to(night: Night, column: str, value: str | None, where: dict[str, list[str]] | None = None) -> Delivery:
    """Return a column with one value."""
    table, among = night.rows, None
    for name, values in (where or {}).items():
        hit = table[name].is_in(values)
        among = hit if among is None else among & hit
    return put(night, table.with_columns(_when(night.struck(among), column, pl.lit(value, pl.String))))


def exchange(night: Night, column: str, first: str, second: str) -> Delivery:
    """Return two values of a column for each other."""
    other = pl.col(column).replace({first: second, second: first})
    return put(night, night.rows.with_columns(_when(night.struck(), column, other)))


def exchange_frequent(night: Night, column: str) -> Delivery:
    """Return the two most frequent values of a column for each other."""
    first, second = night.rows[column].drop_nulls().value_counts(sort=True)[column][:2]
    return exchange(night, column, first, second)


def multiply(night: Night, column: str, by: float) -> Delivery:
    """Return whole numbers times a factor."""
    product = (pl.col(column).cast(pl.Float64, strict=False) * by).round(0).cast(pl.Int64).cast(pl.String)
    return put(night, night.rows.with_columns(_when(night.struck(), column, product)))


def drop(night: Night, where: dict[str, list[str]] | None = None) -> Delivery:
    """Return rows that do not come."""
    table, among = night.rows, None
    for name, values in (where or {}).items():
        among = table[name].is_in(values)
    return put(night, table.filter(~night.struck(among)))


def communes(night: Night) -> pl.Series:
    """Return codes of tonight's communes, the largest first."""
    listed = night.units.filter(pl.col("Cap") == "xa")["MaDonVi"]
    rows = night.rows.filter(pl.col("MaDonVi").is_in(listed.to_list()))
    return rows["MaDonVi"].value_counts(sort=True)["MaDonVi"]


def _of_rank(codes: pl.Series, size: float) -> int:
    """Return a position among communes ordered by size: 1 the largest ones, 0.5 middling ones."""
    return min(int((1 - size) * len(codes)), max(len(codes) - 2, 0))


def swap_units(night: Night) -> Delivery:
    """Swap the codes of two communes, dossier codes as they were; the size says how large the communes are."""
    codes = communes(night)
    at = _of_rank(codes, night.size)
    first, second = codes[at], codes[at + 1]
    return put(night, night.rows.with_columns(pl.col("MaDonVi").replace({first: second, second: first})))


def other_name(night: Night) -> Delivery:
    """Return one commune's rows under another's code."""
    codes = communes(night)
    at = _of_rank(codes, night.size)
    return put(night, night.rows.with_columns(pl.col("MaDonVi").replace({codes[at + 1]: codes[at]})))


def _without(night: Night, units: list[str]) -> Delivery:
    """Return nothing of these units, in no source that tells of dossiers."""
    unit_of = pl.col("MaHoSo").str.split("-").list.first()
    return {
        source: [File(file.name, file.texts.filter(~unit_of.is_in(units).fill_null(value=False))) for file in files]
        if "MaHoSo" in files[0].texts.columns
        else files
        for source, files in night.now.items()
    }


def no_unit(night: Night) -> Delivery:
    """Return a commune of which nothing comes."""
    codes = communes(night)
    return _without(night, [codes[_of_rank(codes, night.size)]])


def no_level(night: Night, level: str) -> Delivery:
    """Return units of a level of which nothing comes, as many as the size says."""
    codes = night.units.filter(pl.col("Cap") == level)["MaDonVi"].to_list()
    return _without(night, [code for code in codes if night.chance.random() < night.size])


def no_field(night: Night) -> Delivery:
    """Return rows of the procedure field with the most dossiers do not come; the size tells how many of them."""
    listed = joined(night.now.get("thu_tuc") or night.lists["thu_tuc"])
    field_of = dict(zip(listed["MaTTHC"].to_list(), listed["MaLinhVuc"].to_list(), strict=True))
    fields = night.rows["MaTTHC"].replace_strict(field_of, default=None, return_dtype=pl.String)
    largest = fields.drop_nulls().value_counts(sort=True)[0, 0]
    return put(night, night.rows.filter(~night.struck(fields == largest)))


def one_term(night: Night, days: int) -> Delivery:
    """Return due dates all as many days after the receipt."""
    later = day_later("NgayTiepNhan", days)
    return put(night, night.rows.with_columns(_when(night.struck(), "NgayHenTra", later)))


def midnight(night: Night, column: str) -> Delivery:
    """Return moments that lost their time of day."""
    date_only = pl.concat_str(pl.col(column).str.head(8), pl.lit("000000"))
    return put(night, night.rows.with_columns(_when(night.struck(), column, date_only)))


def stale(night: Night) -> Delivery:
    """Return the delivery before once more, in place of as many of tonight's rows."""
    before, now = joined(night.before[night.source]), night.rows
    kept = now.filter(~night.struck())
    again = before.sample(min(before.height, now.height - kept.height), seed=int(night.chance.integers(2**31)))
    codes = set(kept["MaHoSo"].to_list())
    return put(night, pl.concat([kept, again.filter(~pl.col("MaHoSo").is_in(list(codes)))], how="diagonal"))


def twice(night: Night) -> Delivery:
    """Return rows of the delivery before, added to tonight's."""
    before = joined(night.before[night.source])
    codes = night.rows["MaHoSo"].to_list()
    again = before.filter(~pl.col("MaHoSo").is_in(codes))
    again = again.filter(pl.Series(night.chance.random(again.height) < night.size, dtype=pl.Boolean))
    return put(night, pl.concat([night.rows, again], how="diagonal"))


def more_children(night: Night, column: str) -> Delivery:
    """Return rows that come twice, the second time a second later and so under another key."""
    copies = night.rows.filter(night.struck())
    moment = pl.col(column).str.strptime(pl.Datetime, "%Y%m%d%H%M%S", strict=False).dt.offset_by("1s")
    return put(night, pl.concat([night.rows, copies.with_columns(moment.dt.strftime("%Y%m%d%H%M%S").alias(column))]))


def without_marks(night: Night, column: str) -> Delivery:
    """Return names that lost their Vietnamese marks."""
    plain = pl.col(column).str.normalize("NFD").str.replace_all(r"\p{Mn}", "").str.replace_all("đ", "d")
    plain = plain.str.replace_all("Đ", "D")
    return put(night, night.rows.with_columns(_when(night.struck(), column, plain)))


def tests(night: Night) -> Delivery:
    """Return dossiers that somebody made to try the system: copies at night under running numbers of their own."""
    rows = night.rows.filter(pl.col("NgayTiepNhan").is_not_null())
    made = rows.sample(min(rows.height, int(night.size * rows.height) + 1), seed=int(night.chance.integers(2**31)))
    busiest = rows["MaTTHC"].value_counts(sort=True)["MaTTHC"][0]
    at_night = pl.concat_str(pl.col("NgayTiepNhan").str.head(8), pl.lit("233000"))
    number = pl.int_range(1, made.height + 1).cast(pl.String).str.zfill(5)
    made = made.with_columns(
        MaHoSo=pl.concat_str(pl.col("MaHoSo").str.head(13), pl.lit("-9"), number), MaTTHC=pl.lit(busiest),
        NgayTiepNhan=at_night, NgayNopHoSo=at_night, TrangThaiHoSo=pl.lit("2"), NgayKetThucXuLy=pl.lit(None, pl.String),
        NgayTra=pl.lit(None, pl.String),
    )  # fmt: skip
    return put(night, pl.concat([night.rows, made], how="diagonal"))


def finished_early(night: Night) -> Delivery:
    """Return finish dates before the receipt."""
    early = pl.concat_str(day_later("NgayTiepNhan", -3).str.head(8), pl.lit("080000"))
    done = night.rows["NgayKetThucXuLy"].is_not_null() & night.rows["NgayTiepNhan"].is_not_null()
    hit = night.struck(done)
    none = pl.lit(None, pl.String)
    return put(night, night.rows.with_columns(_when(hit, "NgayKetThucXuLy", early), _when(hit, "NgayTra", none)))


def late_made_on_time(night: Night) -> Delivery:
    """Return finish dates of late dossiers moved back to the due date."""
    table = night.rows
    late = (table["NgayKetThucXuLy"].str.head(8) > table["NgayHenTra"].str.head(8)).fill_null(value=False)
    hit = night.struck(late & (table["NgayHenTra"] >= table["NgayTiepNhan"]).fill_null(value=False))
    return put(night, table.with_columns(_when(hit, "NgayKetThucXuLy", pl.col("NgayHenTra"))))


def reopened(night: Night) -> Delivery:
    """Return finished dossiers whose status is open again."""
    hit = night.struck(night.rows["TrangThaiHoSo"].is_in(["9", "10"]))
    none = pl.lit(None, pl.String)
    columns = [_when(hit, name, none) for name in ("NgayKetThucXuLy", "NgayTra")]
    return put(night, night.rows.with_columns(_when(hit, "TrangThaiHoSo", pl.lit("4")), *columns))


def month_and_day(night: Night, column: str) -> Delivery:
    """Return dates whose day and month are taken for each other where that gives a date."""
    text = pl.col(column)
    turned = pl.concat_str(text.str.slice(0, 4), text.str.slice(6, 2), text.str.slice(4, 2), text.str.slice(8))
    can = text.str.slice(6, 2).cast(pl.Int64, strict=False).fill_null(99) <= 12
    return put(night, night.rows.with_columns(_when(night.struck(), column, pl.when(can).then(turned).otherwise(text))))


WAYS: dict[str, Callable[..., Delivery]] = {
    way.__name__: way
    for way in (
        later, set_to, exchange, exchange_frequent, multiply, drop, swap_units, other_name, no_unit, no_level, no_field,
        one_term, midnight,
        stale, twice, more_children, without_marks, tests, finished_early, late_made_on_time, reopened, month_and_day,
    )
}  # fmt: skip


def falsified(night: Night, how: str, extra: dict[str, Any]) -> Delivery:
    """Return tonight's delivery, falsified in one way."""
    return WAYS[how](night, **extra)
