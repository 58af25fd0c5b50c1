"""Dossiers that a delivery takes out of the data, deleted or no longer there, counted by unit and by how they stood."""

import datetime as dt
from typing import Any

import pytest

from pipelines.storage.ledger import open_ledger
from tests.oracle.compiled import Model, models_for
from tests.pipeline.few_files import FewFiles, day

pytestmark = pytest.mark.slow
HEADER = "MaHoSo,MaTTHC,MaDonVi,MaDonViXuLy,TrangThaiHoSo,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,NgayCapNhat,DaXoa\n"
DUE, BEFORE, AFTER = "20240605170000", "20240604080000", "20240606080000"
LATER = "20240630170000"
# Code and what it is to be counted as: finished late, finished in time, overdue while open, open, returned, a draft.
KINDS = {
    "L": f"9,20240603080000,{DUE},{AFTER}", "T": f"9,20240603080000,{DUE},{BEFORE}",
    "V": f"4,20240603080000,{DUE},", "O": f"4,20240603080000,{LATER},",
    "R": f"7,20240603080000,{DUE},{AFTER}", "D": f"1,20240603080000,{DUE},",
}  # fmt: skip


def dossiers(*codes: str, deleted: str = "", unit: str = "H19.07") -> str:
    """Return dossiers whose first letter says how they stand; those that are deleted have a newer row that says so."""
    rows = "".join(f"{code},1.000001,{unit},,{KINDS[code[0]]},20240607080000,\n" for code in codes)
    return rows + "".join(f"{code},1.000001,{unit},,,,,,20240612080000,1\n" for code in deleted.split())


@pytest.fixture(scope="module")
def models(compiled_project: dict[str, Any]) -> list[Model]:
    return models_for(compiled_project, ["removals"])


def removals(few: FewFiles) -> list[tuple[Any, ...]]:
    """Return day, unit, late, on time, still open."""
    return [row[:5] for row in few.night(few.deliver())["removals"]]


def on(number: int) -> dt.date:
    return dt.date.fromisoformat(day(number))


def test_what_a_restatement_no_longer_has_is_counted_by_how_it_stood(few: FewFiles) -> None:
    few.deliver(("ho_so", day(1), "a.csv", HEADER + dossiers(*(f"{kind}-{n}" for kind in KINDS for n in range(3)))))
    assert removals(few) == []
    few.deliver(("ho_so", day(1), "a.csv", HEADER + dossiers(*(f"{kind}-{n}" for kind in KINDS for n in range(2)))))
    # One of each is gone: L and V are late, T and R are not, O is open, and a draft counts nowhere.
    assert removals(few) == [(on(1), "H19.07", 2, 2, 1)]
    few.deliver(("ho_so", day(1), "a.csv", HEADER))
    assert removals(few) == [(on(1), "H19.07", 6, 6, 3)]


def test_deletions_count_as_the_dossier_stood_before(few: FewFiles) -> None:
    few.deliver(("ho_so", day(1), "a.csv", HEADER + dossiers(*(f"{kind}-{n}" for kind in KINDS for n in range(2)))))
    few.deliver(("ho_so", day(2), "a.csv", HEADER + dossiers(deleted="L-0 V-0 T-0 O-0 R-0 D-0 L-9")))
    # L-9 was never there.
    assert removals(few) == [(on(2), "H19.07", 2, 2, 1)]


def test_a_due_date_that_passes_by_after_the_deletion_makes_no_dossier_late(few: FewFiles) -> None:
    """It was in time at the delivery before; since then nobody handled it."""
    one = f"P-1,1.000001,H19.07,,4,20240603080000,{day(2).replace('-', '')}170000,,20240607080000,\n"
    few.deliver(("ho_so", day(1), "a.csv", HEADER + one))
    few.deliver(("ho_so", day(4), "a.csv", HEADER + dossiers(deleted="P-1")))
    assert removals(few) == [(on(4), "H19.07", 0, 0, 1)]


def test_what_came_and_went_within_one_delivery_was_never_there(few: FewFiles) -> None:
    few.deliver(("ho_so", day(1), "a.csv", HEADER + dossiers("T-1")))
    few.deliver(("ho_so", day(2), "a.csv", HEADER + dossiers("V-1", deleted="V-1")))
    assert removals(few) == []


def test_one_late_dossier_fewer_each_night_adds_up_though_the_file_is_the_same(few: FewFiles) -> None:
    late = [f"L-{n}" for n in range(9)]
    for left in range(9, 3, -1):
        few.deliver(("ho_so", day(1), "a.csv", HEADER + dossiers(*late[:left], "T-1")))
    assert removals(few) == [(on(1), "H19.07", 5, 0, 0)]


def test_it_is_told_again_from_the_archive_alone(few: FewFiles) -> None:
    late = [f"L-{n}" for n in range(6)]
    for left in (6, 5, 3, 5):
        few.deliver(("ho_so", day(1), "a.csv", HEADER + dossiers(*late[:left], "T-1")))
    reported = removals(few)
    assert reported == [(on(1), "H19.07", 3, 0, 0)]
    for path in few.settings.lake_dir.rglob("*.parquet"):
        path.unlink()
    assert removals(few) == reported
    with open_ledger(few.settings.ledger_file) as ledger:
        ledger.execute("delete from receipt")
    assert removals(few) == reported


def test_shares_are_those_of_all_dossiers_the_removed_ones_among_them(few: FewFiles) -> None:
    codes = [*(f"L-{n}" for n in range(3)), *(f"T-{n}" for n in range(7))]
    few.deliver(("ho_so", day(1), "a.csv", HEADER + dossiers(*codes)))
    few.deliver(("ho_so", day(2), "a.csv", HEADER + dossiers(deleted="L-0 L-1")))
    ((*_, share, whole),) = few.night(few.deliver())["removals"]
    assert (share, whole) == (0.3, 0.3)
