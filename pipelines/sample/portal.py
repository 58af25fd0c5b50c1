"""`diem_766`: points of Decision 766 as the national portal shows them, of the province, its units and other provinces.

Belongs here: what the portal would count from the copies that it has (`dvcqg`), so that a difference from our figures
has a cause among dossiers. What only the portal knows is a setting. Does not belong here: our figures, files.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from pipelines.sample.behaviour import Flags
from pipelines.sample.clock import DAY, NEVER, end_of
from pipelines.sample.dossier_table import DossierTable
from pipelines.sample.province_draws import ProvinceDraws
from pipelines.sample.truth_facts import DossierFacts, facts_of

COLUMNS = ["MaDonVi", "NgayTinh", "MaChiSo", "Diem", "DiemToiDa", "TuSo", "MauSo"]
REFUSED = 3
Row = tuple[str, str, str, float, float, int, int]


@dataclass(frozen=True)
class PortalPoints:
    """The source `diem_766`; from 1 January up to the day on which it is asked."""

    province: ProvinceDraws
    dossiers: DossierTable

    def shown(self, day: str) -> pl.DataFrame:
        """Return what the portal shows on a day (ISO)."""
        behaviour, reference = self.province.behaviour, self.province.reference
        printed, number = day.replace("-", ""), end_of(day) // DAY
        answering = self._facts.answering(np.full(len(self.province.entered), number))
        counts = self._counts(day)
        of_root = reference.tree[answering] == reference.root
        own = {
            name: (int((part & of_root).sum()), int((whole & of_root).sum())) for name, (part, whole) in counts.items()
        }
        rows = list(self._rows(reference.province_code, printed, own))
        rows += [
            _row(reference.province_code, printed, component, rule, rule["part"], rule["whole"])
            for component, rule in behaviour["portal_knows"].items()
        ]
        for other, how in behaviour["portal_others"].items():
            rows += [_elsewhere(row, other, **how) for row in rows if row[0] == reference.province_code != other]
        shown = (reference.parent == reference.root) & reference.living(number)
        shown &= reference.units["Cap"].is_in(behaviour["portal_levels"]).to_numpy()
        by_unit = {
            name: tuple(np.bincount(answering[rows_], minlength=reference.units.height) for rows_ in (part, whole))
            for name, (part, whole) in counts.items()
        }
        for at in np.flatnonzero(shown):
            of_unit = {name: (int(part[at]), int(whole[at])) for name, (part, whole) in by_unit.items()}
            rows += self._rows(reference.units["MaDonVi"][int(at)], printed, of_unit)
        return pl.DataFrame(rows, schema=COLUMNS, orient="row")

    def _rows(self, unit: str, printed: str, counts: Mapping[str, tuple[int, int]]) -> Iterator[Row]:
        """Yield the components that have anything to count."""
        for component, rule in self.province.behaviour["portal_points"].items():
            part, whole = counts[rule["counts"]]
            if whole:
                yield _row(unit, printed, component, rule, part, whole)

    def _counts(self, day: str) -> dict[str, tuple[Flags, Flags]]:
        """Return, by what is counted, which dossiers are in numerator and denominator by the portal's copies."""
        province, draws, facts = self.province, self.dossiers.draws, self._facts
        has_paper, from_store = self._papers
        at = end_of(day)
        number, first = at // DAY, _day_number(dt.date.fromisoformat(day).replace(month=1, day=1))
        state = province.lifecycles.state(at)
        known = (state.received < NEVER) & ~state.deleted & (state.status != REFUSED) & (province.entered <= at)
        copied = known & ~draws["missing"]
        lag = draws["status_differs"] & (state.status >= 4)
        own_received = state.received // DAY
        received = own_received - draws["received_differs"]
        finished = np.where(lag | (state.finished == NEVER), NEVER, state.finished // DAY)
        due = np.where(state.due < NEVER, state.due // DAY, NEVER)
        told = known & (own_received >= first)
        of_year = copied & (received >= first)
        handled = copied & (finished >= first)
        return {
            "synced": (told & copied, told),
            "in_time": (handled & (np.minimum(finished, number) <= due), handled),
            "result": (of_year & facts.owes_result & facts.own_result, of_year & facts.owes_result),
            "digitised": (of_year & has_paper & facts.own_result, of_year),
            "reused": (of_year & facts.reused, of_year),
            "from_store": (of_year & from_store, of_year),
        }

    @cached_property
    def _facts(self) -> DossierFacts:
        return facts_of(self.province)

    @cached_property
    def _papers(self) -> tuple[Flags, Flags]:
        """Per dossier: whether it has a paper at all, and one from the personal store."""
        components, count = self.province.papers.components, len(self.province.entered)
        kept = components.dossier[~components.deleted]
        stored = components.dossier[components.from_store & ~components.deleted]
        return np.bincount(kept, minlength=count) > 0, np.bincount(stored, minlength=count) > 0


def _row(unit: str, printed: str, component: str, rule: Mapping[str, Any], part: int, whole: int) -> Row:
    most = float(rule["most"])
    points = round(most * min(1.0, part / whole / rule.get("full_at", 1.0)), 2)
    return unit, printed, component, points, most, part, whole


def _elsewhere(row: Row, province: str, *, size: float, better: float) -> Row:
    """Return a row of another province: as ours, with so many times the cases and so many times the share."""
    _, printed, component, points, most, part, whole = row
    cases = max(1, round(whole * size))
    return (
        province, printed, component, round(min(most, points * better), 2), most,
        min(cases, round(part * size * better)), cases,
    )  # fmt: skip


def _day_number(day: dt.date) -> int:
    return int(np.datetime64(day, "D").astype(int))
