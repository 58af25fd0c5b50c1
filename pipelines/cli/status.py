"""The command `tthc status`: the state of the warehouse.

Does not belong here: collecting and printing it (`reports.status`, `reports.status_view`).
"""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.app import app, console, settings_with
from pipelines.common.errors import EXIT_FAULT, EXIT_STALE


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="In dạng JSON / print JSON")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Băm lại mọi tệp của phiên bản đang công bố / verify every file's hash")
    ] = False,
    timings: Annotated[
        bool,
        typer.Option(
            "--timings", help="Cả thời gian từng bước của lần chạy gần nhất / also where the last run's seconds went"
        ),
    ] = False,
    warehouse: Annotated[Path | None, typer.Option(help="Nơi có kho / where the warehouse lies")] = None,
) -> None:
    """Kho đang thế nào: tệp đã nhận, ngày thiếu, các lần chạy, cửa kiểm, phiên bản, độ mới. / How things stand.

    Mã thoát / exit: 0 · 3 số liệu đã cũ hoặc chưa công bố gì (stale) · 1 tệp bị hỏng, chỉ với --verify (damaged).
    """
    from pipelines.landing.discover import today_at_home
    from pipelines.reports.status import read_status
    from pipelines.reports.status_view import show_status
    from pipelines.reports.timings import read_timings, show_timings

    settings = settings_with(warehouse_dir=warehouse)
    found = read_status(settings, today_at_home(), verify=verify)
    if timings:
        found["timings"] = read_timings(settings)
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    else:
        show_status(console, found, settings.country_dir)
        if timings:
            show_timings(console, found["timings"])
    if found["damaged"] or (verify and found["editions"]["damaged"]):
        raise typer.Exit(EXIT_FAULT)
    if found["is_stale"]:
        raise typer.Exit(EXIT_STALE)
