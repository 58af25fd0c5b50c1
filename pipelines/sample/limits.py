"""Properties of each procedure: time limit, fee, result, service level.

Belongs here: one entry per procedure of the register, by position; properties that the register lacks are drawn. Does
not belong here: how they are delivered in `thu_tuc` (`lists`).
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.sample.behaviour import LEVELS, Behaviour, Flags, Ints, stream
from pipelines.sample.reference import Reference

UNITS = {"NGAY_LAM_VIEC": 0, "NGAY": 1, "GIO": 2, "THANG": 3}


@dataclass(frozen=True)
class ProcedureLimits:
    """`limit` counts in `unit` (see Clock.due_number); `working_days` is about the same in working days."""

    limit: Ints
    unit: Ints
    working_days: Ints
    fee: Ints
    by_page: Flags
    has_fee: Flags
    has_result: Flags
    pays_online: Flags
    service_level: Ints
    frequent: Flags


def draw_limits(seed: int, behaviour: Behaviour, reference: Reference) -> ProcedureLimits:
    """Return the properties of all procedures: those of the register, and drawn ones where it has none."""
    rng, flags, table = stream(seed, "procedures"), behaviour["procedure_flags"], reference.procedures
    count = table.height
    unknown = behaviour["limits_where_unknown"]
    fallback = np.array([unknown.get(field, unknown["rest"]) for field in table["TenLinhVuc"]])
    listed = table["ThoiHanGiaiQuyet"].cast(pl.Int64)
    limit = np.where(listed.is_null(), fallback, listed.fill_null(0).to_numpy())
    unit = np.array([UNITS[name or "NGAY_LAM_VIEC"] for name in table["DonViThoiHan"]])
    has_fee = (table["CoPhiLePhi"] == "1").fill_null(False).to_numpy()
    frequent = table["MaTTHC"].is_in(_named(behaviour)).to_numpy()
    draw = rng.random(count)
    service_level = np.where(draw < flags["level_2"], 2, np.where(draw > 1 - flags["level_4"], 4, 3))
    return ProcedureLimits(
        limit=limit,
        unit=unit,
        working_days=np.select([unit == 0, unit == 1, unit == 2], [limit, limit * 5 // 7, limit // 8], limit * 21),
        fee=table["muc_phi_minh_hoa"].cast(pl.Int64).fill_null(0).to_numpy(),
        by_page=table["MaTTHC"].is_in(behaviour["fees"]["by_page"]).to_numpy(),
        has_fee=has_fee,
        has_result=(table["CoKetQua"] == "1").fill_null(False).to_numpy(),
        pays_online=has_fee & (frequent | (rng.random(count) < flags["pays_online"])),
        service_level=np.where(frequent, 4, service_level),
        frequent=frequent,
    )


def _named(behaviour: Behaviour) -> list[str]:
    named = behaviour["procedures"]
    return sorted({code for level in LEVELS for code in named.get(level, ())})
