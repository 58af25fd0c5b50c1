"""Points of Decision 766 on the site: the ranking of each level, and the components of one subject.

Belongs here: which rows are shown, and in which order. A figure is the CSV's own. Does not belong here: markup.
"""

from dataclasses import dataclass
from functools import cached_property

from pipelines.site.figures import Row
from pipelines.site.vintage_reader import OfficeUnit, PageSubject, VintageReader

POINTS, RANKING, COMPONENTS = "diem-766", "xep-hang-766", "thanh-phan-766"


@dataclass(frozen=True)
class ComponentPoints:
    """One component of a subject: its row of the catalogue and its row of points."""

    component: Row
    points: Row


@dataclass(frozen=True)
class SubjectScore:
    """The points of a subject in the headline period: its row of the ranking, and its components that apply."""

    total: Row | None
    components: list[ComponentPoints]


class Scores:
    """The points of a vintage in its headline period; empty where the vintage has none."""

    def __init__(self, vintage: VintageReader) -> None:
        self._vintage = vintage
        self._period = vintage.headline.code if vintage.headline else ""

    @cached_property
    def _rows(self) -> dict[PageSubject, list[Row]]:
        return self._by_subject(POINTS)

    @cached_property
    def _totals(self) -> dict[PageSubject, Row]:
        return {subject: rows[0] for subject, rows in self._by_subject(RANKING).items()}

    @cached_property
    def _catalogue(self) -> dict[str, Row]:
        return {row["thanh_phan"]: row for row in self._vintage.data.rows(COMPONENTS)}

    def _by_subject(self, table: str) -> dict[PageSubject, list[Row]]:
        found: dict[PageSubject, list[Row]] = {}
        for row in self._vintage.data.rows(table):
            if row["ky"] == self._period:
                subject = PageSubject(row["pham_vi"], row["ma_don_vi"], row["cap"])
                found.setdefault(subject, []).append(row)
        return found

    def of(self, subject: PageSubject) -> SubjectScore | None:
        """Return the points of a subject, without components that do not apply to it; None if it has none."""
        rows = [row for row in self._rows.get(subject, []) if row["co"] != "z"]
        if not any(row["diem"] for row in rows):
            return None
        shown = [ComponentPoints(self._catalogue[row["thanh_phan"]], row) for row in rows]
        return SubjectScore(self._totals.get(subject), shown)

    def ranking(self) -> list[tuple[str, list[tuple[OfficeUnit, Row]]]]:
        """Return the offices of each level with their row of the ranking, the best first."""
        found = []
        for level, units in self._vintage.levels.items():
            ranked = [(unit, self._totals[unit.subject]) for unit in units if unit.subject in self._totals]
            if ranked:
                found.append((level, sorted(ranked, key=lambda one: (int(one[1]["hang"]), one[0].name))))
        return found
