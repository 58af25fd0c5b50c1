"""`ho_so` and `dvcqg`: dossiers under the national field names, as they stood at a moment.

Belongs here: columns of these two sources. Does not belong here: which dossiers a delivery holds (`province_draws`),
files. Columns are numbers or text; null prints as an empty string.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from pipelines.sample.behaviour import LEVELS, Ints, stream
from pipelines.sample.clock import DAY, NEVER, null_where
from pipelines.sample.papers import ONLINE
from pipelines.sample.province_draws import ProvinceDraws


@dataclass(frozen=True)
class DossierTable:
    """The sources `ho_so` and `dvcqg` (the national portal's copy of it)."""

    province: ProvinceDraws

    @cached_property
    def draws(self) -> dict[str, Any]:
        """Random columns, by name, one value per dossier: missing values, and differences of the portal's copy."""
        province, count = self.province, len(self.province.lifecycles.arrivals)
        behaviour, rng = province.behaviour, stream(province.seed, "dossier columns")
        fees = province.papers.fees
        online = np.zeros(count, dtype=bool)
        online[fees.dossier[fees.method == ONLINE]] = True
        online |= rng.random(count) < behaviour["fees"]["cash_marked_online"]
        copy = behaviour["national_copy"]
        return {
            "online": online,
            "other_code": rng.random(count) < behaviour["applicants"]["other_code"],
            "by_post": (rng.random(count) < 0.12).astype(int),
            "verified": (rng.random(count) < 0.8).astype(int),
            "no_update_time": rng.random(count) < behaviour["no_update_time"],
            "missing": rng.random(count) < copy["missing"],
            "status_differs": rng.random(count) < copy["status_differs"],
            "received_differs": rng.random(count) < copy["received_differs"],
            "hours": rng.integers(60, copy["hours_most"] * 3600, count),
        }

    @cached_property
    def desk(self) -> Ints:
        """Position of the receiving unit of each dossier: nearly always the unit that handles it."""
        province, arrivals = self.province, self.province.lifecycles.arrivals
        unit, settings = arrivals.unit, province.behaviour["received_elsewhere"]
        desks, day = province.reference.units_of(settings["level"]), arrivals.submitted // DAY
        since = int(np.datetime64(settings["anywhere"]["from"], "D").astype(int))
        anywhere = day >= since
        rng = stream(province.seed, "desks")
        used_to = np.clip((day - since) / 365, 0, 1)
        share = settings["share"] + (settings["anywhere"]["share"] - settings["share"]) * used_to
        elsewhere = rng.random(len(unit)) < share
        other = province.successions.on(rng.choice(desks, len(unit)), day)
        of_level = arrivals.level == LEVELS.index(settings["level"])
        return np.where(elsewhere & (of_level | anywhere), other, unit)

    def states(self, rows: Ints, at: int) -> pl.DataFrame:
        """Return `ho_so` rows of these dossiers as they stood at a moment."""
        province, draws = self.province, self.draws
        arrivals, clock = province.lifecycles.arrivals, province.clock
        state, changed = province.lifecycles.state(at), province.lifecycles.last_change(at)
        codes, applicants = province.codes.gather(rows), province.applicants.columns(rows)
        other = pl.DataFrame({"code": codes, "has": draws["other_code"][rows]})
        paid_online = (state.paid & draws["online"])[rows]
        online = arrivals.channel[rows] == 2
        level = province.limits.service_level[arrivals.procedure[rows]]
        units = province.reference.units["MaDonVi"]
        handler = province.handler(rows, at)
        waits_there = (self.desk[rows] == arrivals.unit[rows]) & (arrivals.received[rows] > at)
        desk = np.where(waits_there, handler, self.desk[rows])
        elsewhere = pl.Series(desk != handler)
        columns = {
            "MaHoSo": codes,
            "MaHoSoKhac": other.select(pl.when("has").then(pl.concat_str(pl.lit("EGOV-"), "code")))[:, 0],
            "MaTTHC": province.reference.procedures["MaTTHC"].gather(arrivals.procedure[rows]),
            "MaDonVi": units.gather(desk),
            "MaDonViXuLy": pl.select(pl.when(elsewhere).then(units.gather(handler))).to_series(),
            "MucDo": level,
            "KenhThucHien": null_where(arrivals.channel[rows], arrivals.channel[rows] == 0),
            **applicants,
            "NgayNopHoSo": clock.stamps(arrivals.submitted[rows]),
            "NgayTiepNhan": clock.stamps(state.received[rows]),
            "NgayHenTra": clock.stamps(state.due[rows]),
            "NgayKetThucXuLy": clock.stamps(state.finished[rows]),
            "NgayTra": clock.stamps(state.returned[rows]),
            "TrangThaiHoSo": state.status[rows],
            "HinhThuc": draws["by_post"][rows],
            "DuocThanhToanTrucTuyen": np.where(paid_online, 2, 0),
            "TaiKhoanDuocXacThucVoiVNeID": np.where(online, draws["verified"][rows], 0),
            "NgayCapNhat": clock.stamps(np.where(draws["no_update_time"], NEVER, changed)[rows]),
            "DaXoa": state.deleted[rows].astype(int),
        }
        return pl.DataFrame(columns)

    def copies(self, rows: Ints, at: int) -> pl.DataFrame:
        """Return `dvcqg` rows: what reached the national portal, with its gaps and lags."""
        province, draws = self.province, self.draws
        clock, state, changed = province.clock, province.lifecycles.state(at), province.lifecycles.last_change(at)
        rows = rows[(state.received[rows] < NEVER) & ~draws["missing"][rows] & ~state.deleted[rows]]
        lag = draws["status_differs"][rows] & (state.status[rows] >= 4)
        received = state.received[rows] - np.where(draws["received_differs"][rows], DAY, 0)
        synced = np.minimum(changed[rows] + draws["hours"][rows], at)
        return pl.DataFrame(
            {
                "MaHoSo": province.codes.gather(rows),
                "TrangThaiHoSo": np.where(lag, 2, state.status[rows]),
                "NgayTiepNhan": clock.stamps(received),
                "NgayHenTra": clock.stamps(state.due[rows]),
                "NgayKetThucXuLy": clock.stamps(np.where(lag, NEVER, state.finished[rows])),
                "NgayDongBo": clock.stamps(synced),
            }
        )
