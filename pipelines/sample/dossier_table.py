"""`ho_so` and `dvcqg`: dossiers under the national field names, as they stood at a moment.

Belongs here: columns of these two sources. Does not belong here: which dossiers a delivery holds (drawn.py), files.
Columns are numbers or text; null prints as an empty string.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from pipelines.sample.behaviour import Ints, stream
from pipelines.sample.clock import DAY, NEVER, null_where
from pipelines.sample.drawn import DrawnProvince
from pipelines.sample.papers import ONLINE


@dataclass(frozen=True)
class DossierTable:
    """`ho_so`, and the national portal's copy of it."""

    province: DrawnProvince

    @cached_property
    def drawn(self) -> dict[str, Any]:
        """What chance adds to the lives, by name: what is untold, and how the portal's copy differs."""
        province, count = self.province, len(self.province.lives.arrivals)
        behaviour, chance = province.behaviour, stream(province.seed, "dossier columns")
        fees = province.papers.fees
        online = np.zeros(count, dtype=bool)
        online[fees.dossier[fees.method == ONLINE]] = True
        online |= chance.random(count) < behaviour["fees"]["cash_marked_online"]
        copy = behaviour["national_copy"]
        return {
            "online": online,
            "other_code": chance.random(count) < behaviour["persons"]["other_code"],
            "by_post": (chance.random(count) < 0.12).astype(int),
            "verified": (chance.random(count) < 0.8).astype(int),
            "update_untold": chance.random(count) < behaviour["updated_untold"],
            "missing": chance.random(count) < copy["missing"],
            "status_differs": chance.random(count) < copy["status_differs"],
            "received_differs": chance.random(count) < copy["received_differs"],
            "hours": chance.integers(60, copy["hours_most"] * 3600, count),
        }

    @cached_property
    def desk(self) -> Ints:
        """Position of the unit that takes each dossier in: nearly always the one that handles it."""
        province, unit = self.province, self.province.lives.arrivals.unit
        communes = province.reference.units_of("xa")
        chance = stream(province.seed, "desks")
        elsewhere = chance.random(len(unit)) < province.behaviour["received_elsewhere"]
        other = chance.choice(communes, len(unit))
        day = province.lives.arrivals.submitted // DAY
        return np.where(elsewhere & np.isin(unit, communes), province.reference.at_work(other, day), unit)

    def states(self, rows: Ints, at: int) -> pl.DataFrame:
        """Return `ho_so` rows of these dossiers as they stood at a moment."""
        province, drawn = self.province, self.drawn
        arrivals, clock = province.lives.arrivals, province.clock
        state, changed = province.lives.state(at), province.lives.last_change(at)
        codes, persons = province.codes.gather(rows), province.persons.columns(rows)
        other = pl.DataFrame({"code": codes, "has": drawn["other_code"][rows]})
        paid_online = (state.paid & drawn["online"])[rows]
        online = arrivals.channel[rows] == 2
        level = province.limits.service_level[arrivals.procedure[rows]]
        units = province.reference.units["MaDonVi"]
        elsewhere = pl.Series(self.desk[rows] != arrivals.unit[rows])
        columns = {
            "MaHoSo": codes,
            "MaHoSoKhac": other.select(pl.when("has").then(pl.concat_str(pl.lit("EGOV-"), "code")))[:, 0],
            "MaTTHC": province.reference.procedures["MaTTHC"].gather(arrivals.procedure[rows]),
            "MaDonVi": units.gather(self.desk[rows]),
            "MaDonViXuLy": pl.select(pl.when(elsewhere).then(units.gather(arrivals.unit[rows]))).to_series(),
            "MucDo": level,
            "KenhThucHien": null_where(arrivals.channel[rows], arrivals.channel[rows] == 0),
            **persons,
            "NgayNopHoSo": clock.stamps(arrivals.submitted[rows]),
            "NgayTiepNhan": clock.stamps(state.received[rows]),
            "NgayHenTra": clock.stamps(state.due[rows]),
            "NgayKetThucXuLy": clock.stamps(state.finished[rows]),
            "NgayTra": clock.stamps(state.returned[rows]),
            "TrangThaiHoSo": state.status[rows],
            "HinhThuc": drawn["by_post"][rows],
            "DuocThanhToanTrucTuyen": np.where(paid_online, 2, 0),
            "TaiKhoanDuocXacThucVoiVNeID": np.where(online, drawn["verified"][rows], 0),
            "NgayCapNhat": clock.stamps(np.where(drawn["update_untold"], NEVER, changed)[rows]),
            "DaXoa": state.deleted[rows].astype(int),
        }
        return pl.DataFrame(columns)

    def copies(self, rows: Ints, at: int) -> pl.DataFrame:
        """Return `dvcqg` rows: what reached the national portal, with its gaps and lags."""
        province, drawn = self.province, self.drawn
        clock, state, changed = province.clock, province.lives.state(at), province.lives.last_change(at)
        rows = rows[(state.received[rows] < NEVER) & ~drawn["missing"][rows] & ~state.deleted[rows]]
        lag = drawn["status_differs"][rows] & (state.status[rows] >= 4)
        received = state.received[rows] - np.where(drawn["received_differs"][rows], DAY, 0)
        synced = np.minimum(changed[rows] + drawn["hours"][rows], at)
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
