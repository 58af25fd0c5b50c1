"""Dossiers that a restated file no longer has, counted by unit and by how they stood: late, on time, still open.

Late ones that vanish few at a time are the way to make figures look better without a single wrong row. Belongs here:
counting them from both outcomes in the lake. What comes of the counts is `expectations/holds.sql`.
"""

from typing import Any

import duckdb

from pipelines.settings import Settings
from pipelines.storage.documents import Receipt

SOURCE = "ho_so"
# The newest row of each dossier in the earlier bytes. As everywhere, drafts and refused dossiers count nowhere, only
# statuses 7, 9 and 10 are finished, a withdrawn dossier (7) is never late, and an open one is once its due day is over.
GONE = """
    with
        earlier as (
            select MaHoSo, coalesce(MaDonViXuLy, MaDonVi) as unit, TrangThaiHoSo as status,
                   cast(NgayHenTra as date) as due, _business_day as day,
                   case when TrangThaiHoSo in (7, 9, 10) then cast(coalesce(NgayKetThucXuLy, NgayTra) as date) end
                       as finished
            from read_parquet($before)
            where coalesce(DaXoa, 0) <> 1
            qualify row_number() over (partition by MaHoSo order by NgayCapNhat desc nulls last, _row_number desc) = 1
        ),
        judged as (
            select unit,
                   finished is null and not coalesce(due < day, false) as is_open,
                   coalesce(due < coalesce(finished, day), false)
                       and not (status = 7 and finished is not null) as is_late
            from earlier
            where status not in (1, 3) and MaHoSo not in (select MaHoSo from read_parquet($after))
        )
    select unit, count(*) filter (where is_late)::bigint, count(*) filter (where not is_late and not is_open)::bigint,
           count(*) filter (where is_open)::bigint
    from judged
    group by unit
    order by unit
"""


def removed_dossiers(before: Receipt | None, after: Receipt, settings: Settings) -> list[list[Any]]:
    """Return unit, late, on time, still open of the dossiers that the later bytes no longer have.

    The list is empty if either file was refused or its rows do not lie in the lake.
    """
    if before is None or before["refused"] or after["refused"]:
        return []
    old, new = (
        [settings.lake_dir / name for name in receipt["files"] if name.startswith(f"{SOURCE}/")]
        for receipt in (before, after)
    )
    if not old or not all(path.is_file() for path in (*old, *new)):
        return []
    sql, parameters = GONE, {"before": [str(path) for path in old], "after": [str(path) for path in new]}
    if not new:
        sql = sql.replace("(select MaHoSo from read_parquet($after))", "(select '' where false)")
        del parameters["after"]
    with duckdb.connect(config={**settings.duckdb_config(), "temp_directory": ""}) as connection:
        return [list(row) for row in connection.execute(sql, parameters).fetchall()]
