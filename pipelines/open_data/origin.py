"""Where a delivered value that the audit refuses came from: the file and row of a list of units or procedures.

Only asked once something was found. The value itself is never told.
"""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from pipelines.transform.delivered import attach_delivered, place_of_key

# Published key → source of the lake and its key.
LISTS = {"ma_don_vi": ("don_vi", "MaDonVi"), "ma_thu_tuc": ("thu_tuc", "MaTTHC")}
# Published column → field of the source.
FIELDS = {
    "ma_don_vi": "MaDonVi", "ten_don_vi": "TenDonVi", "ma_don_vi_cha": "MaDonViCha", "ma_thu_tuc": "MaTTHC",
    "ten_thu_tuc": "TenTTHC", "ma_linh_vuc": "MaLinhVuc", "ten_linh_vuc": "TenLinhVuc", "cap_thuc_hien": "CapThucHien",
}  # fmt: skip


def place_of(
    connection: duckdb.DuckDBPyConnection, workspace: Path, column: str, keys: Mapping[str, str | None]
) -> str:
    """The file, row and field of a finding about `column` in the row with these keys, such as
    `thu_tuc/2024-12-31/a.csv row 3 TenTTHC`; empty where none is known."""
    if not workspace.is_file():
        return ""
    for name, value in keys.items():
        if name not in LISTS:
            continue
        try:
            attach_delivered(connection, workspace)
            place = place_of_key(connection, *LISTS[name], value)
        except duckdb.Error:  # the finding stands without its place
            return ""
        if place:
            return f"{place} {FIELDS.get(column, column)}"
    return ""
